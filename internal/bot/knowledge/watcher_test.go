package knowledge

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// watched is a base in a folder with a watcher that is looked through by hand.
type watched struct {
	*Watcher
	t       *testing.T
	dir     string
	current atomic.Pointer[Published]
	log     bytes.Buffer
	swaps   int
}

func watch(t *testing.T) *watched {
	t.Helper()
	w := &watched{t: t, dir: t.TempDir()}
	if err := os.CopyFS(w.dir, os.DirFS("testdata/shop")); err != nil {
		t.Fatal(err)
	}
	base, err := Load(os.DirFS(w.dir))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Publish(context.Background(), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.current.Store(p)
	w.Watcher = NewWatcher(os.DirFS(w.dir), &w.current, slog.New(slog.NewTextHandler(&w.log, nil)), func(*Published) { w.swaps++ }, func() {})
	w.looks(2)
	return w
}

func (w *watched) looks(n int) {
	for range n {
		w.look(context.Background())
	}
}

// edit writes a file with a time of its own, so that no clock has to pass.
func (w *watched) edit(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	stamp := time.Unix(int64(1e9)+int64(len(text)), 0)
	if err := os.Chtimes(path, stamp, stamp); err != nil {
		w.t.Fatal(err)
	}
}

const hours = "hours: noon\ntrack_url: x\ngift_card_url:\n"

func TestWatcher_republishesWhenFilesSettle(t *testing.T) {
	t.Parallel()
	w := watch(t)
	before := w.current.Load()
	w.edit("en/variables.yaml", hours)
	w.looks(1)
	if w.current.Load() != before {
		t.Fatal("published while the files may still be changing")
	}
	w.looks(1)
	p := w.current.Load()
	if p == before || p.Variables["en"]["hours"] != "noon" {
		t.Fatal("not republished")
	}
	if got := w.Status(); got != (Status{Version: p.Version}) {
		t.Errorf("status = %+v", got)
	}
	w.looks(3)
	if w.current.Load() != p || w.swaps != 1 {
		t.Errorf("republished without a change: %d swaps", w.swaps)
	}
}

func TestWatcher_publishCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := watch(t)
	before := w.current.Load()
	w.edit("en/variables.yaml", hours)
	if err := WriteManifest(w.dir, before.Manifest(time.Unix(0, 0), 0)); err != nil {
		t.Fatal(err)
	}
	w.looks(1)
	if w.current.Load() == before {
		t.Error("a publish waits for a second look")
	}
}

func TestWatcher_keepsTheLastGoodBase(t *testing.T) {
	t.Parallel()
	w := watch(t)
	good := w.current.Load()
	w.edit("en/variables.yaml", "hours: [\n")
	w.looks(4)
	if w.current.Load() != good {
		t.Fatal("a wrong base was published")
	}
	if got := w.Status(); got.Version != good.Version || !strings.Contains(got.Problem, "en/variables.yaml:") {
		t.Errorf("status = %+v", got)
	}
	if n := strings.Count(w.log.String(), "not republished"); n != 1 {
		t.Errorf("the reason was logged %d times:\n%s", n, &w.log)
	}
	w.edit("en/variables.yaml", hours)
	w.looks(2)
	if got := w.Status(); got.Problem != "" || w.current.Load() == good {
		t.Errorf("not republished after the files were mended: %+v", got)
	}
}

func TestWatcher_runLooksEverySecondUntilTheEnd(t *testing.T) {
	t.Parallel()
	w := watch(t)
	counted := &countFS{FS: os.DirFS(w.dir)}
	synctest.Test(t, func(t *testing.T) {
		watcher := NewWatcher(counted, &w.current, slog.New(slog.DiscardHandler), func(*Published) {}, func() {})
		ctx, cancel := context.WithTimeout(t.Context(), 10500*time.Millisecond)
		defer cancel()
		if err := watcher.Run(ctx); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	if n := counted.roots.Load(); n != 11+1 { // the second look loads, which lists the root once
		t.Errorf("%d looks in 10.5 seconds, want 11", n-1)
	}
}

type countFS struct {
	fs.FS
	roots atomic.Int64
}

func (c *countFS) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == "." {
		c.roots.Add(1)
	}
	return fs.ReadDir(c.FS, name)
}
