// Package person is how the desk API settles things about a customer: the external id,
// and whether they want messages. Shapes only; package desk/person does it. Paths and
// permissions are package api's.
package person

import (
	"context"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk/person"
	"parley/internal/store"
	"parley/internal/store/consent"
	"parley/internal/store/inbox"
)

// Operations are what the API hands calls on to.
type Operations struct {
	Store   *store.Store
	Persons *person.Persons
}

// ID names a contact.
type ID struct {
	ID string `path:"id" maxLength:"40"`
}

// IdentifyInput says who a contact is.
type IdentifyInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		ExternalID string `json:"externalId" minLength:"1" maxLength:"997" doc:"The id that Braze knows this customer by."`
	}
}

// IdentifyOutput names the contact that is left.
type IdentifyOutput struct {
	Body struct {
		ContactID string `json:"contactId" doc:"Another one if a contact with that external id was there already: both are one now."`
	}
}

// Identify sets the external id.
func (o Operations) Identify(ctx context.Context, in *IdentifyInput, _ auth.User) (*IdentifyOutput, error) {
	id, err := o.Persons.Identify(ctx, chat.ContactID(in.ID), in.Body.ExternalID)
	if err != nil {
		return nil, err
	}
	out := &IdentifyOutput{}
	out.Body.ContactID = string(id)
	return out, nil
}

// ConsentInput is a decision that a customer told somebody.
type ConsentInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Kind string `json:"kind" enum:"opt_out,opt_in"`
	}
}

// ConsentDecision is one decision. It holds no word of a message.
type ConsentDecision struct {
	ID        string     `json:"id"`
	At        time.Time  `json:"at"`
	Kind      string     `json:"kind" enum:"opt_out,opt_in"`
	Means     string     `json:"means" enum:"word,confirmed,handed_over,agent" doc:"The word alone, a sentence and then a yes, a sentence that people got, or a user of the desk."`
	Actor     string     `json:"actor" doc:"customer, or the id of the user who set it."`
	ActorName string     `json:"actorName,omitempty"`
	State     string     `json:"state" enum:"waiting,told,failed,kept,superseded" doc:"Whether Braze was told; kept: it is not, by the settings."`
	Answer    string     `json:"answer,omitempty" doc:"What Braze said, if it has not taken it."`
	ToldAt    *time.Time `json:"toldAt,omitempty"`
}

// ConsentOutput lists decisions.
type ConsentOutput struct {
	Body struct {
		Items []ConsentDecision `json:"items" nullable:"false" doc:"The newest 20, newest first."`
	}
}

// shown is how many decisions a page shows.
const shown = 20

// Consents lists what was decided about messages to a contact.
func (o Operations) Consents(ctx context.Context, in *ID) (*ConsentOutput, error) {
	list, err := consent.Of(ctx, o.Store, chat.ContactID(in.ID), shown)
	if err != nil {
		return nil, err
	}
	users := make([]string, len(list))
	for i, d := range list {
		users[i] = d.Actor
	}
	names, err := inbox.Names(ctx, o.Store, users)
	if err != nil {
		return nil, err
	}
	out := &ConsentOutput{}
	out.Body.Items = []ConsentDecision{}
	for _, d := range list {
		shape := ConsentDecision{
			ID: d.ID, At: time.UnixMilli(d.At).UTC(), Kind: d.Kind, Means: d.Means, Actor: d.Actor, ActorName: names[d.Actor], State: d.State,
			Answer: d.Answer,
		}
		if d.ToldAt > 0 {
			at := time.UnixMilli(d.ToldAt).UTC()
			shape.ToldAt = &at
		}
		out.Body.Items = append(out.Body.Items, shape)
	}
	return out, nil
}

// Decide keeps a decision that a customer told an agent.
func (o Operations) Decide(ctx context.Context, in *ConsentInput, user auth.User) (*struct{}, error) {
	return nil, o.Persons.Decide(ctx, chat.ContactID(in.ID), in.Body.Kind, user.ID)
}
