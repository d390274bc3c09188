// Package teach is how the desk API shows the knowledge base and what people propose
// for it: shapes, and what each operation asks of package learn. Paths and permissions
// are package api's.
package teach

import (
	"context"
	"time"

	"parley/internal/auth"
	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	learning "parley/internal/desk/learn"
	"parley/internal/store/learn"
)

// NewIntent is an intent that the knowledge base does not have yet.
type NewIntent struct {
	ID     string `json:"id" pattern:"^[a-z][a-z0-9_]*$" maxLength:"60" doc:"The name of its file, the same in every language."`
	Title  string `json:"title" minLength:"1" maxLength:"60" doc:"Shown on a button; WhatsApp's hold 20 characters."`
	Answer string `json:"answer" minLength:"1" maxLength:"4096" doc:"May use the base's {{variables}}."`
}

// Proposal is a phrasing that somebody proposes for the knowledge base.
type Proposal struct {
	ID             string     `json:"id"`
	Workspace      string     `json:"workspace"`
	State          string     `json:"state" enum:"open,accepted,rejected,published"`
	Text           string     `json:"text"`
	Language       string     `json:"language"`
	Intent         string     `json:"intent" doc:"Its name; that of newIntent if there is one."`
	NewIntent      *NewIntent `json:"newIntent,omitempty"`
	By             string     `json:"by" doc:"User id."`
	ByName         string     `json:"byName"`
	At             time.Time  `json:"at"`
	ConversationID string     `json:"conversationId"`
	MessageID      string     `json:"messageId"`
	ReviewedBy     string     `json:"reviewedBy,omitempty"`
	ReviewedAt     *time.Time `json:"reviewedAt,omitempty"`
	Note           string     `json:"note,omitempty"`
	PublishedAt    *time.Time `json:"publishedAt,omitempty"`
	Version        string     `json:"version,omitempty" doc:"Of the knowledge base it was published with."`
}

// KnowledgeReading is what the bot makes of a text.
type KnowledgeReading struct {
	Intent       string         `json:"intent" doc:"An intent of the base or, in the band always, what the bot reads by itself."`
	Title        string         `json:"title"`
	P            float64        `json:"p" doc:"Probability that the reading is right, 0 to 1."`
	Band         string         `json:"band" enum:"answer,clarify,fallback,always"`
	Language     string         `json:"language"`
	Alternatives []OtherReading `json:"alternatives" nullable:"false"`
	Answer       string         `json:"answer" doc:"As it would be sent; empty when people answer."`
}

// OtherReading is another intent that a text may belong to.
type OtherReading struct {
	Intent string  `json:"intent"`
	Title  string  `json:"title"`
	P      float64 `json:"p"`
}

// ReadingChange is one text before and after a publish.
type ReadingChange struct {
	Text   string           `json:"text"`
	Before KnowledgeReading `json:"before"`
	After  KnowledgeReading `json:"after"`
}

// LearningEffect is what publishing the accepted proposals changes.
type LearningEffect struct {
	Version  string `json:"version" doc:"Of the knowledge base with them."`
	Accepted int    `json:"accepted" doc:"Proposals in it."`
	Effect   struct {
		Read    int             `json:"read" doc:"Texts that were read with both: what customers wrote last, and the proposals."`
		Changed []ReadingChange `json:"changed" nullable:"false" doc:"Another intent or band than before."`
		Broken  []ReadingChange `json:"broken" nullable:"false" doc:"Those of them that the bot was sure of, and nobody has said that it was wrong."`
	} `json:"effect"`
}

// KnownIntent is one intent of the knowledge base, in one language.
type KnownIntent struct {
	ID        string   `json:"id"`
	Title     string   `json:"title"`
	Language  string   `json:"language"`
	Phrasings []string `json:"phrasings" nullable:"false"`
	Answer    string   `json:"answer" doc:"With its {{variables}}."`
	Handoff   string   `json:"handoff" enum:"never,after_answer,always"`
}

// ProposeInput is a proposal as it is made.
type ProposeInput struct {
	Body struct {
		ConversationID string     `json:"conversationId" maxLength:"40"`
		MessageID      string     `json:"messageId" maxLength:"40" doc:"The customer's line that it comes from."`
		Text           string     `json:"text" minLength:"1" maxLength:"1000"`
		Language       string     `json:"language,omitempty" maxLength:"10" doc:"Empty: the conversation's."`
		Intent         string     `json:"intent,omitempty" maxLength:"60"`
		NewIntent      *NewIntent `json:"newIntent,omitempty"`
	}
}

// ProposalOutput is one proposal.
type ProposalOutput struct{ Body Proposal }

// ProposalsInput is which proposals.
type ProposalsInput struct {
	State     string `query:"state" enum:"open,accepted,rejected,published"`
	Workspace string `query:"workspace" maxLength:"40"`
	Cursor    string `query:"cursor" maxLength:"60"`
	Limit     int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

// ProposalList is a page of proposals.
type ProposalList struct {
	Body struct {
		Items      []Proposal `json:"items" nullable:"false"`
		NextCursor string     `json:"nextCursor" doc:"Empty on the last page."`
	}
}

// ReviewInput is a reviewer's decision.
type ReviewInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Accept bool   `json:"accept"`
		Intent string `json:"intent,omitempty" maxLength:"60" doc:"Another intent than the proposed one."`
		Note   string `json:"note,omitempty" maxLength:"1000"`
	}
}

// BaseInput is which knowledge base.
type BaseInput struct {
	Workspace string `query:"workspace" maxLength:"40" doc:"Whose knowledge base; needed only when there are several."`
}

// EffectOutput is what a publish changes.
type EffectOutput struct{ Body LearningEffect }

// IntentList is the intents of a base.
type IntentList struct {
	Body struct {
		Items      []KnownIntent `json:"items" nullable:"false"`
		NextCursor string        `json:"nextCursor" doc:"Always empty: all are listed."`
	}
}

// TryInput is a text to read.
type TryInput struct {
	Workspace string `query:"workspace" maxLength:"40" doc:"Whose knowledge base; needed only when there are several."`
	Body      struct {
		Text     string `json:"text" minLength:"1" maxLength:"2000"`
		Language string `json:"language,omitempty" maxLength:"10" doc:"Empty: found out from the text."`
	}
}

// ReadingOutput is how it is read.
type ReadingOutput struct{ Body KnowledgeReading }

// Operations are what can be done with a knowledge base.
type Operations struct{ Learn *learning.Learn }

// Propose keeps a proposal for review.
func (o Operations) Propose(ctx context.Context, in *ProposeInput, user auth.User) (*ProposalOutput, error) {
	p := learning.Proposal{
		ConversationID: chat.ConversationID(in.Body.ConversationID), MessageID: chat.MessageID(in.Body.MessageID), Text: in.Body.Text,
		Language: in.Body.Language, Intent: in.Body.Intent, By: user.ID,
	}
	if n := in.Body.NewIntent; n != nil {
		p.New = &learn.NewIntent{ID: n.ID, Title: n.Title, Answer: n.Answer}
	}
	kept, err := o.Learn.Propose(ctx, p)
	return &ProposalOutput{proposal(kept)}, err
}

// Proposals lists a page.
func (o Operations) Proposals(ctx context.Context, in *ProposalsInput) (*ProposalList, error) {
	f := learn.Filter{State: learn.State(in.State), Before: in.Cursor, Limit: in.Limit}
	if in.Workspace != "" {
		f.Workspaces = []string{in.Workspace}
	}
	list, next, err := o.Learn.Proposals(ctx, f)
	if err != nil {
		return nil, err
	}
	out := &ProposalList{}
	out.Body.Items, out.Body.NextCursor = []Proposal{}, next
	for _, p := range list {
		out.Body.Items = append(out.Body.Items, proposal(p))
	}
	return out, nil
}

// Review decides on a proposal.
func (o Operations) Review(ctx context.Context, in *ReviewInput, user auth.User) (*ProposalOutput, error) {
	p, err := o.Learn.Review(ctx, learn.Verdict{ID: in.ID, Accept: in.Body.Accept, Intent: in.Body.Intent, Note: in.Body.Note, By: user.ID})
	return &ProposalOutput{proposal(p)}, err
}

// Preview measures what publishing would change.
func (o Operations) Preview(ctx context.Context, in *BaseInput, _ auth.User) (*EffectOutput, error) {
	return effect(o.Learn.Preview(ctx, in.Workspace))
}

// Publish puts the accepted proposals into the base.
func (o Operations) Publish(ctx context.Context, in *BaseInput, _ auth.User) (*EffectOutput, error) {
	return effect(o.Learn.Publish(ctx, in.Workspace))
}

// Intents lists what the base has.
func (o Operations) Intents(_ context.Context, in *BaseInput) (*IntentList, error) {
	list, err := o.Learn.Intents(in.Workspace)
	if err != nil {
		return nil, err
	}
	out := &IntentList{}
	out.Body.Items = []KnownIntent{}
	for _, i := range list {
		out.Body.Items = append(out.Body.Items, knownIntent(i))
	}
	return out, nil
}

// Try reads a text as the bot would.
func (o Operations) Try(_ context.Context, in *TryInput, _ auth.User) (*ReadingOutput, error) {
	r, err := o.Learn.Try(in.Workspace, in.Body.Text, in.Body.Language)
	return &ReadingOutput{reading(r)}, err
}

func proposal(p learn.Proposal) Proposal {
	out := Proposal{
		ID: p.ID, Workspace: p.Workspace, State: string(p.State), Text: p.Text, Language: p.Language, Intent: p.Intent, By: p.By, ByName: p.ByName,
		At: time.UnixMilli(p.At).UTC(), ConversationID: string(p.ConversationID), MessageID: string(p.MessageID), ReviewedBy: p.ReviewedBy,
		ReviewedAt: maybe(p.ReviewedAt), Note: p.Note, PublishedAt: maybe(p.PublishedAt), Version: p.Version,
	}
	if p.New != nil {
		out.NewIntent = &NewIntent{ID: p.New.ID, Title: p.New.Title, Answer: p.New.Answer}
	}
	return out
}

func knownIntent(i knowledge.Intent) KnownIntent {
	out := KnownIntent{ID: i.Name, Title: i.Title, Language: i.Language, Phrasings: []string{}, Answer: i.Answer, Handoff: string(i.Handoff)}
	for _, p := range i.Phrasings {
		out.Phrasings = append(out.Phrasings, p.Text)
	}
	return out
}

func reading(r learning.Reading) KnowledgeReading {
	out := KnowledgeReading{Intent: r.Intent, Title: r.Title, P: r.P, Band: r.Band, Language: r.Language, Alternatives: []OtherReading{}, Answer: r.Answer}
	for _, o := range r.Alternatives {
		out.Alternatives = append(out.Alternatives, OtherReading(o))
	}
	return out
}

func effect(e learning.Effect, err error) (*EffectOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &EffectOutput{}
	out.Body.Version, out.Body.Accepted, out.Body.Effect.Read = e.Version, e.Accepted, e.Read
	out.Body.Effect.Changed, out.Body.Effect.Broken = changes(e.Changed), changes(e.Broken)
	return out, nil
}

func changes(list []learning.Change) []ReadingChange {
	out := make([]ReadingChange, len(list))
	for i, c := range list {
		out[i] = ReadingChange{Text: c.Text, Before: reading(c.Before), After: reading(c.After)}
	}
	return out
}

func maybe(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := time.UnixMilli(ms).UTC()
	return &t
}
