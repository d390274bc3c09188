package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Watcher republishes a knowledge base when its files change. While the files are wrong
// the last good base stays.
type Watcher struct {
	fsys    fs.FS
	current *atomic.Pointer[Published]
	log     *slog.Logger
	every   time.Duration

	seen    trail // of the files at the last look
	tried   trail // of the files last loaded
	mu      sync.Mutex
	status  Status
	changed func(*Published)
	refused func()
}

// Status is what an operator wants to know about a watched base.
type Status struct {
	Version string // in use
	// Problem is why newer files are not in use, or empty.
	Problem string
}

// NewWatcher watches fsys and swaps *current, which must hold a published base already.
// changed is called after every swap and refused for every version that is wrong in
// a new way, both from the goroutine of Run.
func NewWatcher(fsys fs.FS, current *atomic.Pointer[Published], log *slog.Logger, changed func(*Published), refused func()) *Watcher {
	w := &Watcher{fsys: fsys, current: current, log: log, every: time.Second, changed: changed, refused: refused}
	w.status.Version = current.Load().Version
	return w
}

// Status is safe to call at any time.
func (w *Watcher) Status() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

// Run looks once a second until ctx ends, and returns nil then.
func (w *Watcher) Run(ctx context.Context) error {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for {
		w.look(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look republishes when the files changed. Editors save several files one after the
// other: a change counts once two looks in a row see the same, or at once when somebody
// published.
func (w *Watcher) look(ctx context.Context) {
	now, err := follow(w.fsys)
	if err != nil {
		w.refuse(err)
		return
	}
	settled := now == w.seen || (w.seen != trail{} && now.manifest != w.seen.manifest)
	w.seen = now
	if !settled || now == w.tried {
		return
	}
	w.tried = now
	base, err := Load(w.fsys)
	if err != nil {
		w.refuse(err)
		return
	}
	if base.Version == w.current.Load().Version {
		w.accept(base.Version)
		return
	}
	start := time.Now()
	p, err := Publish(ctx, base, nil)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			w.refuse(err)
		}
		return
	}
	w.current.Store(p)
	w.accept(p.Version)
	w.log.Info("knowledge base republished", "version", p.Version, "intents", len(p.Intents), "took", time.Since(start))
	w.changed(p)
}

func (w *Watcher) accept(version string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.status = Status{Version: version}
}

// refuse keeps the base in use and says why, once per reason.
func (w *Watcher) refuse(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.status.Problem == err.Error() {
		return
	}
	w.status.Problem = err.Error()
	w.refused()
	w.log.Warn("knowledge base not republished, the last good one stays", "version", w.status.Version, "error", err)
}

// trail changes with the name, size or time of any file of the base.
type trail struct{ files, manifest string }

func follow(fsys fs.FS) (trail, error) {
	var t trail
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if path != "." && ignored(name) && name != ManifestFile && !isDocument(path) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed while walking
		}
		if err != nil {
			return err
		}
		mark := fmt.Sprintf("%s\x00%d\x00%d\n", path, info.Size(), info.ModTime().UnixNano())
		if name == ManifestFile {
			t.manifest += mark
		} else {
			t.files += mark
		}
		return nil
	})
	if err != nil {
		return trail{}, fmt.Errorf("watch knowledge base: %w", err)
	}
	return t, nil
}
