package chat_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"parley/internal/chat"
)

func choices(n int) []chat.Choice {
	out := make([]chat.Choice, n)
	for i := range out {
		out[i].Title = fmt.Sprintf("choice %d", i)
	}
	return out
}

func TestBeside_refusesWhatNoLayoutCanMend(t *testing.T) {
	t.Parallel()
	file := func(kind chat.Layout, url string) chat.Beside {
		return chat.Beside{File: chat.File{Kind: kind, URL: url}}
	}
	for name, c := range map[string]struct {
		beside chat.Beside
		want   string // part of the error; empty for none
	}{
		"nothing":         {chat.Beside{}, ""},
		"ten choices":     {chat.Beside{Choices: choices(10)}, ""},
		"eleven":          {chat.Beside{Choices: choices(11)}, "there are 11"},
		"long title":      {chat.Beside{Choices: []chat.Choice{{Title: strings.Repeat("x", 200)}}}, ""},
		"no title":        {chat.Beside{Choices: []chat.Choice{{Title: "a"}, {Title: " "}}}, "number 2 is empty"},
		"twice":           {chat.Beside{Choices: []chat.Choice{{Title: "Yes"}, {Title: "yes"}}}, "there twice"},
		"two lines":       {chat.Beside{Choices: []chat.Choice{{Title: "a", Detail: "b\nc"}}}, "line break"},
		"image":           {file(chat.LayoutImage, "https://shop.example/a.png"), ""},
		"image over http": {file(chat.LayoutImage, "http://shop.example/a.png"), "https://"},
		"no host":         {file(chat.LayoutDocument, "https:a.pdf"), "https://"},
		"long address":    {file(chat.LayoutVideo, "https://shop.example/"+strings.Repeat("a", 2000)), "2000"},
		"sticker":         {file("sticker", "https://shop.example/a.png"), "sticker"},
		"link":            {chat.Beside{Link: chat.Link{Label: "Open", URL: "https://shop.example"}}, ""},
		"link, no label":  {chat.Beside{Link: chat.Link{URL: "https://shop.example"}}, "label is empty"},
		"script":          {chat.Beside{Link: chat.Link{Label: "Open", URL: "javascript:alert(1)"}}, "https://"},
		"two kinds":       {chat.Beside{Choices: choices(1), Link: chat.Link{Label: "a", URL: "https://shop.example"}}, "not several"},
	} {
		err := c.beside.Check()
		var e *chat.Error
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.As(err, &e) || e.Code != chat.Invalid || !strings.Contains(e.Message, c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestBeside_saysEverythingInText(t *testing.T) {
	t.Parallel()
	for want, b := range map[string]chat.Beside{
		"Which?":                                {},
		"Which?\n\n1. Red – warm\n2. Blue":      {Choices: []chat.Choice{{Title: "Red", Detail: "warm"}, {Title: "Blue"}}},
		"Which?\n\nhttps://shop.example/a.png":  {File: chat.File{Kind: chat.LayoutImage, URL: "https://shop.example/a.png"}},
		"Which?\n\nOpen: https://shop.example/": {Link: chat.Link{Label: "Open", URL: "https://shop.example/"}},
	} {
		if got := b.Complete("Which?"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
