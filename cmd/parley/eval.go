package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"parley/internal/bot/eval"
)

// evalCmd measures the bot.
type evalCmd struct {
	Run     evalRunCmd     `cmd:"" help:"Play conversations that are written down against a gateway and the sandbox, and say what is not as expected."`
	Record  evalRecordCmd  `cmd:"" help:"Write a real conversation as such a file, without its personal data."`
	Replay  evalReplayCmd  `cmd:"" help:"Decide past turns again from a draft knowledge base and show which would change."`
	Set     evalSetCmd     `cmd:"" help:"Train the embedded understander on one labelled file and read another: accuracy, off-topic recall, calibration, speed."`
	HeldOut evalHeldOutCmd `cmd:"" name:"heldout" help:"Read the messages that were written apart from the built-in knowledge base's phrasings, in both languages."`
}

type evalSetCmd struct {
	Train    string  `required:"" type:"existingfile" help:"CSV with the columns text and label to learn from; the label oos means: belongs to no intent."`
	Test     string  `required:"" type:"existingfile" help:"CSV of the same form to read."`
	Language string  `short:"l" help:"Language of the messages, such as fr; detected when left out."`
	OOSPrior float64 `name:"oos-prior" help:"Expected share of off-topic messages, above 0 and below 1; 0.4 when left out."`
	Curve    bool    `help:"Also measure with 1, 5, 10 and 30 phrasings of each intent; the mean of three draws."`
	Few      []int   `help:"Other numbers of phrasings for the curve, such as 2,20."`
	Typos    float64 `help:"Share of the letters of each test message that are edited at random, such as 0.05."`
	Edits    int     `help:"Random edits made to every test message."`
	bounds
	JSON bool `name:"json" help:"Print one JSON object."`
}

// bounds are what figures are held against.
type bounds struct {
	Floor   map[string]float64 `mapsep:"," help:"Fail when a figure is below, such as top1=92; names are those of --json."`
	Ceiling map[string]float64 `mapsep:"," help:"Fail when a figure is above, such as ece=0.05."`
}

// evalReport is what --json prints.
type evalReport struct {
	*eval.Report
	Few []eval.Point `json:"few,omitempty"`
}

func (c *evalSetCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	if c.Typos < 0 || c.Typos > 1 || c.Edits < 0 {
		return errors.New("--typos is a share of 0 to 1, such as 0.05 for one letter in twenty; --edits counts letters")
	}
	train, err := readSet(c.Train)
	if err != nil {
		return err
	}
	test, err := readSet(c.Test)
	if err != nil {
		return err
	}
	bar := newBar("training")
	o := eval.Options{Language: c.Language, OOSPrior: c.OOSPrior, Typos: c.Typos, Edits: c.Edits, Progress: bar.show}
	if c.Curve && len(c.Few) == 0 {
		c.Few = []int{1, 5, 10, 30}
	}
	var out evalReport
	out.Few, err = eval.Curve(ctx, train, test, o, c.Few)
	if err == nil {
		out.Report, err = eval.Measure(ctx, train, test, o)
	}
	bar.clear()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(os.Stdout, out)
	} else {
		err = printEval(os.Stdout, out)
	}
	if err != nil {
		return err
	}
	return eval.Hold(out.Report, c.Floor, c.Ceiling)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type evalHeldOutCmd struct {
	Dir  string `arg:"" optional:"" type:"existingdir" help:"Folder of a knowledge base with the built-in one's intents; the built-in one when left out."`
	JSON bool   `name:"json" help:"Print one JSON object."`
	bounds
}

// Run reads the held-out messages.
func (c *evalHeldOutCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	base, err := loadKnowledge(c.Dir)
	if err != nil {
		return err
	}
	published, _, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	list, err := eval.ReadHeldOut(published)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(os.Stdout, map[string]any{"languages": list})
	} else {
		err = printHeldOut(os.Stdout, list)
	}
	for _, h := range list {
		if broken := eval.Hold(h, c.Floor, c.Ceiling); broken != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", h.Language, broken))
		}
	}
	return err
}

func printHeldOut(w io.Writer, list []*eval.HeldOut) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "language\tmessages\ttop1\ttop3\tright\twrong\tasked\toff_topic\tfalse_acceptances\toff_topic_asked")
	for _, h := range list {
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t%.1f\t%.1f\n",
			h.Language, h.Messages, h.Top1, h.Top3, h.Right, h.Wrong, h.Asked, h.OffTopic, h.Accepted, h.AcceptedAsked)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, h := range list {
		for _, m := range h.Misses {
			fmt.Fprintf(w, "%s  answered %s (%.2f) instead of %s: %s\n", h.Language, m.Got, m.P, m.Want, m.Text)
		}
	}
	return nil
}

func readSet(path string) (*eval.Set, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return eval.ReadSet(path, f)
}

func printEval(w io.Writer, r evalReport) error {
	optional := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.1f", *v)
	}
	fmt.Fprintf(w, "learnt %d phrasings of %d intents; read %d messages and %d out of scope", r.Learnt, r.Intents, r.InScope, r.Outside)
	if r.Skipped > 0 {
		fmt.Fprintf(w, "; %d without a letter or digit left out", r.Skipped)
	}
	fmt.Fprint(w, "\n\n")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range [][3]string{
		{"top1", fmt.Sprintf("%.1f", r.Top1), "% of in-scope messages read right"},
		{"top3", fmt.Sprintf("%.1f", r.Top3), "% with the right intent among the first three"},
		{"oos_recall_at_90", optional(r.OOSRecallAt90), fmt.Sprintf("%% of out-of-scope messages refused where 90 %% of in-scope are accepted (p >= %.3f)", r.AcceptAt90)},
		{"answer_precision_at_70", optional(r.AnswerPrecisionAt70), fmt.Sprintf("%% right among the %.1f %% of messages answered at p >= 0.7", r.AnsweredAt70)},
		{"ece", fmt.Sprintf("%.4f", r.ECE), "calibration error, 0 is perfect"},
		{"p50_us", fmt.Sprintf("%.0f", r.P50Micros), fmt.Sprintf("microseconds for a message; p99 %.0f", r.P99Micros)},
		{"train_s", fmt.Sprintf("%.1f", r.TrainSeconds), "seconds to train and calibrate"},
	} {
		fmt.Fprintf(t, "%s\t%s\t%s\n", row[0], row[1], row[2])
	}
	if len(r.Few) > 0 {
		fmt.Fprint(t, "\nphrasings\ttop1\ttop3\toos_recall_at_90\tanswer_precision_at_70\n")
		for _, p := range append(r.Few, eval.Point{Report: r.Report}) {
			name := fmt.Sprint(p.Phrasings)
			if p.Phrasings == 0 {
				name = "all"
			}
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%s\t%s\n", name, p.Top1, p.Top3, optional(p.OOSRecallAt90), optional(p.AnswerPrecisionAt70))
		}
	}
	return t.Flush()
}
