package audit_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"parley/internal/audit"
	"parley/internal/store"
	"parley/internal/store/access"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

func entries(t *testing.T, s *store.Store, f access.AuditFilter) []access.Entry {
	t.Helper()
	f.Limit = 5000
	list, err := access.Entries(t.Context(), s, f)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTrail_writesEverythingBeforeItCloses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		trail := audit.New(s, slog.New(slog.DiscardHandler), func() int64 { return 7 })
		trail.Record(audit.Entry{Actor: "before", Action: "start", Status: 200})
		trail.Start()
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				for j := range 100 {
					trail.Record(audit.Entry{Actor: fmt.Sprint("user", i), Action: fmt.Sprint("act", j%2), Target: "users/1", Status: 204, Address: "192.0.2.1"})
				}
			})
		}
		all.Wait()
		if err := trail.Close(); err != nil {
			t.Fatal(err)
		}
		list := entries(t, s, access.AuditFilter{})
		if len(list) != 801 || !slices.IsSortedFunc(list, func(a, b access.Entry) int { return -cmpString(a.ID, b.ID) }) {
			t.Fatalf("%d entries, or not the newest first", len(list))
		}
		last := list[800]
		last.ID = ""
		testkit.Diff(t, last, access.Entry{At: 7, Actor: "before", Action: "start", Status: 200})
		if n := len(entries(t, s, access.AuditFilter{Actor: "user3", Action: "act1"})); n != 50 {
			t.Errorf("%d entries of one who did one thing", n)
		}
		if n := len(entries(t, s, access.AuditFilter{Before: list[799].ID})); n != 1 {
			t.Errorf("%d entries before the second", n)
		}
	})
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// A database that does not write for a while costs no entry.
func TestTrail_triesAgain(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	alter := func(statement string) {
		if err := s.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.ExecContext(t.Context(), statement); return err }); err != nil {
			t.Fatal(err)
		}
	}
	alter("ALTER TABLE audit RENAME TO audit_gone")
	failed := make(chan struct{}, 100)
	trail := audit.New(s, slog.New(notice{failed}), func() int64 { return 7 })
	trail.Start()
	for range 300 {
		trail.Record(audit.Entry{Action: "act"})
	}
	<-failed
	alter("ALTER TABLE audit_gone RENAME TO audit")
	if err := trail.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(entries(t, s, access.AuditFilter{})); n != 300 {
		t.Errorf("%d of 300 entries were kept", n)
	}
}

func TestTrail_nilKeepsNothing(t *testing.T) {
	t.Parallel()
	var trail *audit.Trail
	trail.Record(audit.Entry{Action: "act"})
}

// notice tells of every line that is logged.
type notice struct{ told chan struct{} }

func (n notice) Enabled(context.Context, slog.Level) bool { return true }
func (n notice) Handle(context.Context, slog.Record) error {
	select {
	case n.told <- struct{}{}:
	default:
	}
	return nil
}
func (n notice) WithAttrs([]slog.Attr) slog.Handler { return n }
func (n notice) WithGroup(string) slog.Handler      { return n }
