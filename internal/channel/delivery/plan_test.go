package delivery_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/internal/channel/braze"
	"parley/internal/channel/delivery"
	"parley/internal/chat"
	"parley/internal/testkit"
)

// letters are what people write, with more of what matters to a cut than chance would bring.
func letters() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.SampledFrom([]rune("ab. !?…。\n\n\t \u00a0é\u0301👩\u200d🏽{%}"))),
	)
}

func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestSplit_losesNothingButWhiteSpace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, limit := letters().Draw(t, "text"), rapid.IntRange(-1, 40).Draw(t, "limit")
		parts := delivery.Split(text, limit)
		for i, p := range parts {
			if strings.TrimSpace(p) == "" {
				t.Errorf("part %d of %q is blank", i, text)
			}
			if p != strings.TrimSpace(p) {
				t.Errorf("part %d of %q begins or ends with white space: %q", i, text, p)
			}
			if n := utf8.RuneCountInString(p); limit > 0 && n > limit {
				t.Errorf("part %d of %q has %d characters, at most %d", i, text, n, limit)
			}
		}
		if got, want := withoutSpace(strings.Join(parts, "")), withoutSpace(text); got != want {
			t.Errorf("split into %q, which is %q and not %q", parts, got, want)
		}
		if limit < 1 && len(parts) > 1 {
			t.Errorf("without a limit there are %d parts", len(parts))
		}
	})
}

// The desk counts the messages of a reply before it is sent; its test reads the same table.
func TestSplit_cutsWhereAReaderWould(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/split.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name, Text string
		Limit      int
		Want       []string
	}
	if err := json.Unmarshal(table, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			testkit.Diff(t, delivery.Split(c.Text, c.Limit), c.Want)
		})
	}
}

var layouts = delivery.Layouts{
	chat.LayoutText:       {CampaignID: "text", Property: "body", MaxRunes: 30},
	chat.LayoutQuickReply: {CampaignID: "buttons", Property: "body", Buttons: []string{"b1", "b2", "b3"}, MaxRunes: 20},
}

// all has every layout, some of them by another way than a campaign.
var all = delivery.Layouts{
	chat.LayoutText:       layouts[chat.LayoutText],
	chat.LayoutQuickReply: layouts[chat.LayoutQuickReply],
	chat.LayoutList: {
		Object: &delivery.Object{AppID: "app", Group: "group"}, Property: "body", MaxRunes: 25,
		Buttons: []string{"open", "section", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10"},
	},
	chat.LayoutImage: {CanvasID: "image", Property: "body", Buttons: []string{"at"}, MaxRunes: 20},
	chat.LayoutAudio: {CampaignID: "audio", Property: "body", Buttons: []string{"at"}, MaxRunes: 20},
	chat.LayoutCTA:   {CampaignID: "cta", Property: "body", Buttons: []string{"label", "at"}, MaxRunes: 20},
}

func choices(titles ...string) []delivery.Choice {
	var out []delivery.Choice
	for _, t := range titles {
		out = append(out, delivery.Choice{Title: t})
	}
	return out
}

func TestPlan_keepsTheLayoutsLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := delivery.Line{
			Text: letters().Draw(t, "text"), Prompt: letters().Draw(t, "prompt"),
			Known: rapid.Bool().Draw(t, "known"), Button: letters().Draw(t, "button"),
		}
		short := func(most int) *rapid.Generator[string] {
			return rapid.StringOfN(rapid.RuneFrom([]rune("ab {%é👩\u200d")), 0, most, -1)
		}
		for range rapid.IntRange(0, 12).Draw(t, "choices") {
			line.Choices = append(line.Choices, delivery.Choice{Title: short(26).Draw(t, "title"), Detail: short(74).Draw(t, "detail")})
		}
		given := slices.Clone(line.Choices)
		planned := rapid.SampledFrom([]delivery.Layouts{layouts, all}).Draw(t, "layouts")
		out := planned.Plan(line)
		if !slices.Equal(given, line.Choices) {
			t.Errorf("the caller's choices became %q", line.Choices)
		}
		ids := map[chat.DeliveryID]bool{}
		for _, d := range out {
			ids[d.ID] = true
			for _, said := range append([]string{d.Text}, d.Choices...) {
				if strings.TrimSpace(said) == "" {
					t.Errorf("%s has a blank part: %+v", d.Layout, d)
				}
				if strings.Contains(said, "{{") || strings.Contains(said, "{%") {
					t.Errorf("Liquid goes out: %q", said)
				}
			}
			if n, most := utf8.RuneCountInString(d.Text), planned[d.Layout].MaxRunes; n > most {
				t.Errorf("%s has %d characters, at most %d", d.Layout, n, most)
			}
		}
		if len(ids) != len(out) {
			t.Error("two parts share an id")
		}
		if len(out) > 0 && out[0].Layout == chat.LayoutQuickReply {
			checkButtons(t, line, out)
			return
		}
		if len(out) > 0 && out[0].Layout == chat.LayoutList {
			checkRows(t, line, out)
			return
		}
		var texts []string
		for _, d := range out {
			texts = append(texts, d.Text)
			if d.Layout != chat.LayoutText || len(d.Choices) > 0 {
				t.Errorf("a plain text goes out as %+v", d)
			}
		}
		if got, want := withoutSpace(strings.Join(texts, "")), withoutSpace(braze.NeutralizeLiquid(line.Text)); got != want {
			t.Errorf("%q is sent for %q", got, want)
		}
	})
}

func checkButtons(t *rapid.T, line delivery.Line, out []chat.Delivery) {
	d := out[0]
	if len(out) != 1 || len(d.Choices) != len(line.Choices) || len(d.Choices) < 1 || len(d.Choices) > 3 {
		t.Fatalf("%d choices became %+v", len(line.Choices), out)
	}
	if d.Text != braze.NeutralizeLiquid(line.Prompt) {
		t.Errorf("the prompt %q became %q", line.Prompt, d.Text)
	}
	for i, c := range d.Choices {
		if utf8.RuneCountInString(c) > 20 {
			t.Errorf("button %q is too long", c)
		}
		if c != braze.NeutralizeLiquid(line.Choices[i].Title) {
			t.Errorf("choice %q became %q", line.Choices[i], c)
		}
		if slices.Contains(d.Choices[:i], c) {
			t.Errorf("two buttons say %q, and a tap sends nothing but that", c)
		}
	}
}

func checkRows(t *rapid.T, line delivery.Line, out []chat.Delivery) {
	rows := out[0].Choices[2:]
	if len(out) != 1 || !line.Known || len(rows) != len(line.Choices) || len(rows) > 10 {
		t.Fatalf("%d choices became %+v", len(line.Choices), out)
	}
	if utf8.RuneCountInString(out[0].Choices[0]) > 20 || out[0].Text != braze.NeutralizeLiquid(line.Prompt) {
		t.Errorf("the head is %q and %q", out[0].Text, out[0].Choices[:2])
	}
	var titles []string
	for i, row := range rows {
		title, detail, _ := strings.Cut(row, "\n")
		if utf8.RuneCountInString(title) > 24 || utf8.RuneCountInString(detail) > 72 || slices.Contains(titles, title) {
			t.Errorf("row %q", row)
		}
		if c := line.Choices[i]; title != braze.NeutralizeLiquid(c.Title) || detail != braze.NeutralizeLiquid(c.Detail) {
			t.Errorf("%+v became %q", c, row)
		}
		titles = append(titles, title)
	}
}

func TestPlan_choosesButtonsWhenTheyFit(t *testing.T) {
	t.Parallel()
	const text = "Which one?\n1. A\n2. B"
	buttons := []chat.Layout{chat.LayoutQuickReply}
	plain := []chat.Layout{chat.LayoutText}
	without := delivery.Layouts{chat.LayoutText: layouts[chat.LayoutText]}
	eleven := choices(strings.Split("ABCDEFGHIJK", "")...)
	detailed := []delivery.Choice{{"A", "first"}, {"B", strings.Repeat("é", 72)}, {"C", ""}, {"D", ""}}
	tooDetailed := []delivery.Choice{{"A", "first"}, {"B", strings.Repeat("é", 73)}, {"C", ""}, {"D", ""}}
	list, picture := []chat.Layout{chat.LayoutList}, delivery.File{Kind: chat.LayoutImage, URL: "https://shop.example/a.png"}
	link := delivery.Link{Label: "Open", URL: "https://shop.example/"}
	for _, c := range []struct {
		name    string
		layouts delivery.Layouts
		line    delivery.Line
		want    []chat.Layout
	}{
		{"fit", layouts, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", "B")}, buttons},
		{"no campaign for them", without, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", "B")}, plain},
		{"too many", layouts, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", "B", "C", "D")}, plain},
		{"none", layouts, delivery.Line{Text: text, Prompt: "Which one?"}, plain},
		{"too long a label", layouts, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", strings.Repeat("é", 21))}, plain},
		{"as long as may be", layouts, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", strings.Repeat("é", 20))}, buttons},
		{"a blank label", layouts, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", " ")}, plain},
		{"equal labels", layouts, delivery.Line{Text: text, Prompt: "Which one?", Choices: choices("A", "A")}, plain},
		{"no prompt", layouts, delivery.Line{Text: text, Choices: choices("A", "B")}, plain},
		{"too long a prompt", layouts, delivery.Line{Text: text, Prompt: strings.Repeat("x", 21), Choices: choices("A", "B")}, plain},
		{"a prompt that Liquid makes too long", layouts, delivery.Line{Text: text, Prompt: strings.Repeat("x", 18) + "{{", Choices: choices("A")}, plain},
		{"two parts", layouts, delivery.Line{Text: strings.Repeat("word ", 10)}, []chat.Layout{chat.LayoutText, chat.LayoutText}},
		{"more than buttons hold", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Known: true, Choices: detailed}, list},
		{"buttons before a list", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Known: true, Choices: choices("A", "B")}, buttons},
		{"too long for a button, not for a row", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Known: true, Choices: choices(strings.Repeat("é", 24))}, list},
		{"too long for a row", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Known: true, Choices: choices(strings.Repeat("é", 25))}, plain},
		{"too long a detail", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Known: true, Choices: tooDetailed}, plain},
		{"more than ten rows", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Known: true, Choices: eleven}, plain},
		{"a list button too long", all, delivery.Line{Text: text, Prompt: "Which?", Button: strings.Repeat("é", 21), Known: true, Choices: detailed}, plain},
		{"nobody that /messages/send reaches", all, delivery.Line{Text: text, Prompt: "Which?", Button: "Choose", Choices: detailed}, plain},
		{"a picture", all, delivery.Line{Text: text, Prompt: "Look", File: picture}, []chat.Layout{chat.LayoutImage}},
		{"a picture without a layout", layouts, delivery.Line{Text: text, Prompt: "Look", File: picture}, plain},
		{"too long a caption", all, delivery.Line{Text: text, Prompt: strings.Repeat("x", 21), File: picture}, plain},
		{"a picture without an address", all, delivery.Line{Text: text, Prompt: "Look", File: delivery.File{Kind: chat.LayoutImage, URL: "a.png"}}, plain},
		{"a sound comes after its text", all, delivery.Line{Text: text, Prompt: strings.Repeat("x", 21), File: delivery.File{Kind: chat.LayoutAudio, URL: picture.URL}}, []chat.Layout{chat.LayoutText, chat.LayoutAudio}},
		{"a link", all, delivery.Line{Text: text, Prompt: "Look", Link: link}, []chat.Layout{chat.LayoutCTA}},
		{"a link without a layout", layouts, delivery.Line{Text: text, Prompt: "Look", Link: link}, plain},
		{"a link with too long a label", all, delivery.Line{Text: text, Prompt: "Look", Link: delivery.Link{Label: strings.Repeat("é", 21), URL: link.URL}}, plain},
		{"silence", layouts, delivery.Line{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []chat.Layout
			for _, d := range c.layouts.Plan(c.line) {
				got = append(got, d.Layout)
			}
			testkit.Diff(t, got, c.want)
		})
	}
}
