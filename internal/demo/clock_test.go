package demo

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestClock_followsForwardAndIsKept(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "clock")
	c, err := OpenClock(file)
	if err != nil {
		t.Fatal(err)
	}
	moves := 0
	c.Moved = func() { moves++ }
	for _, by := range []time.Duration{24 * time.Hour, -24 * time.Hour, time.Hour} {
		c.Move(by)
	}
	again, err := OpenClock(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, clock := range map[string]*Clock{"this run": c, "the next run": again} {
		if ahead := time.Until(clock.Now()).Round(time.Minute); ahead != 25*time.Hour {
			t.Errorf("%s is %v ahead", name, ahead)
		}
	}
	if moves != 2 {
		t.Errorf("told of %d moves", moves)
	}
	if err := os.WriteFile(file, []byte("later"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenClock(file); err == nil {
		t.Error("a damaged clock is taken")
	}
}
