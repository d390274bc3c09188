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
	p := phones{strings.TrimRight(c.Sandbox, "/")}
	feed, err := p.messages(ctx, number, 0)
	if err != nil && !strings.Contains(err.Error(), "404") {
		return err
	}
	after := printFeed(feed, 0)
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
	return c.talk(ctx, p, number, after, lines)
}

func (c phoneCmd) talk(ctx context.Context, p phones, number string, after int64, lines <-chan string) error {
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
			if err := p.write(ctx, number, text); err != nil {
				return err
			}
		case <-tick.C:
			if !sent && after == 0 {
				continue // the number may not exist yet
			}
			feed, err := p.messages(ctx, number, after)
			if err != nil {
				if errors.Is(ctx.Err(), context.Canceled) {
					return nil
				}
				return err
			}
			after = printFeed(feed, after)
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

func printFeed(feed phoneFeed, after int64) int64 {
	for _, m := range feed.Messages {
		mark := "you "
		if m.Direction == "out" {
			mark = "shop"
		}
		fmt.Printf("%s | %s\n", mark, strings.ReplaceAll(m.show(), "\n", "\n     | "))
		after = max(after, m.N)
	}
	for _, n := range feed.Notices {
		fmt.Printf("     * %s\n", n.Text.EN)
	}
	return after
}
