// Package facts is how the desk API shows what Braze's profiles were told of a contact,
// and how that is stopped and taken back: shapes, and what each operation asks of the
// store. Paths and permissions are package api's.
package facts

import (
	"cmp"
	"context"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/facts"
)

// Operations are what the API hands calls on to.
type Operations struct {
	Store *store.Store
	Now   func() int64 // unix milliseconds
}

// ID names a contact.
type ID struct {
	ID string `path:"id" maxLength:"40"`
}

// StopInput stops or resumes telling.
type StopInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Stopped bool `json:"stopped" doc:"true: nothing more is told of this person; false: go on."`
	}
}

// ProfileAttribute is one custom attribute, one key of a nested one, or one item of an array.
type ProfileAttribute struct {
	Name     string     `json:"name"`
	Part     string     `json:"part,omitempty" doc:"The path inside a nested attribute, or the item of an array."`
	Kind     string     `json:"kind" enum:"plain,nested,item"`
	Value    string     `json:"value" doc:"JSON: what Braze shall know. Of an item: whether it shall be there."`
	Accepted string     `json:"accepted,omitempty" doc:"JSON: what Braze took last; left out when that is not known."`
	State    string     `json:"state" enum:"pending,riding,accepted,failed"`
	Reason   string     `json:"reason,omitempty" doc:"Why it failed."`
	Since    time.Time  `json:"since" doc:"When it became what it shall be."`
	ToldAt   *time.Time `json:"toldAt,omitempty" doc:"When Braze took what it has."`
}

// ProfileTelling is one thing that Braze was told, or that waits to be told.
type ProfileTelling struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind" enum:"attribute,increment,event"`
	Name       string     `json:"name"`
	Part       string     `json:"part,omitempty"`
	Value      string     `json:"value" doc:"JSON: the value, the increment, or the event's properties."`
	HappenedAt time.Time  `json:"happenedAt"`
	State      string     `json:"state" enum:"pending,sending,accepted,failed,unknown" doc:"unknown: the connection broke, so Braze may or may not have it. Attributes are then told again, events and increments never."`
	Via        string     `json:"via,omitempty" enum:"reply,track" doc:"In the call of a reply, or by /users/track."`
	Answer     string     `json:"answer,omitempty" doc:"What Braze said, or why it was not told."`
	ExchangeID string     `json:"exchangeId,omitempty"`
	ToldAt     *time.Time `json:"toldAt,omitempty"`
}

// ProfileLedger is everything that Braze's profile was told of a contact.
type ProfileLedger struct {
	State      string             `json:"state" enum:"active,stopped,purging" doc:"purging: what was told is being taken back; nothing more is told then."`
	DataPoints int64              `json:"dataPoints" doc:"How many Braze has counted, as far as its answers tell: one for each value it took."`
	Trouble    string             `json:"trouble,omitempty" doc:"Why the last call did not go through. It is made again."`
	Attributes []ProfileAttribute `json:"attributes" nullable:"false"`
	Tellings   []ProfileTelling   `json:"tellings" nullable:"false" doc:"The newest 50, newest first."`
}

// LedgerOutput is the answer.
type LedgerOutput struct{ Body ProfileLedger }

// shown is how many tellings the ledger shows.
const shown = 50

// Ledger reads what Braze was told of a contact.
func (o Operations) Ledger(ctx context.Context, in *ID) (*LedgerOutput, error) {
	l, err := facts.Read(ctx, o.Store, chat.ContactID(in.ID), shown)
	if err != nil {
		return nil, err
	}
	out := &LedgerOutput{Body: ProfileLedger{
		State: l.Person.State, DataPoints: l.Person.Points, Trouble: l.Person.Trouble,
		Attributes: make([]ProfileAttribute, len(l.Cells)), Tellings: make([]ProfileTelling, len(l.Tellings)),
	}}
	for i, c := range l.Cells {
		out.Body.Attributes[i] = ProfileAttribute{
			Name: c.Name, Part: c.Part, Kind: kinds[c.Op], Value: c.Desired, Accepted: c.Accepted, State: stateOf(c), Reason: c.Reason,
			Since: when(c.Since), ToldAt: maybe(c.ToldAt),
		}
	}
	for i, t := range l.Tellings {
		out.Body.Tellings[i] = ProfileTelling{
			ID: t.ID, Kind: string(t.Kind), Name: t.Name, Part: t.Part, Value: cmp.Or(t.Value, facts.Null), HappenedAt: when(t.HappenedAt), State: string(t.State),
			Via: t.Via, Answer: t.Answer, ExchangeID: t.ExchangeID, ToldAt: maybe(t.ToldAt),
		}
	}
	return out, nil
}

var kinds = map[facts.Op]string{facts.Set: "plain", facts.Merge: "nested", facts.Item: "item"}

func stateOf(c facts.Cell) string {
	switch {
	case c.Sent != "":
		return "riding"
	case c.Desired == c.Accepted:
		return "accepted"
	case c.Desired == c.Refused:
		return "failed"
	}
	return "pending"
}

// Stop stops or resumes telling of a contact.
func (o Operations) Stop(ctx context.Context, in *StopInput, user auth.User) (*LedgerOutput, error) {
	change := facts.Resume
	if in.Body.Stopped {
		change = facts.Stop
	}
	return o.do(ctx, in.ID, user, change)
}

// Purge takes back what Braze was told of a contact, and stops.
func (o Operations) Purge(ctx context.Context, in *ID, user auth.User) (*LedgerOutput, error) {
	return o.do(ctx, in.ID, user, facts.Purge)
}

func (o Operations) do(ctx context.Context, id string, user auth.User, change func(context.Context, *store.Tx, chat.ContactID, string, int64) error) (*LedgerOutput, error) {
	err := o.Store.Write(ctx, func(tx *store.Tx) error {
		if err := change(ctx, tx, chat.ContactID(id), user.ID, o.Now()); err != nil {
			return err
		}
		if err := tx.Notify(ctx, store.TopicFeed); err != nil {
			return err
		}
		return tx.Notify(ctx, facts.Topic)
	})
	if err != nil {
		return nil, err
	}
	return o.Ledger(ctx, &ID{ID: id})
}

func when(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func maybe(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := when(ms)
	return &t
}
