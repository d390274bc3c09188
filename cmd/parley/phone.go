package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"parley/internal/demo"
)

type phoneCmd struct {
	Number  string        `arg:"" help:"Number of the customer, such as +33600000002; an unknown one is added."`
	Sandbox string        `default:"http://127.0.0.1:8081" help:"Address of the sandbox."`
	Wait    time.Duration `default:"10s" help:"How long to wait for replies after the last line, when the input is not a terminal."`
}

// Run shows what the phone gets and sends each line of input.
func (c phoneCmd) Run() error {
	ctx, stop := untilStopped()
	defer stop()
	number := "+" + strings.TrimLeft(strings.TrimSpace(c.Number), "+0")
	if _, err := strconv.ParseUint(number[1:], 10, 64); err != nil || len(number) < 8 || len(number) > 16 {
		return fmt.Errorf("%q is not a phone number; write it with its country code, such as +33600000002", c.Number)
	}
	p := demo.Phones{Base: strings.TrimRight(c.Sandbox, "/")}
	feed, err := p.Messages(ctx, number, 0)
	if err != nil && !strings.Contains(err.Error(), "404") {
		return err
	}
	shown := &screen{}
	shown.print(feed)
	fmt.Fprintln(os.Stderr, "Write a line to send it; an empty line or Ctrl-D ends.")
	lines := make(chan string)
	go func() { // ends with the input or the process
		defer close(lines)
		in := bufio.NewScanner(os.Stdin)
		for in.Scan() && strings.TrimSpace(in.Text()) != "" {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return c.talk(ctx, p, number, shown, lines)
}

func (c phoneCmd) talk(ctx context.Context, p demo.Phones, number string, shown *screen, lines <-chan string) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	var ended <-chan time.Time
	sent := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			return nil
		case text, ok := <-lines:
			if !ok {
				lines = nil
				ended = time.After(c.patience(sent))
				continue
			}
			sent = true
			if err := p.Write(ctx, number, text); err != nil {
				return err
			}
		case <-tick.C:
			if !sent && shown.line == 0 {
				continue // the number may not exist yet
			}
			feed, err := p.Messages(ctx, number, shown.line)
			if err != nil {
				if errors.Is(ctx.Err(), context.Canceled) {
					return nil
				}
				return err
			}
			shown.print(feed)
		}
	}
}

// patience is how long to go on after the input has ended: a person has left, a script waits.
func (c phoneCmd) patience(sent bool) time.Duration {
	info, err := os.Stdin.Stat()
	if err != nil || !sent || info.Mode()&os.ModeCharDevice != 0 {
		return 0
	}
	return c.Wait
}

// screen remembers what was printed already: a notice comes again with every
// reading until a message follows it.
type screen struct{ line, notice int64 }

func (s *screen) print(feed demo.Feed) {
	for _, m := range feed.Messages {
		mark := "you "
		if m.Direction == "out" {
			mark = "shop"
		}
		fmt.Printf("%s | %s\n", mark, strings.ReplaceAll(m.Show(), "\n", "\n     | "))
		s.line = max(s.line, m.N)
	}
	for _, n := range feed.Notices {
		if n.ID > s.notice {
			fmt.Printf("     * %s\n", n.Text.EN)
			s.notice = n.ID
		}
	}
}
