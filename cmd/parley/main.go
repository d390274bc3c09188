// Command parley is the external system of Braze's WhatsApp channel, and
// everything around it: the gateway, a pretend Braze to try it against, and tools.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	_ "time/tzdata" // time zones also where the system has none, as in a bare image

	"github.com/alecthomas/kong"
)

// version is set when a release is built.
var version = "dev"

type commands struct {
	Demo    demoCmd    `cmd:"" help:"Look around: gateway, pretend Braze and WhatsApp, and seed data, without any account or settings."`
	Serve   serveCmd   `cmd:"" help:"Run the gateway with your settings."`
	Sandbox sandboxCmd `cmd:"" help:"Run the pretend Braze and WhatsApp alone, to test any Braze integration."`
	Phone   phoneCmd   `cmd:"" help:"Be a customer on the sandbox's WhatsApp, in this terminal."`
	KB      kbCmd      `cmd:"" name:"kb" help:"Check, try and publish a knowledge base."`
	Flow    flowCmd    `cmd:"" help:"Check, try and publish flows: what the bot asks, looks up and does step by step."`
	Setup   setupCmd   `cmd:"" help:"Print what to paste into Braze for your settings, field by field."`
	Tool    toolCmd    `cmd:"" help:"Check and try the tools that the bot may use in your own systems."`
	Brain   brainCmd   `cmd:"" help:"Try a brain of your own: an endpoint that decides in the bot's place."`
	Doctor  doctorCmd  `cmd:"" help:"Look for what keeps messages from arriving or leaving, and say how to mend it."`
	Eval    evalCmd    `cmd:"" help:"Measure how well the bot understands."`
	User    userCmd    `cmd:"" help:"Add, list and disable people who may log in to the desk."`
	Config  configCmd  `cmd:"" help:"Check and print settings."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date, or show where it stands."`
	Bench   benchCmd   `cmd:"" help:"Measure the gateway against an HTTP floor on this machine."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

func main() {
	// A message's way leaves much short-lived garbage beside a small heap; letting
	// the heap grow further between collections costs tens of megabytes and gives
	// back a fifth of the throughput.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	var c commands
	ctx := kong.Parse(&c, kong.Name("parley"), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Description("The external system of Braze's WhatsApp channel: a bot that answers, people who take over."))
	ctx.FatalIfErrorf(ctx.Run())
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	_, err := fmt.Fprintln(os.Stdout, "parley", version)
	return err
}
