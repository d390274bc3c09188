package whatsapp

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"parley/internal/sandbox/clock"
)

// Directions and statuses of a message.
const (
	In        = "in"  // the customer wrote it
	Out       = "out" // the business wrote it
	Sent      = "sent"
	Delivered = "delivered"
	Read      = "read"
)

// Layouts of a message.
const (
	Text       = "text"
	QuickReply = "quick_reply"
	ListLayout = "list"
	Image      = "image"
	Template   = "template"
)

// Message is one line of a phone's conversation with the business; n counts from 1.
type Message struct {
	N          int64       `json:"n"`
	ID         string      `json:"id"`
	Direction  string      `json:"direction"`
	Layout     string      `json:"layout"`
	Text       string      `json:"text"`
	Header     string      `json:"header,omitempty"`
	Footer     string      `json:"footer,omitempty"`
	Media      []Media     `json:"media,omitempty"`
	Buttons    []Button    `json:"buttons,omitempty"`
	List       *List       `json:"list,omitempty"`
	Status     string      `json:"status"`
	At         clock.Stamp `json:"at"`
	DispatchID string      `json:"dispatch_id,omitempty"`

	Ref any `json:"-"` // what the sender wants to find again when the status changes

	lost bool // sent while the person blocked the business: it will never be delivered
}

// Media is a file shown in a message.
type Media struct {
	URL  string `json:"url"`
	Kind string `json:"kind"` // image, video, audio or document
}

// Button is a quick reply.
type Button struct {
	Label string `json:"label"`
}

// List is what opens from a list message.
type List struct {
	Button   string    `json:"button"`
	Sections []Section `json:"sections"`
}

// Section is a titled part of a list.
type Section struct {
	Title string `json:"title,omitempty"`
	Rows  []Row  `json:"rows"`
}

// Row is one choice of a list.
type Row struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// Content is a message the business wants to send.
type Content struct {
	Layout  string
	Text    string
	Header  string
	Footer  string
	Media   []Media
	Buttons []Button
	List    *List
}

// mediaKind tells the kind of a file by its name; WhatsApp itself knows it from the upload.
func mediaKind(url string) string {
	path, _, _ := strings.Cut(strings.ToLower(url), "?")
	dot := strings.LastIndexByte(path, '.')
	switch path[dot+1:] {
	case "mp4", "3gp", "3gpp", "mov":
		return "video"
	case "mp3", "ogg", "opus", "aac", "amr", "m4a":
		return "audio"
	case "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv":
		return "document"
	}
	return "image"
}

// MediaOf makes the media list of the given addresses.
func MediaOf(urls []string) []Media {
	var media []Media
	for _, u := range urls {
		if u != "" {
			media = append(media, Media{URL: u, Kind: mediaKind(u)})
		}
	}
	return media
}

// limit is a maximum length in code points.
type limit struct {
	what string
	text string
	max  int
}

// invalid says why WhatsApp refuses the content itself, or "" when it does not. Lengths are counted in
// code points (Meta, "WhatsApp Business Platform: messages"; Braze, "WhatsApp specifications").
func (c *Content) invalid() (outcome, reason string) {
	if problem := c.missing(); problem != "" {
		return "blank", problem
	}
	for _, l := range c.limits() {
		if n := utf8.RuneCountInString(l.text); n > l.max {
			return "too_long", fmt.Sprintf("%s has %d characters, the limit is %d", l.what, n, l.max)
		}
	}
	return c.counts()
}

func (c *Content) missing() string {
	if c.Layout == Image {
		if len(c.Media) == 0 {
			return "an image message needs an image address"
		}
		return ""
	}
	if strings.TrimSpace(c.Text) == "" {
		return "the message text is blank after personalization"
	}
	switch c.Layout {
	case QuickReply:
		if len(c.Buttons) == 0 {
			return "a quick reply message needs at least one button with a label"
		}
		for _, b := range c.Buttons {
			if strings.TrimSpace(b.Label) == "" {
				return "a quick reply button has a blank label"
			}
		}
	case ListLayout:
		if c.List == nil || len(c.List.Sections) == 0 {
			return "a list message needs at least one section with a row"
		}
		if strings.TrimSpace(c.List.Button) == "" {
			return "a list message needs a list button"
		}
		for _, s := range c.List.Sections {
			if len(s.Rows) == 0 {
				return "a list section has no row"
			}
			for _, r := range s.Rows {
				if strings.TrimSpace(r.Title) == "" {
					return "a list row has a blank title"
				}
			}
		}
	}
	return ""
}

func (c *Content) limits() []limit {
	body := map[string]int{Text: 4096, QuickReply: 1024, ListLayout: 4096, Image: 1024, Template: 1024}[c.Layout]
	limits := []limit{{"the message text", c.Text, body}, {"the header", c.Header, 60}, {"the footer", c.Footer, 60}}
	button := 20
	if c.Layout == Template {
		button = 25
	}
	for _, b := range c.Buttons {
		limits = append(limits, limit{"a button label", b.Label, button})
	}
	if c.List != nil {
		limits = append(limits, limit{"the list button", c.List.Button, 20})
		for _, s := range c.List.Sections {
			limits = append(limits, limit{"a section title", s.Title, 24})
			for _, r := range s.Rows {
				limits = append(limits, limit{"a row title", r.Title, 24}, limit{"a row description", r.Description, 72})
			}
		}
	}
	return limits
}

func (c *Content) counts() (outcome, reason string) {
	if c.Layout == QuickReply && len(c.Buttons) > 3 {
		return "invalid", fmt.Sprintf("%d quick reply buttons, the limit is 3", len(c.Buttons))
	}
	if c.List == nil {
		return "", ""
	}
	rows := 0
	for _, s := range c.List.Sections {
		rows += len(s.Rows)
		if len(c.List.Sections) > 1 && strings.TrimSpace(s.Title) == "" {
			return "blank", "with several list sections each needs a title"
		}
	}
	if len(c.List.Sections) > 10 || rows > 10 {
		return "invalid", fmt.Sprintf("%d list sections with %d rows in all, the limit is 10 of each", len(c.List.Sections), rows)
	}
	return "", ""
}
