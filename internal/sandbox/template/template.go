// Package template is the list of WhatsApp message templates that Meta has looked at: their texts and
// whether they may be sent. It renders and sends nothing.
//
// Sources: Meta, "Templates" (statuses) and "WhatsApp Cloud API error codes".
package template

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"parley/internal/sandbox/wire"
)

// States of a template; only an approved one is sent.
const (
	Approved = "approved"
	Pending  = "pending"
	Rejected = "rejected"
	Paused   = "paused"
)

var (
	states     = []string{Approved, Pending, Rejected, Paused}
	categories = []string{"utility", "marketing", "authentication"}
	name       = regexp.MustCompile(`^[a-z0-9_]{1,512}$`)
)

// Template is one template in one language.
type Template struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Category string `json:"category"`
	Status   string `json:"status"`
	Body     string `json:"body"` // with {{1}}, {{2}} …
	// CampaignID is the campaign that the text belongs to; empty for one that was made here.
	CampaignID string `json:"campaign_id,omitempty"`
}

type key struct{ name, language string }

// Registry holds the templates. It is safe for concurrent use.
type Registry struct {
	mu    sync.RWMutex
	all   map[key]Template
	order []key
}

// New returns an empty registry.
func New() *Registry { return &Registry{all: map[key]Template{}} }

// Clear forgets all templates.
func (r *Registry) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.order = map[key]Template{}, nil
}

// Note takes over the text of a campaign's template. A new one is approved; one that is there keeps its state.
func (r *Registry) Note(campaignID, templateName, language, body string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{templateName, language}
	t, ok := r.all[k]
	if !ok {
		t = Template{Name: templateName, Language: language, Category: categories[0], Status: Approved}
		r.order = append(r.order, k)
	}
	t.CampaignID, t.Body = campaignID, body
	r.all[k] = t
}

// Put adds or changes a template; the error says what is wrong with it. isNew tells the two apart.
func (r *Registry) Put(t Template) (isNew bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{t.Name, t.Language}
	had, ok := r.all[k]
	if t.Status == "" {
		t.Status = Pending
	}
	if t.Category == "" {
		t.Category = categories[0]
	}
	if ok && t.Body == "" {
		t.Body = had.Body
	}
	t.CampaignID = had.CampaignID
	switch {
	case !name.MatchString(t.Name):
		return false, fmt.Errorf("the name %q is none: Meta takes small letters, digits and _, at most 512", t.Name)
	case t.Language == "":
		return false, fmt.Errorf("the language is missing, such as en or pt_BR")
	case !slices.Contains(states, t.Status):
		return false, fmt.Errorf("status %q is none of %s", t.Status, strings.Join(states, ", "))
	case !slices.Contains(categories, t.Category):
		return false, fmt.Errorf("category %q is none of %s", t.Category, strings.Join(categories, ", "))
	case strings.TrimSpace(t.Body) == "":
		return false, fmt.Errorf("the body is missing: what the template says, with {{1}}, {{2}} … for what varies")
	case had.CampaignID != "" && t.Body != had.Body:
		return false, fmt.Errorf("the text belongs to the campaign %s: change it there", had.CampaignID)
	}
	if !ok {
		r.order = append(r.order, k)
	}
	r.all[k] = t
	return !ok, nil
}

// All lists the templates as they were made.
func (r *Registry) All() []Template {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := make([]Template, len(r.order))
	for i, k := range r.order {
		out[i] = r.all[k]
	}
	return out
}

// Changed lists those that a new sandbox would not have as they are.
func (r *Registry) Changed() []Template {
	return slices.DeleteFunc(r.All(), func(t Template) bool {
		return t.CampaignID != "" && t.Status == Approved && t.Category == categories[0]
	})
}

// Body is the text of a template that may be sent; otherwise code is why WhatsApp refuses it, and reason
// the same in words.
func (r *Registry) Body(templateName, language string) (body string, code int, reason string) {
	r.mu.RLock()
	t, ok := r.all[key{templateName, language}]
	r.mu.RUnlock()
	switch {
	case !ok:
		return "", 132001, fmt.Sprintf("the template %q does not exist in the language %q", templateName, language)
	case t.Status == Paused:
		return "", 132015, fmt.Sprintf("Meta has paused the template %q for its low quality", templateName)
	case t.Status != Approved:
		return "", 132001, fmt.Sprintf("the template %q is not approved in the language %q: its state is %s", templateName, language, t.Status)
	}
	return t.Body, 0, ""
}

// Routes adds the sandbox's own calls.
func (r *Registry) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/templates", func(w http.ResponseWriter, _ *http.Request) {
		wire.Write(w, http.StatusOK, map[string]any{"templates": r.All()})
	})
	mux.HandleFunc("PUT /sandbox/templates/{name}/{language}", func(w http.ResponseWriter, q *http.Request) {
		var body struct {
			Status   string `json:"status"`
			Category string `json:"category"`
			Body     string `json:"body"`
		}
		if !wire.Read(w, q, &body) {
			return
		}
		t := Template{Name: q.PathValue("name"), Language: q.PathValue("language"), Status: body.Status, Category: body.Category, Body: body.Body}
		isNew, err := r.Put(t)
		switch {
		case err != nil:
			wire.Write(w, http.StatusBadRequest, wire.Message{Message: err.Error()})
		case isNew:
			wire.Write(w, http.StatusCreated, map[string]any{"templates": r.All()})
		default:
			wire.Write(w, http.StatusOK, map[string]any{"templates": r.All()})
		}
	})
}
