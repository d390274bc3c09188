package knowledge

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// folder is a copy of the shop's base that a test may change.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "base")
	if err := os.CopyFS(dir, os.DirFS("testdata/shop")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func staged(t *testing.T, dir string, add ...Addition) *Staged {
	t.Helper()
	s, err := Stage(os.DirFS(dir), add)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStage_addsAndPublishesWithoutTouchingAnythingElse(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	before, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	original, _ := os.ReadFile(filepath.Join(dir, "en/order_tracking.yaml"))
	add := []Addition{
		{Language: "en", Intent: "order_tracking", Text: `my "parcel": is it lost?`},
		{Language: "en", Intent: "order_tracking", Text: "MY PARCEL is it lost"}, // the same, said louder
		{Language: "fr", Intent: "warranty", Title: "Garantie", Text: "combien de temps dure la garantie", Answer: "Deux ans: partout."},
		{Language: "fr", Intent: "warranty", Title: "Garantie", Text: "c'est encore sous garantie ?", Answer: "Deux ans: partout."},
	}
	s := staged(t, dir, add...)
	if diff := cmp.Diff([]string{"en/order_tracking.yaml", "fr/warranty.yaml"}, s.Changed); diff != "" {
		t.Error(diff)
	}
	if err := s.Publish(context.Background(), dir, before.Version, time.Now(), time.Second); err != nil {
		t.Fatal(err)
	}
	after, err := Load(os.DirFS(dir))
	if err != nil || after.Version != s.Base.Version || after.Version == before.Version {
		t.Fatalf("version %v after %s, staged %s (%v)", after, before.Version, s.Base.Version, err)
	}
	warranty, ok := after.Intent("fr", "warranty")
	if !ok || len(warranty.Phrasings) != 2 || warranty.Answer != "Deux ans: partout." {
		t.Errorf("the new intent: %+v", warranty)
	}
	now, _ := os.ReadFile(filepath.Join(dir, "en/order_tracking.yaml"))
	var kept []string
	for line := range strings.Lines(string(now)) {
		if !strings.Contains(line, "is it lost") {
			kept = append(kept, line)
		}
	}
	if strings.Join(kept, "") != string(original) {
		t.Errorf("other lines changed:\n%s", cmp.Diff(string(original), strings.Join(kept, "")))
	}
	// The same again changes nothing, as after a crash before it was written down as done.
	if again := staged(t, dir, add...); len(again.Changed) != 0 {
		t.Errorf("published twice: %v", again.Changed)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*", ".new-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := os.Stat(filepath.Join(dir, lockFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock stays: %v", err)
	}
}

func TestStage_refusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for _, c := range []struct {
		add  Addition
		want string
	}{
		{Addition{Language: "en", Intent: "unknown", Text: "x y"}, "propose a new intent"},
		{Addition{Language: "en", Intent: "../evil", Text: "x y"}, "not a name"},
		{Addition{Language: "../en", Intent: "order_tracking", Text: "x y"}, "not a name"},
		{Addition{Language: "en", Intent: "warranty", Title: "Warranty", Text: "x y", Answer: "See {{nowhere}}"}, "nowhere"},
		{Addition{Language: "en", Intent: "warranty", Title: "Warranty", Text: "…", Answer: "Yes."}, "no letter"},
		{Addition{Language: "de", Intent: "warranty", Title: "Garantie", Text: "wie lange", Answer: "Ja."}, "de"},
	} {
		s, err := Stage(os.DirFS(dir), []Addition{c.add})
		if err == nil {
			_ = s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.add, err, c.want)
		}
	}
}

func TestPublish_keepsTwoPublishersApart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	before, err := Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	ctx, now := context.Background(), time.Now()
	one := staged(t, dir, Addition{Language: "en", Intent: "order_tracking", Text: "first publisher here"})
	two := staged(t, dir, Addition{Language: "en", Intent: "order_tracking", Text: "second publisher here"})
	if err := os.WriteFile(filepath.Join(dir, lockFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := one.Publish(ctx, dir, before.Version, now, 0); !errors.Is(err, ErrBusy) {
		t.Fatalf("published beside another: %v", err)
	}
	// A lock whose holder died does not hold for ever.
	if err := one.Publish(ctx, dir, before.Version, now.Add(2*staleLock), 0); err != nil {
		t.Fatal(err)
	}
	if err := two.Publish(ctx, dir, before.Version, now, 0); !errors.Is(err, ErrMoved) {
		t.Fatalf("published over another: %v", err)
	}
}

// However a file is laid out, a phrasing that was taken is there afterwards, and so is
// everything that was there before.
func TestAppendPhrasing_anyLayout(t *testing.T) {
	t.Parallel()
	items := []string{"plain words", `"quoted: words"`, "'single ''quotes'''", "words that\n    go on", ">-\n    folded\n    words", "# not a comment"}
	items[5] = `"# not a comment"`
	rapid.Check(t, func(t *rapid.T) {
		indent := rapid.SampledFrom([]string{"", "  "}).Draw(t, "indent")
		var b strings.Builder
		b.WriteString("title: T\nphrasings:\n")
		n := rapid.IntRange(1, 4).Draw(t, "n")
		for range n {
			b.WriteString(indent + "- " + rapid.SampledFrom(items).Draw(t, "item") + "\n")
		}
		b.WriteString(rapid.SampledFrom([]string{"answer: A\n", "answer: A", "# comment\nanswer: A\n", "\nanswer: |\n  A\n", ""}).Draw(t, "rest"))
		text := rapid.SampledFrom([]string{"where is it?", `a "b": c # d`, "- dash", "@at", "éà 😀", "yes: no", "null", "123"}).Draw(t, "text")
		raw, err := appendPhrasing("f", []byte(b.String()), text)
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		l := &loader{}
		was := parse(l, "f", []byte(b.String())).list("phrasings", true)
		now := parse(l, "f", raw)
		if now == nil {
			t.Fatalf("%v\n%s", l.problems, raw)
		}
		got := now.list("phrasings", true)
		if len(got) != len(was)+1 || !has(got, text) {
			t.Fatalf("%d phrasings after %d\n%s", len(got), len(was), raw)
		}
		for _, p := range was {
			if !has(got, p.Text) {
				t.Fatalf("lost %q\n%s", p.Text, raw)
			}
		}
	})
}
