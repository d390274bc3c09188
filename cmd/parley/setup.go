package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"parley/internal/doctor"
)

type setupCmd struct {
	settings
	Language    string `short:"l" enum:"en,fr," default:"" help:"en or fr; the terminal's when left out."`
	Out         string `short:"o" type:"path" help:"Write it to this file instead of printing it."`
	JSON        bool   `name:"json" help:"As JSON."`
	ShowSecrets bool   `help:"Write the webhook secrets out, ready to paste."`
}

// Run says what to make in Braze for these settings.
func (c setupCmd) Run() (err error) {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	if len(cfg.Workspaces) == 0 {
		return errors.New("the settings name no Braze workspace; parley config sample prints a file to start from")
	}
	var w io.Writer = os.Stdout
	if c.Out != "" {
		f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	language := speak(c.Language)
	for _, space := range cfg.Workspaces {
		sheets := doctor.Guide(space, cfg.PublicURL, c.ShowSecrets)
		if c.JSON {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			if err := e.Encode(map[string]any{"workspace": space.ID, "sheets": sheets}); err != nil {
				return err
			}
			continue
		}
		if _, err := io.WriteString(w, guideText(space.Name, sheets, language)); err != nil {
			return err
		}
	}
	return nil
}

// guideText writes sheets as Markdown.
func guideText(name string, sheets []doctor.Sheet, language string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", both(language, "Braze for "+name, "Braze pour "+name))
	for _, s := range sheets {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title.In(language))
		for _, f := range s.Fields {
			value := f.Value.In(language)
			switch {
			case strings.Contains(value, "\n"):
				fmt.Fprintf(&b, "- **%s**\n\n  ```%s\n  %s\n  ```\n", f.Name.In(language), f.Lang, strings.ReplaceAll(value, "\n", "\n  "))
			case f.Paste:
				fmt.Fprintf(&b, "- **%s**: `%s`\n", f.Name.In(language), value)
			default:
				fmt.Fprintf(&b, "- **%s**: %s\n", f.Name.In(language), value)
			}
			if why := f.Why.In(language); why != "" {
				fmt.Fprintf(&b, "  %s\n", why)
			}
		}
	}
	return b.String()
}
