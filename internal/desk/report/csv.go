package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Tables are the names under which WriteCSV knows the tables of a report.
const (
	TableDays       = "days"
	TableReasons    = "reasons"
	TableIntents    = "intents"
	TableAgents     = "agents"
	TableDeliveries = "deliveries"
)

// WriteCSV writes a table of a report as RFC 4180 has it, a row at a time: in UTF-8,
// with a header, durations in seconds. names are those of users by id. An unknown
// table is that of the days.
func (r *Report) WriteCSV(w io.Writer, table string, names map[string]string) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	header, rows := r.table(table, names)
	if err := out.Write(header); err != nil {
		return err
	}
	record := make([]string, len(header))
	for row := range rows {
		for i, v := range row {
			record[i] = cellText(v)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// table gives a header and its rows; their cells are string, int64, *int64 for
// milliseconds, or *float64, of which nil is empty.
func (r *Report) table(name string, names map[string]string) (header []string, rows func(func([]any) bool)) {
	switch name {
	case TableReasons:
		return []string{"reason", "handoffs"}, each(r.Reasons, func(c Counted) []any { return []any{c.Key, c.Count} })
	case TableIntents:
		return []string{"intent", "engagements", "handed_off"}, each(r.Intents, func(i Intent) []any { return []any{i.Intent, i.Count, i.HandedOff} })
	case TableAgents:
		return []string{"id", "name", "replies", "engagements", "first_reply_p50_seconds", "csat", "csat_answers"},
			each(r.Agents, func(a Agent) []any {
				return []any{a.ID, names[a.ID], a.Replies, a.Conversations, a.FirstReplyP50, a.Scores.Mean(), a.Scores.Answers()}
			})
	case TableDeliveries:
		return []string{"reason", "messages_not_sent"}, each(r.Deliveries, func(c Counted) []any { return []any{c.Key, c.Count} })
	}
	header = []string{
		"day", "opened", "contained", "falsely_contained", "handed_off", "messages_in", "messages_bot", "messages_agent", "handoffs", "answered",
		"first_reply_p50_seconds", "first_reply_p90_seconds", "resolved", "resolution_p50_seconds", "resolution_p90_seconds", "accepted", "failed",
	}
	return header, each(r.Days, func(d Day) []any {
		return []any{
			d.Day, d.Opened, d.Contained, d.Falsely, d.HandedOff, d.In, d.OutBot, d.OutAgent, d.Handoffs, d.Replied,
			d.FirstReplyP50, d.FirstReplyP90, d.Resolved, d.ResolutionP50, d.ResolutionP90, d.Sent, d.Unsent,
		}
	})
}

func each[T any](list []T, row func(T) []any) func(func([]any) bool) {
	return func(yield func([]any) bool) {
		for _, v := range list {
			if !yield(row(v)) {
				return
			}
		}
	}
}

func cellText(v any) string {
	switch v := v.(type) {
	case string:
		return harmless(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case *int64:
		if v != nil {
			return strconv.FormatInt(Seconds(*v), 10)
		}
	case *float64:
		if v != nil {
			return strconv.FormatFloat(*v, 'f', 2, 64)
		}
	}
	return ""
}

// Seconds rounds milliseconds.
func Seconds(ms int64) int64 { return (ms + 500) / 1000 }

// formulaStarts are what makes a spreadsheet take a cell for a formula (OWASP, "CSV
// Injection"), the wide forms of the signs included.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// harmless keeps a spreadsheet from taking text for a formula: names and codes come
// from people.
func harmless(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune(formulaStarts, first) {
		return "'" + s
	}
	return s
}
