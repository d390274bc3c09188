package roster_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/desk/roster"
	"parley/internal/obs"
	"parley/internal/store"
)

// floor is a desk with its people, on a clock that only the test moves. Several
// rosters may work on it, as replicas do.
type floor struct {
	t     *testing.T
	store *store.Store
	clock atomic.Int64
	told  atomic.Int64 // how often pages were told of people
	users int
}

const (
	minute  = int64(60_000)
	morning = int64(1_795_424_400_000) // Monday, 2026-11-23 09:00 UTC
)

func newFloor(t *testing.T, s *store.Store) *floor {
	f := &floor{t: t, store: s}
	f.clock.Store(morning)
	return f
}

func (f *floor) now() int64 { return f.clock.Load() }

func (f *floor) pass(minutes int64) { f.clock.Add(minutes * minute) }

// roster makes one; change may alter the settings.
func (f *floor) roster(publish func(store.Topic), change ...func(*roster.Settings)) *roster.Roster {
	set := roster.Settings{
		Workspaces: map[string]roster.Workspace{"shop": {Plan: plan, Language: "en"}},
		Patience:   chat.Patience{Silent: 30 * minute, Reassure: 10 * minute}, Away: 10 * time.Minute, Capacity: 2,
		MayReply: func(role string) bool { return role != "guest" },
		Keep:     func(language string, p roster.Prospect) string { return fmt.Sprint(language, " place ", p.Position) },
	}
	for _, c := range change {
		c(&set)
	}
	if publish == nil {
		publish = func(store.Topic) {}
	}
	return roster.New(set, f.store, obs.NewMetrics("test", nil, nil), slog.New(slog.DiscardHandler), f.now, publish,
		func(event string, _ any, _ string) {
			if event == "people" {
				f.told.Add(1)
			}
		})
}

func plan(text string) []chat.Delivery {
	return []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: text, Layout: chat.LayoutText}}
}

func (f *floor) write(fn func(context.Context, *store.Tx) error) error {
	return f.store.Write(context.Background(), func(tx *store.Tx) error { return fn(context.Background(), tx) })
}

func (f *floor) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// user adds somebody who is not there yet.
func (f *floor) user(name, role string) string {
	f.t.Helper()
	f.users++
	id := fmt.Sprintf("user-%d-%s", f.users, name)
	f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.UpsertUser(ctx, store.User{ID: id, Email: name + "@example.com", Name: name, Role: role, CreatedAt: f.now()})
	}))
	return id
}

// agent adds somebody who sits at the desk.
func (f *floor) agent(r *roster.Roster, name string) string {
	f.t.Helper()
	id := f.user(name, "agent")
	f.must(r.Beat(f.t.Context(), id, true))
	return id
}

func (f *floor) team(r *roster.Roster, name string, members ...string) string {
	f.t.Helper()
	id, err := r.SaveTeam(f.t.Context(), roster.Team{Name: name, Strategy: roster.LeastBusy, AutoAssign: true, Members: members})
	f.must(err)
	return id
}

// handed is a customer who wrote and was handed over to people.
func (f *floor) handed(who string, change ...func(*store.Result)) chat.ConversationID {
	f.t.Helper()
	id := f.says(who, "I want a person")
	f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
		works, err := tx.ClaimTurns(ctx, store.Claim{By: "bot", Limit: 1000, Lease: minute}, 20, f.now())
		if err != nil {
			return err
		}
		var results []store.Result
		for i := range works {
			r := store.Result{
				ID: chat.TurnID(chat.NewID()), Work: &works[i], Action: "handoff", Trace: "{}", Handoff: "person_requested: they asked",
				Message: &chat.Message{ID: chat.MessageID(chat.NewID()), Text: "A person takes over.", Layout: chat.LayoutText}, Parts: plan("A person takes over."),
			}
			for _, c := range change {
				c(&r)
			}
			results = append(results, r)
		}
		_, err = tx.FinishTurns(ctx, results, f.now())
		return err
	}))
	return id
}

// says is a customer's line.
func (f *floor) says(who, text string) chat.ConversationID {
	f.t.Helper()
	var receipts []store.Receipt
	f.must(f.write(func(ctx context.Context, tx *store.Tx) (err error) {
		receipts, err = tx.Ingest(ctx, []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Text: text, DispatchID: chat.NewID(),
		}}, f.now())
		return err
	}))
	return receipts[0].ConversationID
}

// replies is an agent's answer.
func (f *floor) replies(id chat.ConversationID, agent string) {
	f.t.Helper()
	f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.Reply(ctx, store.Reply{
			ConversationID: id, MessageID: chat.MessageID(chat.NewID()), Agent: agent, Text: "Here I am.", Parts: plan("Here I am."), Forced: true,
		}, f.now())
	}))
}

func (f *floor) change(id chat.ConversationID, kind chat.Kind, agent string) {
	f.t.Helper()
	f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
		c, err := tx.LockConversation(ctx, id)
		if err != nil {
			return err
		}
		return tx.ChangeOwner(ctx, store.OwnerChange{ConversationID: id, Kind: kind, Agent: agent, Actor: agent, Epoch: c.Epoch}, f.now())
	}))
}

func (f *floor) of(id chat.ConversationID) store.Listed {
	f.t.Helper()
	c, err := f.store.Conversation(f.t.Context(), id)
	f.must(err)
	return c
}

// lines are what was said in a conversation, each with who said it and how its delivery stands.
func (f *floor) lines(id chat.ConversationID) []string {
	f.t.Helper()
	list, _, err := f.store.Messages(f.t.Context(), id, 0, 100)
	f.must(err)
	var ids []chat.MessageID
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	parts, err := f.store.DeliveriesOf(f.t.Context(), ids)
	f.must(err)
	var out []string
	for _, m := range list {
		line := string(m.Author) + ": " + m.Text
		for _, p := range parts[m.ID] {
			line += " (" + string(p.State) + ")"
		}
		out = append(out, line)
	}
	return out
}

// sends lets everything leave that may.
func (f *floor) sends() {
	f.t.Helper()
	for range 5 {
		f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
			out, _, err := tx.ClaimDeliveries(ctx, "shop", store.Claim{By: "sender", Limit: 50, Lease: minute}, store.Rules{}, f.now())
			if err != nil {
				return err
			}
			var sent []store.Sent
			for _, o := range out {
				o.State = chat.Accepted
				sent = append(sent, store.Sent{Outbound: o})
			}
			_, err = tx.FinishDeliveries(ctx, sent, chat.Pace{}, f.now())
			return err
		}))
	}
}

// events are the changes of owner of a conversation.
func (f *floor) events(id chat.ConversationID) string {
	f.t.Helper()
	list, err := f.store.Transitions(f.t.Context(), id, 100)
	f.must(err)
	var out []string
	for _, e := range list {
		out = append(out, string(e.Kind)+" by "+e.Actor)
	}
	return strings.Join(out, ", ")
}

func wantOwner(t *testing.T, c store.Listed, owner chat.Owner, agent string) {
	t.Helper()
	if c.Owner != owner || c.Agent != agent {
		t.Errorf("owned by %s %q, want %s %q", c.Owner, c.Agent, owner, agent)
	}
}

func wantError(t *testing.T, err error, code chat.Code, words string) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, words) {
		t.Errorf("got %v, want %s with %q", err, code, words)
	}
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("the lines are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
