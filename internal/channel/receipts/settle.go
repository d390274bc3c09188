package receipts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	rows "parley/internal/store/receipts"
)

// sitting is one transaction's look at the due events of one workspace.
type sitting struct {
	Workspace
	tx     *store.Tx
	now    int64
	events []rows.Event
	out    *result
}

type share struct {
	id     string
	events []rows.Event
}

// byWorkspace splits events, in one order of workspaces for every replica.
func byWorkspace(events []rows.Event) []share {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b rows.Event) int { return cmp.Compare(a.Workspace, b.Workspace) })
	var out []share
	for _, e := range events {
		if len(out) == 0 || out[len(out)-1].id != e.Workspace {
			out = append(out, share{id: e.Workspace})
		}
		last := &out[len(out)-1]
		last.events = append(last.events, e)
	}
	return out
}

func (s *sitting) settle(ctx context.Context) error {
	people, err := rows.Known(ctx, s.tx, s.ID, s.events)
	if err != nil {
		return err
	}
	var statuses, inbound []rows.Event
	for _, e := range s.events {
		if e.Kind == rows.Inbound {
			inbound = append(inbound, e)
		} else {
			statuses = append(statuses, e)
		}
	}
	// Contacts are locked for what came in, so that comes before what else is written.
	if err := s.reconcile(ctx, inbound, people); err != nil {
		return err
	}
	return s.tell(ctx, statuses, people)
}

// tell adds events to the receipts of the deliveries that they are about.
func (s *sitting) tell(ctx context.Context, events []rows.Event, people rows.People) error {
	if len(events) == 0 {
		return nil
	}
	dispatches := make([]string, len(events))
	for i, e := range events {
		dispatches[i] = e.DispatchID
	}
	sent, err := rows.Dispatched(ctx, s.tx, s.ID, dispatches)
	if err != nil {
		return err
	}
	var matched []rows.Matched
	var settled, early, foreign []string
	for _, e := range events {
		target, wait, err := s.find(ctx, e, sent[e.DispatchID], people)
		switch {
		case err != nil:
			return err
		case target != nil:
			matched, settled = append(matched, rows.Matched{Event: e, Target: *target}), append(settled, e.ID)
		case wait && s.now-e.ReceivedAt < hold:
			early = append(early, e.ID)
		default:
			foreign = append(foreign, e.ID)
		}
	}
	s.out.counts[obs.EventApplied] += len(settled)
	s.out.counts[obs.EventForeign] += len(foreign)
	if err := rows.Tell(ctx, s.tx, s.ID, matched, s.now); err != nil {
		return err
	}
	if err := rows.Settle(ctx, s.tx, s.ID, settled); err != nil {
		return err
	}
	if err := rows.Postpone(ctx, s.tx, s.ID, early, s.now+again); err != nil {
		return err
	}
	return rows.Forget(ctx, s.tx, s.ID, foreign)
}

// slack is how far Braze's clock, which tells whole seconds, may differ from ours.
const slack = 5_000

// find gives the delivery that an event is about. wait says that there is none yet, but
// that one is just being given to Braze and may turn out to be it.
//
// A call's dispatch id and the user name a delivery. Without the id, as with a call whose
// answer was lost, it is the user's latest of the same campaign before the event.
func (s *sitting) find(ctx context.Context, e rows.Event, sent []rows.Target, people rows.People) (target *rows.Target, wait bool, err error) {
	users := people.Of(e)
	for _, user := range users {
		for i := range sent {
			if sent[i].ContactID == user {
				return &sent[i], false, nil
			}
		}
	}
	if len(sent) == 1 && sent[0].BatchSize == 1 {
		return &sent[0], false, nil // Braze may have merged the user meanwhile
	}
	if len(sent) > 0 || len(users) == 0 {
		return nil, false, nil
	}
	recent, err := rows.Recent(ctx, s.tx, users[0], e.At-chat.Window)
	if err != nil {
		return nil, false, err
	}
	layout, ours := s.Campaigns[e.CampaignID]
	for i, t := range recent {
		switch {
		case t.State == chat.Sending || t.State == chat.Queued:
			wait = true
		case !ours || t.Layout != layout || t.SentAt > e.At+slack:
		case t.State == chat.Unknown && t.DispatchID == "", t.State == chat.Accepted && e.DispatchID == "":
			return &recent[i], false, nil
		}
	}
	return nil, wait, nil
}

// reach is how long before its event a message may seem to have come: the two clocks
// differ, and Currents may be told of a message before the webhook is sent or after it.
const reach = 2 * 60_000

// reconcile looks whether webhooks have brought what customers wrote, and brings in
// what they have not.
func (s *sitting) reconcile(ctx context.Context, events []rows.Event, people rows.People) error {
	if len(events) == 0 {
		return nil
	}
	slices.SortStableFunc(events, func(a, b rows.Event) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	var contacts []chat.ContactID
	for _, e := range events {
		contacts = append(contacts, people.Of(e)...)
	}
	slices.Sort(contacts)
	lines, err := rows.Unclaimed(ctx, s.tx, slices.Compact(contacts), events[0].At-reach)
	if err != nil {
		return err
	}
	claim := func(list []rows.Event, equal func(rows.Event, rows.Line) bool) (left []rows.Event, err error) {
		for _, e := range list {
			message := take(lines, people.Of(e), func(l rows.Line) bool { return l.At >= e.At-reach && equal(e, l) })
			if message == "" {
				left = append(left, e)
				continue
			}
			s.out.counts[obs.EventBrought]++
			if err := rows.SettleAs(ctx, s.tx, e, message); err != nil {
				return nil, err
			}
		}
		return left, nil
	}
	if events, err = claim(events, same); err != nil {
		return err
	}
	// Without a body it can be told by its time only.
	events, err = claim(events, func(e rows.Event, l rows.Line) bool { return e.Raw != "" && l.At <= e.At+reach })
	if err != nil {
		return err
	}
	return s.bringIn(ctx, events)
}

// take finds a line of the contacts and removes it, so that no other event is about it.
func take(lines map[chat.ContactID][]rows.Line, contacts []chat.ContactID, fits func(rows.Line) bool) chat.MessageID {
	for _, c := range contacts {
		if i := slices.IndexFunc(lines[c], fits); i >= 0 {
			id := lines[c][i].ID
			lines[c] = slices.Delete(lines[c], i, i+1)
			return id
		}
	}
	return ""
}

// same says whether a line is what an event tells of.
func same(e rows.Event, l rows.Line) bool {
	said := plain(l.Text)
	if e.Text == "" && e.Button == "" && e.Flow == "" {
		return len(e.Media) > 0 && l.Media > 0 && said == ""
	}
	for _, text := range []string{e.Text, e.Button, e.Flow} {
		if text != "" && plain(text) == said {
			return true
		}
	}
	return false
}

// plain takes away in what the same text may differ on its two ways.
func plain(text string) string {
	var compact bytes.Buffer
	if strings.HasPrefix(text, "{") && json.Compact(&compact, []byte(text)) == nil {
		text = compact.String()
	}
	return strings.Join(strings.Fields(strings.ToLower(text)), " ")
}

// route is what the list of what could not be understood shows for an event of Currents.
const route = "currents"

// bringIn stores what no webhook has brought, or keeps it for people to see where that
// cannot be.
func (s *sitting) bringIn(ctx context.Context, events []rows.Event) error {
	var arrivals []store.Arrival
	var missed []rows.Event
	for _, e := range events {
		why := ""
		m := message(e)
		switch {
		case s.Arrival == nil: // switched off meanwhile
			if err := rows.Forget(ctx, s.tx, s.ID, []string{e.ID}); err != nil {
				return err
			}
			continue
		case e.Raw != "":
			why = "a customer wrote this, no webhook brought it, and the event of Currents holds neither a text nor media"
		case s.now-e.At >= chat.Window:
			why = "a customer wrote this more than 24 hours before Currents told of it, so it can be answered with a template only"
		case m.ExternalID == "" && m.BrazeID == "" && m.Phone == "" && m.BSUID == "":
			why = "the event of Currents names nobody"
		}
		if why != "" {
			if err := s.keep(ctx, e, why); err != nil {
				return err
			}
			continue
		}
		arrivals, missed = append(arrivals, s.Arrival(m, e.At)), append(missed, e)
	}
	if len(arrivals) == 0 {
		return nil
	}
	stored, err := s.tx.Ingest(ctx, arrivals, s.now)
	if err != nil {
		return err
	}
	if s.Returned != nil {
		if _, err := s.Returned(ctx, s.tx, stored, s.now); err != nil {
			return err
		}
	}
	s.out.counts[obs.EventRecovered] += len(missed)
	for i, e := range missed {
		s.out.turns = append(s.out.turns, stored[i].DueAt)
		if err := rows.SettleAs(ctx, s.tx, e, stored[i].MessageID); err != nil {
			return err
		}
	}
	return nil
}

// message makes of an event what a webhook would have said. The dispatch id is one of
// our own: Currents knows none of the webhook.
func message(e rows.Event) braze.Inbound {
	m := braze.Inbound{
		ExternalID: e.ExternalID, BrazeID: e.BrazeID, Phone: e.Phone, BSUID: e.BSUID, Text: cmp.Or(e.Text, e.Button), Media: e.Media,
		DispatchID: "currents-" + e.ID,
	}
	if e.Flow != "" {
		m.FlowResponse = json.RawMessage(e.Flow)
	}
	return m
}

// keep shows an event among what could not be understood.
func (s *sitting) keep(ctx context.Context, e rows.Event, why string) error {
	s.out.counts[obs.EventKept]++
	body := cmp.Or(e.Raw, cmp.Or(e.Text, e.Button, e.Flow, strings.Join(e.Media, "\n")))
	err := s.tx.InsertDeadLetter(ctx, store.DeadLetter{
		ID: chat.NewID(), Workspace: s.ID, Route: route, Reason: why, ContentType: "application/json", Body: body, Size: int64(len(body)), At: s.now,
	})
	if err != nil {
		return err
	}
	return rows.Settle(ctx, s.tx, s.ID, []string{e.ID})
}
