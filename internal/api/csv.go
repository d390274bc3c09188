package api

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// table is a header and its rows.
type table struct {
	header []string
	rows   [][]any // string, int64, *int64 or *float64; nil pointers are empty cells
}

func (b *ReportBody) table(name string) table {
	t := table{}
	switch name {
	case "reasons":
		t.header = []string{"reason", "handoffs"}
		for _, r := range b.Reasons {
			t.rows = append(t.rows, []any{r.Code, r.Count})
		}
	case "intents":
		t.header = []string{"intent", "engagements", "handed_off"}
		for _, i := range b.Intents {
			t.rows = append(t.rows, []any{i.Intent, i.Count, i.HandedOff})
		}
	case "agents":
		t.header = []string{"id", "name", "replies", "engagements", "first_reply_p50_seconds", "csat", "csat_answers"}
		for _, a := range b.Agents {
			t.rows = append(t.rows, []any{a.ID, a.Name, a.Replies, a.Conversations, a.FirstReplyP50, a.CSAT, a.CSATAnswers})
		}
	case "deliveries":
		t.header = []string{"reason", "messages_not_sent"}
		for _, d := range b.Deliveries {
			t.rows = append(t.rows, []any{d.Reason, d.Count})
		}
	default:
		t.header = []string{
			"day", "opened", "contained", "falsely_contained", "handed_off", "messages_in", "messages_bot", "messages_agent", "handoffs", "answered",
			"first_reply_p50_seconds", "first_reply_p90_seconds", "resolved", "resolution_p50_seconds", "resolution_p90_seconds", "accepted", "failed",
		}
		for _, d := range b.Days {
			t.rows = append(t.rows, []any{
				d.Day, d.Opened, d.Contained, d.FalselyContained, d.HandedOff, d.MessagesIn, d.MessagesBot, d.MessagesAgent, d.Handoffs, d.Answered,
				d.FirstReplyP50, d.FirstReplyP90, d.Resolved, d.ResolutionP50, d.ResolutionP90, d.Accepted, d.Failed,
			})
		}
	}
	return t
}

// writeCSV writes a table as RFC 4180 has it, a row at a time.
func writeCSV(w io.Writer, t table) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(t.header); err != nil {
		return err
	}
	record := make([]string, len(t.header))
	for _, row := range t.rows {
		for i, v := range row {
			record[i] = cell(v)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case string:
		return harmless(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case *int64:
		if v != nil {
			return strconv.FormatInt(*v, 10)
		}
	case *float64:
		if v != nil {
			return strconv.FormatFloat(*v, 'f', 2, 64)
		}
	}
	return ""
}

// harmless keeps a spreadsheet from taking text for a formula: names and codes come
// from people (OWASP, "CSV Injection").
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) || strings.HasPrefix(s, "＝") || strings.HasPrefix(s, "＋") || strings.HasPrefix(s, "－") || strings.HasPrefix(s, "＠") {
		return "'" + s
	}
	return s
}
