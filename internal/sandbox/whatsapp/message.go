package whatsapp

import (
	"strings"

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
	Video      = "video"
	Audio      = "audio"
	Document   = "document"
	CTA        = "cta"
	FlowLayout = "flow"
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
	Link       *Link       `json:"link,omitempty"`
	Flow       *Flow       `json:"flow,omitempty"`
	Form       string      `json:"flow_response,omitempty"` // what the customer filled into a form, as JSON
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

// Link is a button that opens a web page; tapping it sends nothing.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
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
	Link    *Link
	Flow    *Flow
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
