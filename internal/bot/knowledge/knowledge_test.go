package knowledge_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/bot/knowledge"
)

func shop(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS("testdata/shop")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, path)
		files[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func load(t *testing.T, files fs.FS) *knowledge.Base {
	t.Helper()
	base, err := knowledge.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestLoad(t *testing.T) {
	t.Parallel()
	base := load(t, shop(t))
	in, ok := base.Intent("en", "opening_hours")
	if !ok {
		t.Fatal("opening_hours is missing")
	}
	if in.Title != "Opening hours" || in.Handoff != knowledge.HandoffNever || len(in.Phrasings) != 12 {
		t.Errorf("opening_hours = %+v", in)
	}
	if got := in.Phrasings[1]; got != (knowledge.Phrasing{Text: "when are you open", Line: 4}) {
		t.Errorf("second phrasing = %+v", got)
	}
	text, missing := base.Fill(in)
	if text != "We are open 9 am to 6 pm on weekdays." || missing != nil {
		t.Errorf("Fill = %q, %v", text, missing)
	}
	card, _ := base.Intent("en", "gift_card")
	if _, missing := base.Fill(card); !cmp.Equal(missing, []string{"gift_card_url"}) {
		t.Errorf("missing = %v", missing)
	}
	if len(base.Version) != 12 {
		t.Errorf("version = %q", base.Version)
	}
}

func TestLoad_seed(t *testing.T) {
	t.Parallel()
	base := load(t, knowledge.Seed())
	for _, lang := range []string{"en", "fr"} {
		if len(base.In(lang)) == 0 {
			t.Errorf("the seed has no intent in %s", lang)
		}
	}
}

func TestLoad_reportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	files := shop(t)
	files["base.yaml"] = file("name: Shop\nlanguages: [en, fr, de, EN]\ndefault_language: it\nthresholds:\n  answer: 0.2\n  clarify: 0.3\ncolour: red\n")
	files["en/opening_hours.yaml"] = file("title: Hours\nphrasings:\n  - when are you open\n  - '!!!'\nanswer: Open {{hours}} and {{nothing}} and {{ Bad }}.\nhandof: never\n")
	files["en/order_tracking.yaml"] = file("title: [a]\nphrasings: where\nhandoff: maybe\n")
	files["en/return_item.yaml"] = file("title: x\n  bad: indent\n")
	files["en/refund_status.yaml"] = file("")
	files["en/Bad-Name.yaml"] = file("title: x\nphrasings: [a]\nanswer: b\n")
	files["en/notes.txt"] = file("hello")
	files["fr/return_item.yml"] = file("title: x\n")
	files["es/x.yaml"] = file("title: x\n")
	files["README.md"] = file("ignored")
	_, err := knowledge.Load(files)
	var problems knowledge.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("Load = %v, want Problems", err)
	}
	for _, want := range []string{
		`base.yaml:2: language "EN": write the two-letter code`,
		`base.yaml:3: default_language "it" is not one of languages`,
		`base.yaml:4: thresholds: clarify (0.3) must be below answer (0.2)`,
		`base.yaml:7: unknown name "colour"; known here: default_language, languages, name, oos_prior, thresholds`,
		`base.yaml: language "de" has no folder de/`,
		`en/opening_hours.yaml:4: phrasing "!!!" has no letter or digit`,
		`en/opening_hours.yaml:5: answer uses {{nothing}}, which en/variables.yaml does not have`,
		`en/opening_hours.yaml:5: answer has {{ or }} that is not a variable`,
		`en/opening_hours.yaml:6: unknown name "handof"`,
		`en/order_tracking.yaml:1: title must be a text`,
		`en/order_tracking.yaml:2: phrasings must be a list`,
		`en/order_tracking.yaml:3: handoff "maybe": write never, after_answer or always`,
		`en/order_tracking.yaml:1: answer is missing`,
		`en/return_item.yaml:2: is not valid YAML`,
		`en/refund_status.yaml: is empty`,
		`en/Bad-Name.yaml: the file's name is the intent's`,
		`en/notes.txt: is not a .yaml file`,
		`fr/return_item.yml: rename it to end with .yaml`,
		`es: is a folder that is not in the languages`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no problem %q in:\n%v", want, err)
		}
	}
}

func TestLoad_namesAMissingBase(t *testing.T) {
	t.Parallel()
	_, err := knowledge.Load(fstest.MapFS{})
	if err == nil || !strings.Contains(err.Error(), "base.yaml: is missing") {
		t.Errorf("Load = %v", err)
	}
}

func TestLoad_versionFollowsTheContent(t *testing.T) {
	t.Parallel()
	files := shop(t)
	before := load(t, files).Version
	files[".published.json"] = file("{}")
	if got := load(t, files).Version; got != before {
		t.Error("the manifest changes the version")
	}
	files["en/variables.yaml"] = file("hours: later\ntrack_url: x\ngift_card_url: y\n")
	if got := load(t, files).Version; got == before {
		t.Error("a changed variable does not change the version")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	files := shop(t)
	files["en/thin.yaml"] = file("title: A title that is far too long for a button\nphrasings:\n  - something new\n  - where is my order\n  - something new\n  - are you a robot\nanswer: Yes.\n")
	files["en/delivery_again.yaml"] = files["en/order_tracking.yaml"]
	files["en/variables.yaml"] = file("hours: 9\ntrack_url: x\ngift_card_url:\nunused: x\n")
	report, err := knowledge.Check(context.Background(), load(t, files), nil)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[knowledge.FindingKind][]string)
	for _, f := range report.Findings {
		found[f.Kind] = append(found[f.Kind], f.Language+"/"+f.Intent+"/"+f.Other)
	}
	for kind, want := range map[knowledge.FindingKind]string{
		knowledge.FindingThin:       "en/thin/",
		knowledge.FindingTitle:      "en/thin/",
		knowledge.FindingAlways:     "en/thin/",
		knowledge.FindingUnfilled:   "en/gift_card/",
		knowledge.FindingMissing:    "en/price_match/",
		knowledge.FindingUnused:     "en//",
		knowledge.FindingConfusable: "en/delivery_again/order_tracking",
	} {
		if !contains(found[kind], want) {
			t.Errorf("%s: %v, want %s among them", kind, found[kind], want)
		}
	}
	if !contains(found[knowledge.FindingDuplicate], "en/thin/") || !contains(found[knowledge.FindingDuplicate], "en/thin/delivery_again") {
		t.Errorf("duplicates: %v", found[knowledge.FindingDuplicate])
	}
	if report.Accuracy["fr"] <= 0 || report.Accuracy["fr"] > 1 {
		t.Errorf("accuracy: %v", report.Accuracy)
	}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	base := load(t, shop(t))
	last := 0
	p, err := knowledge.Publish(context.Background(), base, func(done, total int) {
		if done < last || done > total {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != 2000 {
		t.Errorf("progress ended at %d of 2000", last)
	}
	if r := p.Models["fr"].Understand("où est donc mon colis"); len(r.Top) == 0 || r.Top[0].Label != "order_tracking" {
		t.Errorf("Understand = %+v", r)
	}
	if g := p.Detector.Detect("je voudrais savoir où est mon colis"); g.Language != "fr" || !g.Clear() {
		t.Errorf("Detect = %+v", g)
	}
}

func TestPublish_endsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := knowledge.Publish(ctx, load(t, shop(t)), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Publish = %v", err)
	}
}

func TestWriteManifest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := load(t, shop(t)).Manifest(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), 1500*time.Millisecond)
	for range 2 { // the second replaces the first
		if err := knowledge.WriteManifest(dir, want); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, knowledge.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	var got knowledge.Manifest
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	if got.Languages["en"].Intents != 7 || got.TrainMillis != 1500 {
		t.Errorf("manifest = %+v", got)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files left, want the manifest alone", len(entries))
	}
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}
