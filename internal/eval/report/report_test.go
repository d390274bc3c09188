package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"

	"parley/internal/bot"
	"parley/internal/eval/play"
)

func TestRun_writesEveryForm(t *testing.T) {
	t.Parallel()
	var r Run
	r.Add(&play.Result{File: "a.yaml", Line: 1, Name: "good", Passed: true, Checked: 1, Millis: 5, Steps: []*play.Step{{
		Kind: "customer", Did: []string{"<script>alert(1)</script>"}, Bot: &bot.Trace{Intent: "hours", Band: "answer"},
		Arrived: []play.Bubble{{Text: "Hello", Choices: []string{"A person"}}}, Checks: []play.Outcome{{Key: "sends", Want: "1", Got: "1", Passed: true}},
	}}})
	r.Add(&play.Result{File: "b.yaml", Line: 1, Name: "bad & worse", Checked: 1, Failed: 1, Millis: 7, Steps: []*play.Step{
		{Line: 3, Kind: "agent", Checks: []play.Outcome{{Line: 4, Key: "equals", Want: "<x>", Got: "y"}}}, {Line: 9, Kind: "tap", Problem: "no such button"},
	}})
	if r.Passed != 1 || r.Failed != 1 || r.Checks != 2 || !strings.HasPrefix(r.Summary(), "2 conversations, 1 failed; 2 checks") {
		t.Errorf("%+v, %s", r, r.Summary())
	}
	var text, junit, raw, html bytes.Buffer
	Text(&text, r.Results[1])
	if want := "FAIL  bad & worse  (1 checks, 7 ms)\n      b.yaml:4: equals: want \"<x>\", got \"y\"\n      b.yaml:9: no such button\n"; text.String() != want {
		t.Errorf("%s", text.String())
	}
	if err := r.JUnit(&junit); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Time  string `xml:"time,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(junit.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Failures != 1 || len(suites.Suites) != 2 || suites.Suites[0].Cases[0].Failure != nil || suites.Suites[0].Time != "0.005" ||
		!strings.Contains(suites.Suites[1].Cases[0].Failure.Text, `want "<x>"`) || suites.Suites[1].Cases[0].Name != "bad & worse" {
		t.Errorf("%+v", suites)
	}
	if err := r.JSON(&raw); err != nil {
		t.Fatal(err)
	}
	var back Run
	if err := json.Unmarshal(raw.Bytes(), &back); err != nil || back.Results[1].Steps[1].Problem != "no such button" {
		t.Errorf("%v, %+v", err, back)
	}
	if err := r.HTML(&html); err != nil {
		t.Fatal(err)
	}
	page := html.String()
	if strings.Contains(page, "<script") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Error("the page runs or fetches something")
	}
	for _, want := range []string{`class="card rest"`, `class="card " open`, "no such button", "&lt;script&gt;", "A person", "got: y", "hours · answer"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
