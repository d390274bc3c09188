// Package testkit holds what the tests of several packages share: golden files, differences, waiting for
// another process, and an HTTP transport that cannot leave the machine. Only tests import it, and it imports
// nothing of Parley.
package testkit

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// Golden compares got with the file at path and fails the test if they differ. Under "go test -update" it
// writes the file instead, folders included.
func Golden(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test once with -update to write it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-want +got); run the test with -update if the new text is right:\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

// Diff fails the test when got and want differ and shows where. It goes on, so that one run shows every
// difference.
func Diff[T any](t testing.TB, got, want T, opts ...cmp.Option) {
	t.Helper()
	if d := cmp.Diff(want, got, opts...); d != "" {
		t.Errorf("differs (-want +got):\n%s", d)
	}
}

// Eventually waits until done reports true, asking every few milliseconds, and stops the test after within.
// It is for what happens in another process; inside one process wait for the event itself or use
// testing/synctest.
func Eventually(t testing.TB, within time.Duration, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for pause := time.Millisecond; !done(); pause = min(2*pause, 50*time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not so after %v", within)
		}
		time.Sleep(pause)
	}
}
