package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"parley/internal/bot/eval"
)

// evalCmd measures the bot.
type evalCmd struct {
	Run    evalRunCmd    `cmd:"" help:"Play conversations that are written down against a gateway and the sandbox, and say what is not as expected."`
	Record evalRecordCmd `cmd:"" help:"Write a real conversation as such a file, without its personal data."`
	Replay evalReplayCmd `cmd:"" help:"Decide past turns again from a draft knowledge base and show which would change."`
	Set    evalSetCmd    `cmd:"" help:"Train the embedded understander on one labelled file and read another: accuracy, off-topic recall, calibration, speed."`
}

type evalSetCmd struct {
	Train    string  `required:"" type:"existingfile" help:"CSV with the columns text and label to learn from; the label oos means: belongs to no intent."`
	Test     string  `required:"" type:"existingfile" help:"CSV of the same form to read."`
	Language string  `short:"l" help:"Language of the messages, such as fr; detected when left out."`
	OOSPrior float64 `name:"oos-prior" help:"Expected share of off-topic messages, above 0 and below 1; 0.4 when left out."`
	Few      []int   `help:"Also measure with so few phrasings of each intent, such as 1,5,10,30."`
	Typos    int     `help:"Random edits made to every test message."`
	JSON     bool    `name:"json" help:"Print one JSON object."`
}

// evalReport is what --json prints.
type evalReport struct {
	*eval.Report
	Few []eval.Point `json:"few,omitempty"`
}

func (c *evalSetCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	train, err := readSet(c.Train)
	if err != nil {
		return err
	}
	test, err := readSet(c.Test)
	if err != nil {
		return err
	}
	bar := newBar("training")
	o := eval.Options{Language: c.Language, OOSPrior: c.OOSPrior, Typos: c.Typos, Progress: bar.show}
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
		e := json.NewEncoder(os.Stdout)
		e.SetIndent("", "  ")
		return e.Encode(out)
	}
	return printEval(os.Stdout, out)
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
