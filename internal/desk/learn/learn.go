// Package learn lets people teach the bot: from a customer's question to a proposal, a
// review, and a new version of the knowledge base in the folder that the bots watch.
// It owns what may be proposed, who decides when, and what a publish would change; how
// files are written and models trained is package knowledge.
//
// Start reading at [Learn.Propose].
package learn

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/learn"
)

// Base is the knowledge base of one or several workspaces.
type Base struct {
	Folder     string // empty for the built-in base, which cannot be changed
	Workspaces []string
	Published  func() *knowledge.Published // in use now
}

// Learn is where people teach. Safe for concurrent use.
type Learn struct {
	bases map[string]*Base // by workspace
	store *store.Store
	now   func() time.Time

	mu     sync.Mutex // one training at a time: it takes all there is of a machine
	staged trial      // the last one, for the publish after a preview
}

// New makes it; every workspace has one base.
func New(bases []Base, s *store.Store, now func() time.Time) *Learn {
	l := &Learn{bases: map[string]*Base{}, store: s, now: now}
	for i := range bases {
		for _, w := range bases[i].Workspaces {
			l.bases[w] = &bases[i]
		}
	}
	return l
}

// base finds the base of a workspace; without a name there must be only one.
func (l *Learn) base(workspace string) (*Base, error) {
	if b := l.bases[workspace]; b != nil {
		return b, nil
	}
	var names []string
	distinct := map[*Base]bool{}
	for name, b := range l.bases {
		names, distinct[b] = append(names, name), true
	}
	slices.Sort(names)
	if workspace == "" && len(distinct) == 1 {
		return l.bases[names[0]], nil
	}
	if workspace == "" {
		return nil, chat.Errorf(chat.Invalid, "there are several knowledge bases; say whose with workspace, one of %s", strings.Join(names, ", "))
	}
	return nil, chat.Errorf(chat.NotFound, "there is no workspace %q; there is %s", workspace, strings.Join(names, ", "))
}

func (b *Base) files() fs.FS {
	if b.Folder == "" {
		return knowledge.Seed()
	}
	return os.DirFS(b.Folder)
}

// writable says how to get a base that can be changed, if this one cannot.
func (b *Base) writable() error {
	if b.Folder == "" {
		return chat.Errorf(chat.Unavailable, "this workspace uses the built-in knowledge base, which cannot be changed; run `parley kb init DIR`, set the workspace's knowledge to DIR and start Parley again")
	}
	return nil
}

// Proposal is a phrasing as somebody proposes it. Exactly one of Intent and New is set.
type Proposal struct {
	ConversationID chat.ConversationID
	MessageID      chat.MessageID
	Text           string
	Language       string // empty means the conversation's
	Intent         string
	New            *learn.NewIntent
	By             string // user id
}

// Longest texts, in characters. A phrasing is a question, not a letter.
const (
	maxText  = 300
	maxTitle = 60
	maxID    = 60
)

// Propose keeps a proposal for review. What could never be published is Invalid, with
// the reason.
func (l *Learn) Propose(ctx context.Context, in Proposal) (learn.Proposal, error) {
	c, err := l.store.Conversation(ctx, in.ConversationID)
	if err != nil {
		return learn.Proposal{}, err
	}
	b, err := l.base(c.Workspace)
	if err != nil {
		return learn.Proposal{}, err
	}
	m, err := l.store.Message(ctx, in.MessageID)
	if err != nil {
		return learn.Proposal{}, err
	}
	if m.ConversationID != c.ID || m.Direction != chat.In {
		return learn.Proposal{}, chat.Errorf(chat.Invalid, "the message is not one that the customer wrote in this conversation")
	}
	if in.Language == "" {
		in.Language = c.Language
	}
	p := learn.Proposal{
		ID: chat.NewID(), Workspace: c.Workspace, ConversationID: c.ID, MessageID: m.ID, State: learn.Open,
		Text: strings.Join(strings.Fields(in.Text), " "), Language: in.Language, Intent: in.Intent, New: in.New, By: in.By, At: l.now().UnixMilli(),
	}
	if in.New != nil {
		if in.Intent != "" {
			return learn.Proposal{}, chat.Errorf(chat.Invalid, "name either an intent or a new one, not both")
		}
		p.Intent = in.New.ID
	}
	if err := check(b, p); err != nil {
		return learn.Proposal{}, err
	}
	if err := l.store.Write(ctx, func(tx *store.Tx) error { return learn.Insert(ctx, tx, p) }); err != nil {
		return learn.Proposal{}, err
	}
	return learn.One(ctx, l.store, p.ID)
}

// check says why a proposal cannot become part of the base.
func check(b *Base, p learn.Proposal) error {
	base := b.Published().Base
	switch {
	case intent.Fold(p.Text) == "":
		return chat.Errorf(chat.Invalid, "the phrasing has no letter or digit to learn from")
	case utf8.RuneCountInString(p.Text) > maxText:
		return chat.Errorf(chat.Invalid, "the phrasing has %d characters; shorten it to the question, at most %d", utf8.RuneCountInString(p.Text), maxText)
	case !base.Speaks(p.Language):
		return chat.Errorf(chat.Invalid, "the knowledge base has no language %q; it has %s", p.Language, strings.Join(base.Languages, ", "))
	case p.Intent == "":
		return chat.Errorf(chat.Invalid, "say which intent the phrasing belongs to, or give a new one")
	}
	if s, always := intent.Always(p.Text, p.Language); always {
		return chat.Errorf(chat.Invalid, "the bot always reads this as %q, so it would never get to an intent; take only the part with the question", s.Kind)
	}
	_, known := base.Intent(p.Language, p.Intent)
	switch {
	case p.New == nil && !known:
		return chat.Errorf(chat.Invalid, "the knowledge base has no intent %q in %s; choose another or propose a new one", p.Intent, p.Language)
	case p.New == nil:
	case known:
		return chat.Errorf(chat.Invalid, "there is an intent %q in %s already; propose the phrasing for it", p.Intent, p.Language)
	case utf8.RuneCountInString(p.New.Title) > maxTitle || utf8.RuneCountInString(p.New.ID) > maxID:
		return chat.Errorf(chat.Invalid, "the title or the id is too long; at most %d characters", maxTitle)
	case strings.TrimSpace(p.New.Title) == "" || strings.TrimSpace(p.New.Answer) == "":
		return chat.Errorf(chat.Invalid, "a new intent needs a title and an answer")
	}
	staged, err := knowledge.Stage(b.files(), additions([]learn.Proposal{p}))
	if err != nil {
		return unfit(err)
	}
	return staged.Close()
}

// unfit makes what is wrong with the files something a person may read.
func unfit(err error) error {
	var problems knowledge.Problems
	switch {
	case errors.As(err, &problems):
		return chat.Errorf(chat.Invalid, "it does not fit the knowledge base: %s", problems[0])
	case errors.Is(err, knowledge.ErrBusy), errors.Is(err, knowledge.ErrMoved):
		return chat.Errorf(chat.Conflict, "%s", err)
	case errors.Is(err, fs.ErrPermission):
		return chat.Errorf(chat.Unavailable, "the folder of the knowledge base cannot be written; give the user of this process the right to")
	}
	return err
}

func additions(list []learn.Proposal) []knowledge.Addition {
	out := make([]knowledge.Addition, len(list))
	for i, p := range list {
		out[i] = knowledge.Addition{Language: p.Language, Intent: p.Intent, Text: p.Text}
		if p.New != nil {
			out[i].Title, out[i].Answer = strings.TrimSpace(p.New.Title), p.New.Answer
		}
	}
	return out
}

// Proposals lists a page, newest first.
func (l *Learn) Proposals(ctx context.Context, f learn.Filter) ([]learn.Proposal, string, error) {
	return learn.List(ctx, l.store, f)
}

// Review accepts or rejects a proposal and returns it.
func (l *Learn) Review(ctx context.Context, v learn.Verdict) (learn.Proposal, error) {
	p, err := learn.One(ctx, l.store, v.ID)
	if err != nil {
		return p, err
	}
	if v.Intent == p.Intent {
		v.Intent = ""
	}
	if v.Accept {
		b, err := l.base(p.Workspace)
		if err != nil {
			return p, err
		}
		if v.Intent != "" {
			p.Intent, p.New = v.Intent, nil
		}
		// The base may have got the intent since it was proposed; then it is one more phrasing.
		if _, known := b.Published().Base.Intent(p.Language, p.Intent); known && p.New != nil {
			v.Intent, p.New = p.Intent, nil
		}
		if err := check(b, p); err != nil {
			return p, err
		}
	}
	err = l.store.Write(ctx, func(tx *store.Tx) error { return learn.Review(ctx, tx, v, l.now().UnixMilli()) })
	if err != nil {
		return p, err
	}
	return learn.One(ctx, l.store, v.ID)
}

// Intents lists what the base of a workspace has.
func (l *Learn) Intents(workspace string) ([]knowledge.Intent, error) {
	b, err := l.base(workspace)
	if err != nil {
		return nil, err
	}
	return b.Published().Intents, nil
}

// Reading is what the bot would make of a text by itself.
type Reading struct {
	Text         string
	Language     string
	Intent       string // an intent of the base or, in the band "always", an always-on kind
	Title        string
	P            float64
	Band         string
	Alternatives []Alternative
	Answer       string // with its variables filled in; empty when people answer
}

// Alternative is another intent it may be.
type Alternative struct {
	Intent, Title string
	P             float64
}

// Bands of a Reading, as the bot's trace calls them.
const (
	bandAnswer, bandClarify, bandFallback, bandAlways = "answer", "clarify", "fallback", "always"
)

// Try reads a text as the bot in use would.
func (l *Learn) Try(workspace, text, language string) (Reading, error) {
	b, err := l.base(workspace)
	if err != nil {
		return Reading{}, err
	}
	p := b.Published()
	switch {
	case intent.Fold(text) == "":
		return Reading{}, chat.Errorf(chat.Invalid, "the text has no letter or digit to read")
	case language != "" && !p.Speaks(language):
		return Reading{}, chat.Errorf(chat.Invalid, "the knowledge base has no language %q; it has %s", language, strings.Join(p.Languages, ", "))
	}
	return read(p, text, language), nil
}

// read is what the bot does with a question that stands alone.
func read(p *knowledge.Published, text, language string) Reading {
	if !p.Speaks(language) {
		language = p.Default
		if guess := p.Detector.Detect(text); p.Speaks(guess.Language) {
			language = guess.Language
		}
	}
	r := Reading{Text: text, Language: language, Band: bandFallback}
	if s, ok := intent.Always(text, language); ok {
		r.Intent, r.P, r.Band = string(s.Kind), 1, bandAlways
		return r
	}
	reading := p.Models[language].Understand(text)
	for i, s := range reading.Top {
		in, ok := p.Intent(language, s.Label)
		if !ok {
			continue
		}
		if i > 0 {
			r.Alternatives = append(r.Alternatives, Alternative{s.Label, in.Title, s.P})
			continue
		}
		r.Intent, r.Title, r.P = s.Label, in.Title, reading.P
		if answer, missing := p.Fill(in); len(missing) == 0 && in.Handoff != knowledge.HandoffAlways {
			r.Answer = answer
		}
	}
	switch {
	case r.P >= p.Answer:
		r.Band = bandAnswer
	case r.P >= p.Clarify:
		r.Band = bandClarify
	}
	return r
}

// wrap names what was done when it went wrong on our side.
func wrap(what string, err error) error {
	var e *chat.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
