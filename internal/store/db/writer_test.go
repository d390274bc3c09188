package db

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/testkit"
)

const patience = time.Minute

func openWriter(t *testing.T) (*DB, *writer) {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), steps)
	if err != nil {
		t.Fatal(err)
	}
	return s, s.writer
}

func (w *writer) queued() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting)
}

// Whoever runs others' transactions must not do so for ever: its own caller waits.
func TestWriter_letsTheLeaderGo(t *testing.T) {
	t.Parallel()
	s, w := openWriter(t)
	var writers sync.WaitGroup
	var gone atomic.Bool
	links := 0
	// Each transaction lasts until the next writer waits behind it, so that there is always one.
	var link func() error
	link = func() error {
		if links++; links > 1000 || gone.Load() {
			return nil
		}
		writers.Go(func() {
			if err := w.transact(context.Background(), link); err != nil {
				t.Error(err)
			}
		})
		for w.queued() == 0 {
			runtime.Gosched()
		}
		return nil
	}
	if err := w.transact(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	gone.Store(true)
	writers.Wait()
	if links > 1000 {
		t.Error("the first writer carried out everybody's transactions before it was let go")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// A stop may close the store while somebody who has lost patience still writes.
func TestWriter_closesBehindTheLastTransaction(t *testing.T) {
	t.Parallel()
	s, _ := openWriter(t)
	begun, end := make(chan struct{}), make(chan struct{})
	wrote := make(chan error, 1)
	go func() {
		wrote <- s.Write(context.Background(), func(tx *Tx) error {
			close(begun)
			<-end
			_, err := tx.Insert(context.Background(), "users", []string{"id", "email"}, [][]any{{"one", "e"}}, "")
			return err
		})
	}()
	<-begun
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	testkit.Eventually(t, patience, func() bool {
		s.writer.mu.Lock()
		defer s.writer.mu.Unlock()
		return s.writer.closed
	})
	if err := s.Write(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, errClosed) {
		t.Errorf("a write after the close says %v", err)
	}
	close(end)
	if err := <-wrote; err != nil {
		t.Errorf("the transaction under way: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
}
