package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Phones speaks the sandbox's phone API, as the page in the browser does.
type Phones struct{ Base string }

// Line is a message on a phone.
type Line struct {
	N         int64  `json:"n"`
	Direction string `json:"direction"`
	Layout    string `json:"layout"`
	Text      string `json:"text"`
	Status    string `json:"status"`
	Buttons   []struct {
		Label string `json:"label"`
	} `json:"buttons"`
}

// Notice is what the sandbox says to whoever watches.
type Notice struct {
	ID   int64 `json:"id"`
	Text struct {
		EN string `json:"en"`
		FR string `json:"fr"`
	} `json:"text"`
}

// Feed is what is new on a phone.
type Feed struct {
	Messages []Line   `json:"messages"`
	Notices  []Notice `json:"notices"`
}

// Messages are those after a number.
func (p Phones) Messages(ctx context.Context, phone string, after int64) (feed Feed, err error) {
	err = p.call(ctx, http.MethodGet, "/sandbox/phones/"+url.PathEscape(phone)+"/messages?after="+strconv.FormatInt(after, 10), nil, &feed)
	return feed, err
}

// Write lets a customer write.
func (p Phones) Write(ctx context.Context, phone, text string) error {
	return p.call(ctx, http.MethodPost, "/sandbox/phones/"+url.PathEscape(phone)+"/messages", map[string]any{"text": text}, nil)
}

func (p Phones) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.Base+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: 10 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the sandbox does not answer at %s; start it with parley demo or parley sandbox: %w", p.Base, err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		var problem struct{ Message string }
		_ = json.Unmarshal(answer, &problem) // the status says enough when there is no message
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, problem.Message)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// Show writes a line as a terminal can: buttons are numbered, so that the number answers them.
func (m Line) Show() string {
	var b strings.Builder
	b.WriteString(m.Text)
	for i, button := range m.Buttons {
		fmt.Fprintf(&b, "\n  [%d] %s", i+1, button.Label)
	}
	return b.String()
}
