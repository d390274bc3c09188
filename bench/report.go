package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Table writes a report for people.
func (r Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(t, "%s\tmessages\t/s\tof floor\tack p50\tp99 ms\tend to end p50\tp99 ms\tcalls\tlost\tdoubled\t\n", r.Database) // Flush reports errors
	for _, p := range r.Parts {
		floor := ""
		if p.OfFloor > 0 {
			floor = fmt.Sprintf("%.2f", p.OfFloor)
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%.0f\t%s\t%s\t%s\t%d\t%d\t%d\t\n",
			p.Name, p.Messages, p.PerSecond, floor, p.Ack.cells(), p.EndToEnd.cells(), p.Calls, p.Lost, p.Doubled)
	}
	return t.Flush()
}

func (l *Latency) cells() string {
	if l == nil {
		return "\t"
	}
	return fmt.Sprintf("%.1f\t%.1f", l.P50, l.P99)
}
