package intake

import (
	"cmp"
	"context"

	"parley/internal/bot/intent"
	telling "parley/internal/channel/consent"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/consent"
	"parley/internal/store/roster"
)

// Consent is how a workspace carries out STOP and START.
type Consent struct {
	Group    string // the subscription group that Braze is told of
	Language string // spoken when nothing tells the customer's
	Text     func(language string, out bool) string
	Plan     func(text string) []chat.Delivery
	Pace     chat.Pace
}

// decide carries out the words of customers whom people answer, in the transaction that
// stores them. It says how many were confirmed.
func (in *Intake) decide(ctx context.Context, tx *store.Tx, arrivals []store.Arrival, receipts []store.Receipt, now int64) (confirmed int, err error) {
	for i, r := range receipts {
		a := &arrivals[i]
		c := in.routes[a.Route].Consent
		if c == nil || r.Duplicate != "" || r.Owner == chat.OwnerBot {
			continue
		}
		kind := ""
		switch {
		case intent.StopWord(a.Text):
			kind = consent.OptOut
		case intent.StartWord(a.Text):
			kind = consent.OptIn
		default:
			continue
		}
		already, err := roster.OptedOut(ctx, tx, r.ContactID)
		if err != nil {
			return 0, err
		}
		if already == (kind == consent.OptOut) {
			continue
		}
		d := telling.New(a.Workspace, c.Group, r.ContactID, r.ConversationID, kind, "word", "customer", now)
		if err := consent.Record(ctx, tx, d); err != nil {
			return 0, err
		}
		text := c.Text(cmp.Or(a.Spoken, a.Language, c.Language), kind == consent.OptOut)
		if err := tx.Say(ctx, store.Line{
			ConversationID: r.ConversationID, MessageID: chat.MessageID(chat.NewID()), Text: text, Parts: c.Plan(text), Pace: c.Pace,
		}, now); err != nil {
			return 0, err
		}
		confirmed++
	}
	if confirmed > 0 {
		err = tx.Notify(ctx, store.TopicDeliveries)
	}
	return confirmed, err
}
