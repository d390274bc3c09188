package campaign

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/sandbox/liquid"
	"parley/internal/sandbox/whatsapp"
)

// Values are what the texts of a campaign are rendered with.
type Values struct {
	Bindings map[string]any
	Now      time.Time
}

func (v Values) text(t *liquid.Template, err *error) string {
	if t == nil || *err != nil {
		return ""
	}
	var out string
	out, *err = t.Render(v.Bindings, v.Now)
	return out
}

// hook is a compiled webhook.
type hook struct {
	method  string
	url     *liquid.Template
	names   []string
	headers []*liquid.Template
	body    *liquid.Template
	local   bool
}

func (c *Campaign) compileWebhook(engine *liquid.Engine, local bool) error {
	w := c.Webhook
	if w == nil {
		return fmt.Errorf("a webhook campaign needs a webhook object with method, url, headers and body")
	}
	h := &hook{method: strings.ToUpper(w.Method), local: local}
	if h.method == "" {
		h.method = http.MethodPost
	}
	if !slices.Contains([]string{"POST", "GET", "PUT", "DELETE"}, h.method) {
		return fmt.Errorf("webhook.method %q is none of POST, GET, PUT, DELETE", w.Method)
	}
	var err error
	if h.url, err = engine.Compile(w.URL); err != nil {
		return fmt.Errorf("webhook.url: %w", err)
	}
	if h.url.Static() {
		if err := checkAddress(w.URL, local); err != nil {
			return fmt.Errorf("webhook.url: %w", err)
		}
	}
	if h.body, err = engine.Compile(w.Body); err != nil {
		return fmt.Errorf("webhook.body: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Headers)) {
		value, err := engine.Compile(w.Headers[name])
		if err != nil {
			return fmt.Errorf("webhook.headers.%s: %w", name, err)
		}
		h.names = append(h.names, name)
		h.headers = append(h.headers, value)
	}
	c.hook = h
	return nil
}

// Request is a rendered webhook.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        string
}

// Request renders the webhook. The error is a *liquid.AbortError when the template aborts the message.
func (c *Campaign) Request(v Values) (Request, error) {
	var err error
	r := Request{Method: c.hook.method, Header: http.Header{}}
	r.URL = strings.TrimSpace(v.text(c.hook.url, &err))
	for i, name := range c.hook.names {
		r.Header.Set(name, v.text(c.hook.headers[i], &err))
	}
	r.Body = v.text(c.hook.body, &err)
	if err != nil {
		return Request{}, err
	}
	if !c.hook.url.Static() {
		if err := checkAddress(r.URL, c.hook.local); err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

// parts are the compiled texts of a WhatsApp message.
type parts struct {
	body, header, headerImage, footer *liquid.Template
	media                             *liquid.Template // an image or another file
	linkText, linkURL                 *liquid.Template
	flowText                          *liquid.Template
	buttons                           []*liquid.Template
	listButton                        *liquid.Template
	sections                          []section
	template                          string // the text with {{1}} …, for a template
	variables                         []*liquid.Template
}

type section struct {
	title *liquid.Template
	rows  []row
}

type row struct{ title, description *liquid.Template }

// compiler compiles many texts and keeps the first error.
type compiler struct {
	engine *liquid.Engine
	err    error
}

func (k *compiler) text(where, source string) *liquid.Template {
	t, err := k.engine.Compile(source)
	if err != nil && k.err == nil {
		k.err = fmt.Errorf("whatsapp.%s: %w", where, err)
	}
	return t
}

func (c *Campaign) compileWhatsApp(engine *liquid.Engine) error {
	w := c.WhatsApp
	if w == nil {
		return fmt.Errorf("a %s campaign needs a whatsapp object with layout and body", c.Type)
	}
	if c.Delivery == "" {
		c.Delivery = APITriggered
	}
	if c.Delivery != APITriggered && c.Delivery != ActionBased {
		return fmt.Errorf("delivery %q is none of api_triggered, action_based", c.Delivery)
	}
	if w.HeaderText != "" && w.HeaderImageURI != "" {
		return fmt.Errorf("whatsapp: header_text and header_image_uri exclude each other")
	}
	known := []string{whatsapp.Text, whatsapp.QuickReply, whatsapp.ListLayout, whatsapp.Image, whatsapp.Video, whatsapp.Audio, whatsapp.Document, whatsapp.CTA, whatsapp.FlowLayout, whatsapp.Template}
	if !slices.Contains(known, w.Layout) {
		return fmt.Errorf("whatsapp.layout %q is none of %s", w.Layout, strings.Join(known, ", "))
	}
	if (w.Kind == "template") != (w.Layout == whatsapp.Template) && w.Kind != "" {
		return fmt.Errorf("whatsapp.kind %q and layout %q do not go together", w.Kind, w.Layout)
	}
	k := &compiler{engine: engine}
	p := &parts{
		header: k.text("header_text", w.HeaderText), headerImage: k.text("header_image_uri", w.HeaderImageURI),
		media: k.text("image_uri", w.ImageURI), footer: k.text("footer", w.Footer),
	}
	if slices.Contains([]string{whatsapp.Video, whatsapp.Audio, whatsapp.Document}, w.Layout) {
		p.media = k.text("media_uri", w.MediaURI)
	}
	if w.Link != nil {
		p.linkText, p.linkURL = k.text("link.text", w.Link.Text), k.text("link.url", w.Link.URL)
	}
	if w.Flow != nil {
		p.flowText = k.text("flow.text", w.Flow.Text)
		if err := whatsapp.CheckInputs(w.Flow.Fields); err != nil {
			return fmt.Errorf("whatsapp.flow.fields: %w", err)
		}
	}
	if w.Layout == whatsapp.Template {
		if w.TemplateName == "" {
			return fmt.Errorf("whatsapp.template_name is missing")
		}
		p.template = w.Body
		for i, v := range w.Variables {
			p.variables = append(p.variables, k.text("variables["+strconv.Itoa(i)+"]", v))
		}
	} else {
		p.body = k.text("body", w.Body)
	}
	for i, b := range w.Buttons {
		p.buttons = append(p.buttons, k.text("buttons["+strconv.Itoa(i)+"]", b.Text))
	}
	if w.List != nil {
		k.list(p, w.List)
	}
	c.parts = p
	return k.err
}

func (k *compiler) list(p *parts, l *List) {
	p.listButton = k.text("list.button", l.Button)
	for _, s := range l.Sections {
		compiled := section{title: k.text("list.sections.title", s.Title)}
		for _, r := range s.Rows {
			compiled.rows = append(compiled.rows, row{k.text("list.rows.title", r.Title), k.text("list.rows.description", r.Description)})
		}
		p.sections = append(p.sections, compiled)
	}
}

// BlankError says that a template's variable has no value, so that nothing is sent.
type BlankError struct{ Variable int }

func (e *BlankError) Error() string {
	return fmt.Sprintf("the template variable {{%d}} is blank after personalization", e.Variable)
}

// Content renders the WhatsApp message. Buttons, rows and sections that are blank are dropped unless
// keepBlank. The error is a *liquid.AbortError or a *BlankError when the message must not be sent.
func (c *Campaign) Content(v Values, keepBlank bool) (whatsapp.Content, error) {
	var err error
	p := c.parts
	out := whatsapp.Content{
		Layout: c.WhatsApp.Layout, Text: v.text(p.body, &err),
		Header: v.text(p.header, &err), Footer: v.text(p.footer, &err),
		Media: whatsapp.MediaOf([]string{v.text(p.headerImage, &err), strings.TrimSpace(v.text(p.media, &err))}),
	}
	if p.linkText != nil {
		out.Link = &whatsapp.Link{Label: v.text(p.linkText, &err), URL: strings.TrimSpace(v.text(p.linkURL, &err))}
	}
	if p.flowText != nil {
		out.Flow = &whatsapp.Flow{Label: strings.TrimSpace(v.text(p.flowText, &err)), ID: c.WhatsApp.Flow.ID, Fields: c.WhatsApp.Flow.Fields}
	}
	switch kind := c.WhatsApp.Layout; kind {
	case whatsapp.Video, whatsapp.Audio, whatsapp.Document: // the layout says what the file is, not its name
		if n := len(out.Media); n > 0 {
			out.Media[n-1].Kind = kind
		}
	}
	for _, b := range p.buttons {
		if label := strings.TrimSpace(v.text(b, &err)); label != "" || keepBlank {
			out.Buttons = append(out.Buttons, whatsapp.Button{Label: label})
		}
	}
	if p.listButton != nil {
		out.List = &whatsapp.List{Button: v.text(p.listButton, &err)}
		for _, s := range p.sections {
			if rendered := s.render(v, keepBlank, &err); len(rendered.Rows) > 0 || keepBlank {
				out.List.Sections = append(out.List.Sections, rendered)
			}
		}
	}
	if p.template != "" && err == nil {
		out.Text, err = p.fill(v)
	}
	if err != nil {
		return whatsapp.Content{}, err
	}
	return out, nil
}

func (s section) render(v Values, keepBlank bool, err *error) whatsapp.Section {
	out := whatsapp.Section{Title: v.text(s.title, err)}
	for _, r := range s.rows {
		if title := strings.TrimSpace(v.text(r.title, err)); title != "" || keepBlank {
			out.Rows = append(out.Rows, whatsapp.Row{Title: title, Description: strings.TrimSpace(v.text(r.description, err))})
		}
	}
	return out
}

// fill puts the variables into the template's text.
func (p *parts) fill(v Values) (string, error) {
	var err error
	values := make([]string, 0, 2*len(p.variables))
	for i, t := range p.variables {
		value := v.text(t, &err)
		if err == nil && strings.TrimSpace(value) == "" {
			return "", &BlankError{Variable: i + 1}
		}
		values = append(values, "{{"+strconv.Itoa(i+1)+"}}", value)
	}
	return strings.NewReplacer(values...).Replace(p.template), err
}
