package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"parley/bench"
)

type benchCmd struct {
	Database string `help:"A fresh database, sqlite:PATH or postgres://…; default is SQLite in a temporary folder."`
	Messages int    `default:"20000" help:"Messages in the burst."`
	Callers  int    `default:"256" help:"Webhooks at the same time in the burst."`
	Rate     int    `default:"80" help:"Messages a second in the fixed-rate part, 0 for none; 80 is WhatsApp's limit for one number."`
	Seconds  int    `default:"10" help:"Length of the fixed-rate part."`
	JSON     bool   `name:"json" help:"Print the report as JSON."`
}

// Run measures and prints the report.
func (c benchCmd) Run() error {
	ctx, stop := untilStopped()
	defer stop()
	if c.Database == "" {
		dir, err := os.MkdirTemp("", "parley-bench-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
		c.Database = "sqlite:" + filepath.Join(dir, "bench.db")
	}
	report, err := bench.Run(ctx, bench.Options{
		Database: c.Database, Messages: c.Messages, Callers: c.Callers, Rate: c.Rate, Seconds: c.Seconds,
		Progress: func(what string) { fmt.Fprintln(os.Stderr, what+" …") },
	})
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return out.Encode(report)
	}
	return report.Table(os.Stdout)
}
