package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mattn/go-isatty"

	"parley/internal/bot"
	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
)

// kbCmd works on knowledge bases: folders of YAML files, one per intent and language.
type kbCmd struct {
	Check   kbCheckCmd   `cmd:"" help:"Load a knowledge base and report errors, thin intents, confusable pairs and unfilled variables."`
	Publish kbPublishCmd `cmd:"" help:"Check that a knowledge base loads and trains, and tell a running gateway to use it."`
	Try     kbTryCmd     `cmd:"" help:"Show how a message is read: band, confidence, intent, alternatives, reply."`
	Search  kbSearchCmd  `cmd:"" help:"Show the passages of the documents nearest to a question, and which would be quoted."`
	Import  kbImportCmd  `cmd:"" help:"Make documents out of web pages, PDF files, Markdown or all the pages of a sitemap, to read over before they are quoted."`
	Diff    kbDiffCmd    `cmd:"" help:"Show what differs between two knowledge bases."`
	Init    kbInitCmd    `cmd:"" help:"Write the built-in knowledge base to a new folder, to start your own from."`
}

type kbCheckCmd struct {
	Dir    string `arg:"" optional:"" type:"existingdir" help:"Folder of the knowledge base; the built-in one when left out."`
	Strict bool   `help:"Fail when there is any finding."`
}

func (c *kbCheckCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	base, err := loadKnowledge(c.Dir)
	if err != nil {
		return err
	}
	bar := newBar("checking")
	report, err := knowledge.Check(ctx, base, bar.show)
	bar.clear()
	if err != nil {
		return err
	}
	for _, f := range report.Findings {
		fmt.Fprintf(os.Stdout, "%-10s %s\n", f.Kind, f)
	}
	printCounts(os.Stdout, base, report.Accuracy)
	if c.Strict && len(report.Findings) > 0 {
		return fmt.Errorf("%d findings in knowledge base %s", len(report.Findings), base.Version)
	}
	return nil
}

type kbPublishCmd struct {
	Dir string `arg:"" optional:"" type:"existingdir" help:"Folder of the knowledge base; the built-in one when left out, then nothing is written."`
}

func (c *kbPublishCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	base, err := loadKnowledge(c.Dir)
	if err != nil {
		return err
	}
	published, took, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	printCounts(os.Stdout, published.Base, nil)
	fmt.Fprintf(os.Stdout, "trained in %v\n", took.Round(time.Millisecond))
	if c.Dir == "" {
		fmt.Fprintln(os.Stdout, "this is the built-in knowledge base; 'parley kb init DIR' writes it to a folder you can edit and publish")
		return nil
	}
	if err := knowledge.WriteManifest(c.Dir, base.Manifest(time.Now(), took)); err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "published %s: %s\n", base.Version, filepath.Join(c.Dir, knowledge.ManifestFile))
	return nil
}

type kbTryCmd struct {
	Args     []string `arg:"" name:"dir-and-text" help:"The message, in quotes; a folder before it to use another knowledge base than the built-in one."`
	Language string   `short:"l" help:"Language on the customer's Braze profile, such as fr."`
}

func (c *kbTryCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	dir, text := splitTry(c.Args)
	if strings.TrimSpace(text) == "" {
		return errors.New("no message to try: parley kb try [DIR] \"where is my order\"")
	}
	base, err := loadKnowledge(dir)
	if err != nil {
		return err
	}
	published, _, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	b := bot.New(func() *knowledge.Published { return published }, time.Now)
	out, err := b.Reply(ctx, bot.Turn{
		Contact:  bot.Contact{Language: c.Language},
		Messages: []bot.Inbound{{ID: "try", Text: text}},
		Now:      time.Now(),
	})
	if err != nil {
		return err
	}
	printTry(os.Stdout, published, text, out)
	return nil
}

// splitTry takes the first argument for a folder when it is one and text follows.
func splitTry(args []string) (dir, text string) {
	if len(args) > 1 {
		if info, err := os.Stat(args[0]); err == nil && info.IsDir() {
			return args[0], strings.Join(args[1:], " ")
		}
	}
	return "", strings.Join(args, " ")
}

func printTry(w io.Writer, published *knowledge.Published, text string, out bot.Outcome) {
	t := out.Trace
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(tab, "%s\t"+format+"\n", append([]any{name}, args...)...)
	}
	row("language", "%s (from %s)", t.Language, t.LanguageFrom)
	row("band", "%s", t.Band)
	row("p", "%.3f", t.P)
	row("intent", "%s", t.Intent)
	for _, s := range published.Models[t.Language].Understand(text).Top {
		row("alternative", "%.3f  %s", s.P, s.Label)
	}
	if special, ok := intent.Always(text, t.Language); ok {
		row("always", "%s (%s)", special.Kind, special.Language)
	}
	row("action", "%s", out.Action)
	if out.Handoff != nil {
		row("handoff", "%s: %s", out.Handoff.Code, out.Handoff.Detail)
	}
	row("reason", "%s", t.Reason)
	row("time", "%d µs", t.Micros)
	tab.Flush()
	fmt.Fprintf(w, "\n%s\n", out.Text)
}

type kbInitCmd struct {
	Dir string `arg:"" type:"path" help:"Folder to write; it must not exist or be empty."`
}

func (c *kbInitCmd) Run() error {
	entries, err := os.ReadDir(c.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty; name a new folder", c.Dir)
	}
	if err := os.CopyFS(c.Dir, knowledge.Seed()); err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "wrote the built-in knowledge base to %s; edit the files, then run: parley kb publish %s\n", c.Dir, c.Dir)
	return nil
}

func interruptible() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt)
}

// loadKnowledge reads a folder, or the built-in base when dir is empty.
func loadKnowledge(dir string) (*knowledge.Base, error) {
	files, name := knowledge.Seed(), "built-in"
	if dir != "" {
		files, name = os.DirFS(dir), dir
	}
	base, err := knowledge.Load(files)
	var problems knowledge.Problems
	if errors.As(err, &problems) {
		return nil, fmt.Errorf("knowledge base %s has %d problems:\n%w", name, len(problems), err)
	}
	return base, err
}

func trainKnowledge(ctx context.Context, base *knowledge.Base) (*knowledge.Published, time.Duration, error) {
	bar := newBar("training")
	defer bar.clear()
	start := time.Now()
	published, err := knowledge.Publish(ctx, base, bar.show)
	return published, time.Since(start), err
}

func printCounts(w io.Writer, base *knowledge.Base, accuracy map[string]float64) {
	m := base.Manifest(time.Time{}, 0)
	for _, lang := range base.Languages {
		count := m.Languages[lang]
		fmt.Fprintf(w, "%s: %d intents, %d phrasings", lang, count.Intents, count.Phrasings)
		if a, ok := accuracy[lang]; ok {
			fmt.Fprintf(w, ", %.1f %% of held-out phrasings read right", 100*a)
		}
		fmt.Fprintln(w)
	}
}

// bar is a progress bar on standard error, when that is a terminal.
type bar struct {
	label string
	on    bool
}

func newBar(label string) *bar {
	return &bar{label: label, on: isatty.IsTerminal(os.Stderr.Fd())}
}

func (b *bar) show(done, total int) {
	if !b.on {
		return
	}
	const width = 30
	full := width * done / max(total, 1)
	fmt.Fprintf(os.Stderr, "\r%s [%s%s] %3d %%", b.label, strings.Repeat("=", full), strings.Repeat(" ", width-full), 100*done/max(total, 1))
}

func (b *bar) clear() {
	if b.on {
		fmt.Fprintf(os.Stderr, "\r%s\r", strings.Repeat(" ", len(b.label)+40))
	}
}
