package hooks_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/desk/hooks"
	"parley/internal/store"
	"parley/internal/store/db"
	outbox "parley/internal/store/hooks"
)

const patience = time.Minute

func now() int64 { return time.Now().UnixMilli() }

// town is a store in which people write and are answered.
type town struct {
	t     *testing.T
	store *store.Store

	mu        sync.Mutex
	followers []*hooks.Follower
	couriers  []*hooks.Courier
}

func (w *town) write(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.store.Write(context.Background(), fn); err != nil {
		w.t.Error(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.followers {
		f.Changed()
	}
}

func (w *town) wakeCouriers() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.couriers {
		c.Wake()
	}
}

// says makes a customer write.
func (w *town) says(who, text string) store.Receipt {
	w.t.Helper()
	var out []store.Receipt
	w.write(func(tx *store.Tx) (err error) {
		out, err = tx.Ingest(context.Background(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Phone: "+1555" + who, Text: text,
		}}, now())
		return err
	})
	return out[0]
}

// answers runs the turns that are due; handoff, if not empty, hands over.
func (w *town) answers(handoff string) {
	w.t.Helper()
	var works []store.Work
	w.write(func(tx *store.Tx) (err error) {
		works, err = tx.ClaimTurns(context.Background(), store.Claim{By: chat.NewID(), Limit: 3, Lease: 60_000}, 5, now())
		return err
	})
	w.write(func(tx *store.Tx) error {
		var results []store.Result
		for i := range works {
			var packet *store.Handoff
			if handoff != "" {
				packet = &store.Handoff{ID: chat.NewID(), Code: "person_requested", Packet: `{"schema":"handoff.v1"}`}
			}
			results = append(results, store.Result{
				Packet: packet,
				ID:     chat.TurnID(chat.NewID()), Work: &works[i], Action: "answer", Trace: "{}", Handoff: handoff,
				Message: &chat.Message{ID: chat.MessageID(chat.NewID()), Text: "answer", Layout: chat.LayoutText},
				Parts: []chat.Delivery{
					{ID: chat.DeliveryID(chat.NewID()), Text: "answer", Layout: chat.LayoutText}, {ID: chat.DeliveryID(chat.NewID()), Text: "more", Layout: chat.LayoutText},
				},
			})
		}
		_, err := tx.FinishTurns(context.Background(), results, now())
		return err
	})
}

// sends settles what is on its way out, as the next of states.
func (w *town) sends(states ...chat.State) int {
	w.t.Helper()
	var out []store.Outbound
	ended := 0
	w.write(func(tx *store.Tx) error {
		claimed, dead, err := tx.ClaimDeliveries(context.Background(), "shop", store.Claim{By: chat.NewID(), Limit: 5, Lease: 60_000}, store.Rules{}, now())
		out, ended = claimed, len(dead)
		return err
	})
	w.write(func(tx *store.Tx) error {
		var sent []store.Sent
		for i, o := range out {
			o.State = states[i%len(states)]
			sent = append(sent, store.Sent{Outbound: o})
		}
		_, err := tx.FinishDeliveries(context.Background(), sent, chat.Pace{}, now())
		return err
	})
	return len(out) + ended
}

// moves changes the owner of a conversation, if that is allowed now.
func (w *town) moves(id chat.ConversationID, kind chat.Kind) {
	w.t.Helper()
	l, err := w.store.Conversation(context.Background(), id)
	if err != nil {
		w.t.Error(err)
		return
	}
	_ = w.store.Write(context.Background(), func(tx *store.Tx) error { // refusals are part of life
		return tx.ChangeOwner(context.Background(), store.OwnerChange{ConversationID: id, Kind: kind, Agent: "ben", Actor: "ben", Epoch: l.Epoch}, now())
	})
}

// live lets several people do anything at once, for a number of steps each.
func (w *town) live(people, steps int) {
	var all sync.WaitGroup
	for p := range people {
		all.Go(func() {
			var mine []chat.ConversationID
			for n := range steps {
				switch rand.IntN(8) {
				case 0, 1, 2:
					r := w.says(fmt.Sprintf("%04d", p*3+rand.IntN(4)), fmt.Sprintf("text %d %d", p, n)) // shares some customers with its neighbour
					mine = append(mine, r.ConversationID)
				case 3:
					w.answers("")
				case 4:
					w.answers("person: asked for one")
				case 5:
					w.sends(chat.Accepted, chat.Accepted, chat.Dead, chat.Queued, chat.Unknown)
				default:
					if len(mine) > 0 {
						kinds := []chat.Kind{chat.Accept, chat.PassBack, chat.Resolve, chat.Reopen, chat.Expire}
						w.moves(mine[rand.IntN(len(mine))], kinds[rand.IntN(len(kinds))])
					}
				}
			}
		})
	}
	all.Wait()
}

// want reads off the rows what a hook should have been told, as type and key.
func (w *town) want(since int64) []string {
	w.t.Helper()
	var out []string
	list := func(query string, name func(rows *sql.Rows) (string, error)) {
		rows, err := w.store.Read.QueryContext(context.Background(), query)
		if err != nil {
			w.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			text, err := name(rows)
			if err != nil {
				w.t.Fatal(err)
			}
			if text != "" {
				out = append(out, text)
			}
		}
	}
	keyed := func(kind string) func(rows *sql.Rows) (string, error) {
		return func(rows *sql.Rows) (string, error) {
			var id string
			var at int64
			err := rows.Scan(&id, &at)
			if at < since {
				return "", err
			}
			return kind + " " + id, err
		}
	}
	list("SELECT id, opened_at FROM conversations", keyed(hooks.Opened))
	list("SELECT id, at FROM handoffs", keyed(hooks.Handoff))
	list("SELECT id, at FROM messages WHERE direction = 'in'", keyed(hooks.Received))
	list("SELECT message_id, MAX(done_at) FROM deliveries GROUP BY message_id HAVING MIN(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END) = 1", keyed(hooks.Sent))
	list(`SELECT message_id, MAX(done_at) FROM deliveries GROUP BY message_id
		HAVING MAX(CASE WHEN state IN ('queued', 'sending') THEN 1 ELSE 0 END) = 0 AND MIN(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END) = 0`, keyed(hooks.Failed))
	kinds := map[string]string{
		"offer": hooks.Offered, "expire": hooks.Offered, "accept": hooks.Assigned, "assign": hooks.Assigned, "pass_back": hooks.PassedBack,
		"resolve": hooks.Resolved, "reopen": hooks.Reopened,
	}
	list("SELECT conversation_id, seq, kind, at FROM transitions", func(rows *sql.Rows) (string, error) {
		var id, kind string
		var seq, at int64
		err := rows.Scan(&id, &seq, &kind, &at)
		if at < since {
			return "", err
		}
		return fmt.Sprintf("%s %s/%d", kinds[kind], id, seq), err
	})
	slices.Sort(out)
	return out
}

// got is what a hook was or will be told, in the same words.
func (w *town) got(hook string) []string {
	w.t.Helper()
	list, err := outbox.Deliveries(context.Background(), w.store, outbox.Filter{HookID: hook, Limit: 100_000})
	if err != nil {
		w.t.Fatal(err)
	}
	packets, err := db.Collect(context.Background(), w.store.Read, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) }, "SELECT id FROM handoffs")
	if err != nil {
		w.t.Fatal(err)
	}
	byEvent := map[string]string{}
	for _, id := range packets {
		byEvent[hooks.EventID(hooks.Handoff, id)] = id
	}
	var out []string
	for _, d := range list {
		var e hooks.Event
		if err := json.Unmarshal([]byte(d.Payload), &e); err != nil {
			w.t.Fatal(err)
		}
		if e.ID != d.EventID || e.Type != d.Event || e.CreatedAt.UnixMilli() != d.At {
			w.t.Errorf("delivery %+v carries %+v", d, e)
		}
		switch {
		case e.Data.Packet != nil:
			out = append(out, e.Type+" "+byEvent[e.ID])
		case e.Data.Message != nil:
			out = append(out, e.Type+" "+e.Data.Message.ID)
		case e.Data.Change != nil:
			out = append(out, fmt.Sprintf("%s %s/%d", e.Type, e.Data.Conversation.ID, e.Data.Change.Seq))
		default:
			out = append(out, e.Type+" "+e.Data.Conversation.ID)
		}
	}
	slices.Sort(out)
	return out
}

// create adds a hook that wants everything.
func (w *town) create(url string, events ...string) outbox.Hook {
	w.t.Helper()
	if events == nil {
		events = hooks.Events()
	}
	d := hooks.New(w.store, nil, true, now, func(store.Topic) {})
	h, err := d.Create(context.Background(), hooks.Wanted{Name: "test", URL: url, Events: events, Active: true}, "admin")
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// follows runs followers until the test or the returned function ends them.
func (w *town) follows(n int) (followers []*hooks.Follower, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for range n {
		f := hooks.NewFollower(w.store, quiet(), now, w.wakeCouriers)
		followers = append(followers, f)
		w.mu.Lock()
		w.followers = append(w.followers, f)
		w.mu.Unlock()
		running.Go(func() { f.Run(ctx) })
	}
	stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	w.t.Cleanup(stop)
	return followers, stop
}
