// Package demo is what `parley demo` has beside a gateway and the sandbox: a clock that
// follows the sandbox's, an example shop to call, and a story that customers play.
//
// It owns nothing that a gateway of one's own would need.
package demo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

// Clock is the gateway's time in the demo: the real one, moved forward whenever the
// sandbox's is. It never goes back, for what is due would then wait for a time that has
// been; so a sandbox that returns to the real time leaves the gateway ahead. It is kept
// beside the database, whose times it made.
type Clock struct {
	file  string
	ahead atomic.Int64
	// Moved is called after a move; it must be set before the sandbox starts.
	Moved func()
}

// OpenClock goes on with the time kept in a file, or begins with the real one.
func OpenClock(file string) (*Clock, error) {
	c := &Clock{file: file}
	kept, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the demo's clock cannot be read: %w; let this account read its --data folder", err)
	}
	ahead, err := time.ParseDuration(strings.TrimSpace(string(kept)))
	if err != nil || ahead < 0 {
		return nil, fmt.Errorf("%s holds no time such as 24h; delete it to go on with the real time", file)
	}
	c.ahead.Store(int64(ahead))
	return c, nil
}

// Now is the gateway's time.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Move follows a move of the sandbox's clock.
func (c *Clock) Move(by time.Duration) {
	if by <= 0 {
		return
	}
	ahead := time.Duration(c.ahead.Add(int64(by)))
	// A demo whose folder cannot be written has failed before; at worst the next run is behind.
	_ = os.WriteFile(c.file, []byte(ahead.String()+"\n"), 0o600)
	c.Moved()
}
