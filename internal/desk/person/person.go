// Package person is what people at the desk settle about a customer: who they are at
// Braze, and whether they want messages. It owns what may be settled and in which order
// Braze and Parley learn it; merging contacts is the store's.
//
// Start reading at Persons.Identify.
package person

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/internal/channel/braze"
	telling "parley/internal/channel/consent"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/consent"
	"parley/internal/store/inbox"
)

// Workspace is one workspace's Braze.
type Workspace struct {
	Client *braze.Client
	// Group is the subscription group that decisions are told to; empty: they are kept here only.
	Group string
}

// Persons settles things about customers.
type Persons struct {
	workspaces map[string]Workspace
	store      *store.Store
	now        func() int64
	publish    func(store.Topic)
}

// New makes it. now is the clock in unix milliseconds; publish is told what a commit has
// made available.
func New(workspaces map[string]Workspace, s *store.Store, now func() int64, publish func(store.Topic)) *Persons {
	return &Persons{workspaces: workspaces, store: s, now: now, publish: publish}
}

// maxExternalID is the longest external id in bytes that Braze takes (Braze docs, "User identifiers").
const maxExternalID = 997

// Identify says which external id a contact has whom Braze knows by a number or an alias
// only: Braze is told first, which merges its profiles, then the contacts are merged here
// with their open conversations. It may be repeated after a failure. It gives the id of
// the contact that is left.
func (p *Persons) Identify(ctx context.Context, id chat.ContactID, externalID string) (chat.ContactID, error) {
	externalID = strings.TrimSpace(externalID)
	if externalID == "" || len(externalID) > maxExternalID || !utf8.ValidString(externalID) || strings.ContainsFunc(externalID, unicode.IsControl) {
		return "", chat.Errorf(chat.Invalid, "externalId: write the id that Braze has for this customer, at most %d bytes and without line breaks", maxExternalID)
	}
	known, err := inbox.Contact(ctx, p.store, id)
	if err != nil {
		return "", err
	}
	if known.ExternalID == externalID {
		return known.ID, nil
	}
	if known.ExternalID != "" {
		return "", chat.Errorf(chat.Conflict, "this customer already has the external id %s; Braze does not give a profile another one in this way", known.ExternalID)
	}
	w, ok := p.workspaces[known.Workspace]
	if !ok {
		return "", chat.Errorf(chat.Unavailable, "the workspace %s is not configured any more", known.Workspace)
	}
	if err := p.tell(ctx, w, known, externalID); err != nil {
		return "", err
	}
	var left *chat.Contact
	err = p.store.Write(ctx, func(tx *store.Tx) (err error) {
		left, err = tx.Identify(ctx, store.Arrival{
			Workspace: known.Workspace, ContactID: known.ID, ExternalID: externalID, BrazeID: known.BrazeID,
			AliasName: known.AliasName, AliasLabel: known.AliasLabel, Phone: known.Phone,
		}, p.now())
		return err
	})
	if err != nil {
		return "", err
	}
	p.publish(store.TopicFeed)
	p.publish(store.TopicPeople)
	return left.ID, nil
}

// tell makes the call and keeps what was said.
func (p *Persons) tell(ctx context.Context, w Workspace, c inbox.Person, externalID string) error {
	call := braze.Identify{ExternalID: externalID}
	switch {
	case c.AliasName != "" && c.AliasLabel != "":
		call.Alias = &braze.UserAlias{Name: c.AliasName, Label: c.AliasLabel}
	case c.Phone != "":
		call.Phone = c.Phone
	default:
		return chat.Errorf(chat.Conflict, "Braze identifies profiles by an alias or a phone number, and this customer has neither")
	}
	made, err := w.Client.Identify(ctx, call)
	if made.Method != "" {
		ex := store.Exchange{
			ID: chat.NewID(), Workspace: c.Workspace, Method: made.Method, Path: made.Path, Status: made.Status, RequestID: made.RequestID,
			Request: string(made.Request), Response: string(made.Response), Millis: made.Duration.Milliseconds(), At: p.now(),
		}
		if err != nil {
			ex.Error = err.Error()
		}
		if err := p.store.Write(ctx, func(tx *store.Tx) error { return tx.InsertExchanges(ctx, []store.Exchange{ex}) }); err != nil {
			return err
		}
	}
	if err == nil {
		return nil
	}
	e := braze.AsError(err)
	switch e.Kind {
	case braze.KindForbidden:
		return chat.Errorf(chat.Unavailable, "nothing was changed here: %s. Give the key the permission users.identify; a new key is needed", e.Error())
	case braze.KindInvalid:
		return chat.Errorf(chat.Conflict, "nothing was changed: %s", e.Error())
	}
	return chat.Errorf(chat.Unavailable, "nothing was changed here: %s. %s", e.Error(), e.Fix())
}

// Decide keeps what a customer told a person about messages: consent.OptOut or
// consent.OptIn. Braze is told in time.
func (p *Persons) Decide(ctx context.Context, id chat.ContactID, kind, actor string) error {
	if kind != consent.OptOut && kind != consent.OptIn {
		return chat.Errorf(chat.Invalid, "kind: %q is neither opt_out nor opt_in", kind)
	}
	known, err := inbox.Contact(ctx, p.store, id)
	if err != nil {
		return err
	}
	if (known.OptedOut > 0) == (kind == consent.OptOut) {
		return nil // it is so
	}
	d := telling.New(known.Workspace, p.workspaces[known.Workspace].Group, known.ID, "", kind, "agent", actor, p.now())
	return p.store.Write(ctx, func(tx *store.Tx) error { return consent.Record(ctx, tx, d) })
}
