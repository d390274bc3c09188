package wire_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/internal/bot/remote/wire"
)

var turn = wire.Turn{ID: "turn_1", Languages: []string{"en", "fr"}}

func TestParse_takesEveryAction(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"turn":"turn_1","action":"answer","text":"Tomorrow.","sources":[{"name":"order","text":"arrives tomorrow"}],"did":["looked it up"]}`,
		`{"turn":"turn_1","action":"ask","text":"Which one?\nThe blue one?","language":"fr"}`,
		`{"turn":"turn_1","action":"choices","text":"Which one?","choices":[{"title":"Blue","detail":"as the sea"},{"title":"Red"}],"button":"Choose"}`,
		`{"turn":"turn_1","action":"handoff","reason":"too hard"}`,
		`{"turn":"turn_1","action":"handoff","reason":"too hard","text":"One moment."}`,
		`{"turn":"turn_1","action":"decline"}`,
		" {\"turn\":\"turn_1\",\"action\":\"keep\"}\n",
	} {
		a, err := wire.Parse([]byte(body), turn)
		if err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if again, _ := json.Marshal(a); !json.Valid(again) || a.Turn != "turn_1" {
			t.Errorf("%s is read as %s", body, again)
		}
	}
}

func TestParse_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	many := func(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }
	for body, want := range map[string]string{
		``:                                     "the answer is empty",
		`{"turn":`:                             "breaks off",
		`<html>`:                               "no JSON",
		`null`:                                 "no JSON object",
		`[]`:                                   "no JSON object",
		`"answer"`:                             "no JSON object",
		"{\"turn\":\"\xff\"}":                  "not UTF-8",
		`{"turn":7}`:                           "turn must not be a JSON number",
		`{"choices":[{"title":{}}]}`:           "choices.title must not be a JSON object",
		`{"turn":"turn_1","action":"keep"} {}`: "something follows",
		`{"turn":"turn_1","action":"keep","mood":"sunny"}`:                                                   `there is no field "mood"`,
		`{"turn":"turn_1","Action":"keep"}`:                                                                  `there is no field "Action"`,
		`{"turn":"turn_1","action":"choices","text":"x","choices":[{"id":1}]}`:                               `there is no field "id"`,
		`{"turn":"turn_2","action":"keep"}`:                                                                  "turn is not that of the request",
		`{"action":"keep"}`:                                                                                  "turn is not that of the request",
		`{"turn":"turn_1"}`:                                                                                  "action is not one of",
		`{"turn":"turn_1","action":"silent"}`:                                                                "action is not one of",
		`{"turn":"turn_1","action":"answer"}`:                                                                "text is missing",
		`{"turn":"turn_1","action":"answer","text":" \n"}`:                                                   "text is missing",
		`{"turn":"turn_1","action":"decline","text":"no"}`:                                                   "text has no place",
		`{"turn":"turn_1","action":"handoff"}`:                                                               "reason is missing",
		`{"turn":"turn_1","action":"answer","text":"x","reason":"y"}`:                                        "reason has no place",
		`{"turn":"turn_1","action":"answer","text":"x","choices":[{"title":"y"}]}`:                           "choices has no place",
		`{"turn":"turn_1","action":"choices","text":"x"}`:                                                    "choices is missing",
		`{"turn":"turn_1","action":"choices","text":"x","choices":[{"title":""}]}`:                           "choices[0].title is empty",
		`{"turn":"turn_1","action":"choices","text":"x","choices":[{"title":"y"},{"title":" y"}]}`:           "choices[1].title is there twice",
		`{"turn":"turn_1","action":"choices","text":"x","choices":[{"title":"twenty-five characters ..."}]}`: "choices[0].title has 26 characters; at most 24",
		`{"turn":"turn_1","action":"choices","text":"x","choices":[{"title":"a\nb"}]}`:                       "choices[0].title holds a character",
		`{"turn":"turn_1","action":"choices","text":"x","choices":` + many(11, `{"title":"y"}`) + `}`:        "choices has 11 entries; at most 10",
		`{"turn":"turn_1","action":"answer","text":"` + strings.Repeat("é", 1001) + `"}`:                     "text has 1001 characters",
		`{"turn":"turn_1","action":"answer","text":"a\u0000b"}`:                                              "text holds a character",
		`{"turn":"turn_1","action":"answer","text":"a\ud800b"}`:                                              "text holds a character",
		`{"turn":"turn_1","action":"answer","text":"x","language":"de"}`:                                     "language is not one of",
		`{"turn":"turn_1","action":"answer","text":"x","sources":[{"name":"y"}]}`:                            "sources[0] needs a name and a text",
		`{"turn":"turn_1","action":"answer","text":"x","did":` + many(6, `"y"`) + `}`:                        "did has 6 entries",
		`{"turn":"turn_1","action":"answer","text":"x","did":[""]}`:                                          "did[0] is empty",
	} {
		_, err := wire.Parse([]byte(body), turn)
		var problems wire.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", body, err, want)
		}
	}
	if _, err := wire.Parse([]byte(`{"turn":"x","action":"handoff","language":"de"}`), turn); len(err.(wire.Problems)) != 3 {
		t.Errorf("not everything is said at once: %v", err)
	}
}

// Whatever is taken keeps to the limits, which are those that WhatsApp's messages have.
func TestParse_whatIsTakenFits(t *testing.T) {
	t.Parallel()
	words := rapid.OneOf(rapid.StringN(0, 30, -1), rapid.StringN(0, 1100, -1), rapid.Just("x"), rapid.Just(""))
	action := rapid.SampledFrom([]string{"answer", "ask", "choices", "handoff", "decline", "keep", "silent", ""})
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		fields := map[string]any{"turn": rapid.SampledFrom([]string{"turn_1", "turn_1", "turn_1", "x"}).Draw(t, "turn"), "action": action.Draw(t, "action")}
		for _, name := range []string{"text", "reason", "button", "language"} {
			if rapid.IntRange(0, 2).Draw(t, name+"?") == 0 {
				fields[name] = words.Draw(t, name)
			}
		}
		if n := rapid.IntRange(0, 11).Draw(t, "choices"); n > 0 && rapid.Bool().Draw(t, "choices?") {
			list := []map[string]string{}
			for range n {
				list = append(list, map[string]string{"title": words.Draw(t, "title"), "detail": words.Draw(t, "detail")})
			}
			fields["choices"] = list
		}
		body, err := json.Marshal(fields)
		if err != nil {
			t.Skip()
		}
		a, err := wire.Parse(body, turn)
		if err != nil {
			if len(err.(wire.Problems)) == 0 || a.Turn != "" || a.Text != "" {
				t.Fatalf("refused without a reason or with an answer: %v, %+v", err, a)
			}
			return
		}
		taken++
		b := wire.Bounds()
		speaks := slices.Contains([]wire.Action{wire.Reply, wire.Ask, wire.Choices}, a.Action)
		switch {
		case a.Turn != turn.ID, speaks == (strings.TrimSpace(a.Text) == "") && a.Action != wire.Handoff:
			t.Fatalf("taken: %s", body)
		case utf8.RuneCountInString(a.Text) > b.Text, strings.ContainsRune(a.Text, 0), utf8.RuneCountInString(a.Reason) > b.Reason:
			t.Fatalf("too long or not to be shown: %q", a.Text)
		case (a.Action == wire.Choices) != (len(a.Choices) > 0), len(a.Choices) > b.Choices:
			t.Fatalf("%s with %d choices", a.Action, len(a.Choices))
		}
		for _, c := range a.Choices {
			if n := utf8.RuneCountInString(c.Title); n == 0 || n > b.Title || strings.ContainsAny(c.Title, "\n\x00") || utf8.RuneCountInString(c.Detail) > b.Detail {
				t.Fatalf("choice %+v", c)
			}
		}
	})
	if taken == 0 {
		t.Error("nothing was taken")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"turn":"turn_1","action":"answer","text":"x"}`))
	f.Add([]byte(`{"turn":"turn_1","action":"choices","text":"x","choices":[{"title":"y"}]}`))
	f.Add([]byte("{\"turn\":\"turn_1\",\"action\":\"keep\"}\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := wire.Parse(body, turn)
		if err != nil {
			return
		}
		again, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := wire.Parse(again, turn); err != nil {
			t.Fatalf("%s is taken, %s is not: %v", body, again, err)
		}
	})
}
