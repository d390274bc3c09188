package eval

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Print writes the figures of a report and of its learning curve, if there is one.
func Print(w io.Writer, r *Report, few []Point) error {
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
	if len(few) > 0 {
		fmt.Fprint(t, "\nphrasings\ttop1\ttop3\toos_recall_at_90\tanswer_precision_at_70\n")
		for _, p := range append(few, Point{Report: r}) {
			name := fmt.Sprint(p.Phrasings)
			if p.Phrasings == 0 {
				name = "all"
			}
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%s\t%s\n", name, p.Top1, p.Top3, optional(p.OOSRecallAt90), optional(p.AnswerPrecisionAt70))
		}
	}
	return t.Flush()
}

// PrintHeldOut writes what was made of the held-out messages, and each wrong answer.
func PrintHeldOut(w io.Writer, list []*HeldOut) error {
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
