// Package report writes what became of played conversations: as text, JSON, JUnit's XML
// and one HTML page. It must not judge; that was done before.
//
// Start reading at [Run].
package report

import (
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"parley/internal/eval/page"
	"parley/internal/eval/play"
)

// Run is all conversations of one call, in the order they were played.
type Run struct {
	At      time.Time      `json:"at"`
	Passed  int            `json:"passed"`
	Failed  int            `json:"failed"`
	Checks  int            `json:"checks"`
	Millis  int64          `json:"millis"`
	Results []*play.Result `json:"results"`
}

// Add counts one more.
func (r *Run) Add(result *play.Result) {
	r.Results = append(r.Results, result)
	r.Checks += result.Checked
	r.Millis += result.Millis
	if result.Passed {
		r.Passed++
	} else {
		r.Failed++
	}
}

// Text writes the line of one conversation, and what failed in it.
func Text(w io.Writer, r *play.Result) {
	mark := "ok  "
	if !r.Passed {
		mark = "FAIL"
	}
	fmt.Fprintf(w, "%s  %s  (%d checks, %d ms)\n", mark, r.Name, r.Checked, r.Millis)
	for _, f := range failures(r) {
		fmt.Fprintln(w, "      "+strings.ReplaceAll(f, "\n", "\n        "))
	}
}

func failures(r *play.Result) (list []string) {
	for _, s := range r.Steps {
		if s.Problem != "" {
			list = append(list, fmt.Sprintf("%s:%d: %s", r.File, s.Line, s.Problem))
		}
		for _, c := range s.Checks {
			if !c.Passed {
				list = append(list, fmt.Sprintf("%s:%d: %s: want %q, got %q", r.File, c.Line, c.Key, c.Want, c.Got))
			}
		}
	}
	return list
}

// Summary is the last line.
func (r *Run) Summary() string {
	return fmt.Sprintf("%d conversations, %d failed; %d checks in %.1f s", len(r.Results), r.Failed, r.Checks, float64(r.Millis)/1000)
}

// JSON writes everything.
func (r *Run) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// JUnit writes the XML form that build servers read: a suite for each file, a case for each conversation.
func (r *Run) JUnit(w io.Writer) error {
	type failure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Name      string   `xml:"name,attr"`
		ClassName string   `xml:"classname,attr"`
		Time      string   `xml:"time,attr"`
		Failure   *failure `xml:"failure,omitempty"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Time     string     `xml:"time,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	all := struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []*suite `xml:"testsuite"`
	}{Tests: len(r.Results), Failures: r.Failed}
	seconds := func(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }
	by, took := map[string]*suite{}, map[string]int64{}
	for _, result := range r.Results {
		s := by[result.File]
		if s == nil {
			s = &suite{Name: result.File}
			by[result.File] = s
			all.Suites = append(all.Suites, s)
		}
		c := testCase{Name: result.Name, ClassName: result.File, Time: seconds(result.Millis)}
		if list := failures(result); len(list) > 0 {
			c.Failure = &failure{list[0], strings.Join(list, "\n")}
			s.Failures++
		}
		s.Cases = append(s.Cases, c)
		s.Tests++
		took[result.File] += result.Millis
		s.Time = seconds(took[result.File])
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

//go:embed run.gohtml
var body string

// HTML writes the page.
func (r *Run) HTML(w io.Writer) error {
	tone := func(bad int) string {
		if bad > 0 {
			return "danger"
		}
		return "ok"
	}
	return page.Write(w, page.Page{
		Title: "Conversation tests",
		Lead:  "Played " + r.At.UTC().Format("2 January 2006, 15:04 UTC") + " through the real webhook, on a virtual clock.",
		Tiles: []page.Tile{
			{Name: "Passed", Value: fmt.Sprint(r.Passed), Tone: tone(r.Failed)},
			{Name: "Failed", Value: fmt.Sprint(r.Failed), Tone: tone(r.Failed)},
			{Name: "Checks", Value: fmt.Sprint(r.Checks)},
			{Name: "Seconds", Value: fmt.Sprintf("%.1f", float64(r.Millis)/1000)},
		},
		Some: "Failed only", All: "All", Narrow: false, Body: r.Results,
	}, body)
}
