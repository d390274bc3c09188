package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// room is a store with conversations that tests name by their customers.
type room struct {
	t     *testing.T
	store *store.Store
	ids   map[string]chat.ConversationID
}

func each(t *testing.T, test func(t *testing.T, r *room)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		test(t, &room{t: t, store: s, ids: map[string]chat.ConversationID{}})
	})
}

func (r *room) write(fn func(tx *store.Tx) error) {
	r.t.Helper()
	if err := r.store.Write(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// says lets a customer write at a time.
func (r *room) says(who, text string, at int64) chat.ConversationID {
	r.t.Helper()
	return r.arrives(store.Arrival{ExternalID: who, FirstName: who, Text: text}, at)
}

func (r *room) arrives(a store.Arrival, at int64) chat.ConversationID {
	r.t.Helper()
	a.Workspace, a.Route, a.DispatchID = "shop", "support", chat.NewID()
	a.MessageID, a.ContactID, a.ConversationID = chat.MessageID(chat.NewID()), chat.ContactID(chat.NewID()), chat.ConversationID(chat.NewID())
	var id chat.ConversationID
	r.write(func(tx *store.Tx) error {
		out, err := tx.Ingest(context.Background(), []store.Arrival{a}, at)
		if err == nil {
			id = out[0].ConversationID
		}
		return err
	})
	r.ids[a.ExternalID] = id
	return id
}

func (r *room) get(who string) store.Listed {
	r.t.Helper()
	c, err := r.store.Conversation(context.Background(), r.ids[who])
	if err != nil {
		r.t.Fatal(err)
	}
	return c
}

// becomes changes the owner as it is now.
func (r *room) becomes(who string, kind chat.Kind, agent string, at int64) {
	r.t.Helper()
	c := r.get(who)
	r.write(func(tx *store.Tx) error {
		return tx.ChangeOwner(context.Background(), store.OwnerChange{
			ConversationID: c.ID, Kind: kind, Agent: agent, Actor: "test", Epoch: c.Epoch, Reason: "test",
		}, at)
	})
}

func (r *room) user(id, name string) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error {
		return tx.UpsertUser(context.Background(), store.User{ID: id, Email: id + "@example.com", Name: name, Role: "agent"})
	})
}

func (r *room) note(who, by, text string, mentions ...string) (told []string) {
	r.t.Helper()
	r.write(func(tx *store.Tx) (err error) {
		told, err = inbox.AddNote(context.Background(), tx, inbox.Note{
			ConversationID: r.ids[who], MessageID: chat.MessageID(chat.NewID()), Agent: by, Text: text, Mentions: mentions,
		}, 5000)
		return err
	})
	return told
}

func (r *room) tag(who string, tags ...string) {
	r.t.Helper()
	r.write(func(tx *store.Tx) error { return inbox.SetTags(context.Background(), tx, r.ids[who], tags, 5000) })
}

// list gives who a filter finds, through pages of two.
func (r *room) list(f inbox.Filter) []string {
	r.t.Helper()
	f.Limit = 2
	who := []string{}
	for {
		page, next, err := inbox.List(context.Background(), r.store, f)
		if err != nil {
			r.t.Fatalf("%+v: %v", f, err)
		}
		for _, l := range page {
			who = append(who, l.Contact.ExternalID)
		}
		if next == "" {
			return who
		}
		f.After = next
	}
}

func (r *room) wants(f inbox.Filter, who ...string) {
	r.t.Helper()
	if d := cmp.Diff(append([]string{}, who...), r.list(f)); d != "" {
		r.t.Errorf("%+v lists otherwise (-want +got):\n%s", f, d)
	}
}

// index brings the search index up to date.
func (r *room) index() {
	r.t.Helper()
	testkit.Eventually(r.t, time.Minute, func() bool {
		more, err := inbox.Follow(context.Background(), r.store)
		if err != nil {
			r.t.Fatal(err)
		}
		return !more && r.caughtUp()
	})
}

// caughtUp says whether the feed shows everything that was committed: on PostgreSQL
// it waits for the oldest open transaction of the server.
func (r *room) caughtUp() bool {
	r.t.Helper()
	end, err := r.store.FeedEnd(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	var last int64
	if err := r.store.Read.QueryRowContext(context.Background(), "SELECT COALESCE(MAX(cursor), 0) FROM feed").Scan(&last); err != nil {
		r.t.Fatal(err)
	}
	return end.N == last
}

func wantCode(t *testing.T, err error, code chat.Code, words string) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, words) {
		t.Errorf("got %v, want %s that says %q", err, code, words)
	}
}

func TestList_showsEachViewInItsOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		for i, who := range []string{"ann", "bob", "cid", "dee", "eve", "fay"} {
			r.says(who, "hello", int64(1000*(i+1)))
		}
		r.becomes("ann", chat.Accept, "ben", 7000)
		r.becomes("bob", chat.Accept, "zoe", 7000)
		r.becomes("cid", chat.Offer, "", 8000)
		r.becomes("dee", chat.Offer, "", 7500)
		r.becomes("eve", chat.Resolve, "", 7000)
		ben := func(v inbox.View) inbox.Filter { return inbox.Filter{View: v, User: "ben", Now: 9000} }
		r.wants(ben(inbox.All), "fay", "eve", "dee", "cid", "bob", "ann")
		r.wants(ben(inbox.Mine), "ann")
		r.wants(ben(inbox.Queue), "cid", "dee") // the longest wait first
		r.wants(ben(inbox.Unassigned), "cid", "dee")
		r.wants(ben(inbox.OfAgents), "bob", "ann")
		r.wants(ben(inbox.OfBot), "fay")
		r.wants(ben(inbox.Resolved), "eve")
		r.wants(ben(inbox.Snoozed))
		r.wants(ben(inbox.OfTeam)) // nobody is in a team
		f := ben(inbox.OfAgents)
		f.Agent = "zoe"
		r.wants(f, "bob")

		snooze := func(who string, until int64) {
			r.write(func(tx *store.Tx) error { return inbox.Snooze(context.Background(), tx, r.ids[who], until, 9000) })
		}
		snooze("ann", 20_000)
		snooze("bob", 20_000)
		snooze("dee", 10_000)
		r.wants(ben(inbox.Mine))
		r.wants(ben(inbox.Queue), "cid")
		r.wants(ben(inbox.Unassigned), "cid", "dee")
		r.wants(ben(inbox.Snoozed), "dee", "ann")
		f = ben(inbox.Snoozed)
		f.Agent = "zoe"
		r.wants(f, "bob")
		f = ben(inbox.Queue)
		f.Now = 10_001 // its time has come
		r.wants(f, "cid", "dee")
		snooze("ann", 0)
		r.wants(ben(inbox.Mine), "ann")
	})
}

func TestList_sortsAndPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		who := []string{"ann", "bob", "cid", "dee", "eve"}
		for _, w := range who { // all at the same time: the id decides
			r.says(w, "hello", 1000)
		}
		all := r.list(inbox.Filter{View: inbox.All})
		if slices.Sort(all); !slices.Equal(all, who) {
			t.Errorf("pages of equal times give %v", all)
		}
		for i, w := range []string{"dee", "ann", "cid"} {
			r.says(w, "more", int64(2000+i))
		}
		f := inbox.Filter{View: inbox.All, Sort: inbox.ByWindow, Now: 3000}
		if got := r.list(f)[2:]; !slices.Equal(got, []string{"dee", "ann", "cid"}) {
			t.Errorf("by window: %v", got)
		}
		f.Now = 1000 + chat.Window // two have closed, and come last
		if got := r.list(f)[:3]; !slices.Equal(got, []string{"dee", "ann", "cid"}) {
			t.Errorf("by window when some have closed: %v", got)
		}
		r.becomes("eve", chat.Offer, "", 5000)
		r.becomes("bob", chat.Offer, "", 4000)
		if got := r.list(inbox.Filter{View: inbox.All, Sort: inbox.ByWaiting})[:2]; !slices.Equal(got, []string{"bob", "eve"}) {
			t.Errorf("by waiting: %v", got)
		}
		r.wants(inbox.Filter{View: inbox.Queue, Sort: inbox.ByOpening}, r.list(inbox.Filter{View: inbox.Unassigned, Sort: inbox.ByOpening})...)
		for _, mark := range []string{"nonsense", "activity.x.y", "waiting.1.2", "activity..", "activity.1"} {
			_, _, err := inbox.List(context.Background(), r.store, inbox.Filter{View: inbox.All, After: mark, Limit: 2})
			wantCode(t, err, chat.Invalid, "cursor")
		}
	})
}

func TestList_narrowsByTagAndLanguage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		r.arrives(store.Arrival{ExternalID: "ann", Language: "fr", Text: "bonjour"}, 1000)
		r.arrives(store.Arrival{ExternalID: "bob", Language: "en", Text: "hello"}, 2000)
		r.tag("ann", "VIP", "  late   parcel ", "vip")
		r.tag("bob", "vip")
		tags, err := inbox.Tags(context.Background(), r.store, []chat.ConversationID{r.ids["ann"]})
		if d := cmp.Diff(map[chat.ConversationID][]string{r.ids["ann"]: {"late parcel", "vip"}}, tags); d != "" || err != nil {
			t.Errorf("tags (-want +got):\n%s %v", d, err)
		}
		r.wants(inbox.Filter{View: inbox.All, Tag: "vip"}, "bob", "ann")
		r.wants(inbox.Filter{View: inbox.All, Tag: "late parcel"}, "ann")
		r.wants(inbox.Filter{View: inbox.All, Tag: "vip", Language: "fr"}, "ann")
		r.becomes("bob", chat.Resolve, "", 3000)
		counts, err := inbox.AllTags(context.Background(), r.store, 10)
		if d := cmp.Diff([]inbox.TagCount{{Tag: "late parcel", Count: 1}, {Tag: "vip", Count: 1}}, counts); d != "" || err != nil {
			t.Errorf("all tags (-want +got):\n%s %v", d, err)
		}
		r.write(func(tx *store.Tx) error {
			return inbox.AddTag(context.Background(), tx, r.ids["bob"], "refund", 4000)
		})
		r.wants(inbox.Filter{View: inbox.All, Tag: "refund"}, "bob")
		r.tag("ann")
		r.wants(inbox.Filter{View: inbox.All, Tag: "vip"}, "bob")
		for text, words := range map[string]string{" ": "empty", strings.Repeat("é", 41): "41 characters"} {
			_, err := inbox.CleanTag(text)
			wantCode(t, err, chat.Invalid, words)
		}
		many := make([]string, 21)
		for i := range many {
			many[i] = fmt.Sprint("t", i)
		}
		err = r.store.Write(context.Background(), func(tx *store.Tx) error {
			return inbox.SetTags(context.Background(), tx, r.ids["ann"], many, 5000)
		})
		wantCode(t, err, chat.Invalid, "21 tags")
	})
}

func TestCount_countsWhatTheViewsShow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		r.user("ben", "Ben")
		for i, who := range []string{"ann", "bob", "cid", "dee", "eve"} {
			r.says(who, "hello", int64(1000*(i+1)))
		}
		r.becomes("ann", chat.Accept, "ben", 7000)
		r.becomes("bob", chat.Accept, "ben", 7000)
		r.becomes("cid", chat.Offer, "", 7000)
		r.becomes("dee", chat.Resolve, "", 7000)
		r.write(func(tx *store.Tx) error { return inbox.Snooze(context.Background(), tx, r.ids["bob"], 9000, 8000) })
		r.note("eve", "zoe", "look", "ben")
		n, err := inbox.Count(context.Background(), r.store, "ben", nil, 8000)
		if want := (inbox.Counts{Mine: 1, Queue: 1, All: 4, Snoozed: 1, Mentions: 1}); err != nil || n != want {
			t.Errorf("counts %+v (%v), want %+v", n, err, want)
		}
		for view, count := range map[inbox.View]int{inbox.Mine: n.Mine, inbox.Queue: n.Queue, inbox.Snoozed: n.Snoozed, inbox.Mentioned: n.Mentions} {
			if got := r.list(inbox.Filter{View: view, User: "ben", Now: 8000}); len(got) != count {
				t.Errorf("%s counts %d and lists %v", view, count, got)
			}
		}
	})
}

func TestNote_isForColleaguesOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := context.Background()
		r.user("ben", "Ben")
		r.user("zoe", "Zoë")
		r.says("ann", "hello", 1000)
		before := r.get("ann")
		if told := r.note("ann", "zoe", "she is **very** upset", "ben", "zoe", "ben"); !slices.Equal(told, []string{"ben"}) {
			t.Errorf("told %v", told)
		}
		after := r.get("ann")
		if after.LastSeq != before.LastSeq+1 || after.LastText != before.LastText || after.LastAt != before.LastAt || after.Owner != before.Owner || after.Epoch != before.Epoch {
			t.Errorf("a note changed more than the last number: %+v", after.Conversation)
		}
		lines, _, err := r.store.Messages(ctx, r.ids["ann"], 0, 10)
		if err != nil || len(lines) != 2 || lines[1].Direction != chat.Note || lines[1].Author != chat.AuthorAgent || lines[1].Agent != "zoe" {
			t.Fatalf("the transcript has %+v (%v)", lines, err)
		}
		// The bot's turn sees the customer's line, and not the note.
		r.write(func(tx *store.Tx) error {
			work, err := tx.ClaimTurns(ctx, store.Claim{By: "w", Limit: 1, Lease: 1000}, 20, 10_000)
			if err == nil && (len(work) != 1 || len(work[0].Waiting) != 1 || len(work[0].History) != 0) {
				t.Errorf("the bot is given %+v", work)
			}
			return err
		})
		mentions, err := inbox.MentionsOf(ctx, r.store, []chat.MessageID{lines[1].ID, lines[0].ID})
		if d := cmp.Diff(map[chat.MessageID][]string{lines[1].ID: {"ben", "zoe"}}, mentions); d != "" || err != nil {
			t.Errorf("mentions (-want +got):\n%s %v", d, err)
		}
		r.wants(inbox.Filter{View: inbox.Mentioned, User: "ben"}, "ann")
		r.wants(inbox.Filter{View: inbox.Mentioned, User: "zoe"}) // her own
		unread := func(user string) int {
			n, err := inbox.UnreadMentions(ctx, r.store, user)
			if err != nil {
				t.Error(err)
			}
			return n
		}
		if unread("ben") != 1 || unread("zoe") != 0 {
			t.Errorf("unread mentions: ben %d, zoe %d", unread("ben"), unread("zoe"))
		}
		read := func(seq int64) {
			r.write(func(tx *store.Tx) error { return inbox.Read(ctx, tx, "ben", r.ids["ann"], seq, 6000) })
		}
		read(1)
		if unread("ben") != 1 {
			t.Error("reading up to before the note is seeing the note")
		}
		read(900)
		marks, err := inbox.Marks(ctx, r.store, "ben", []chat.ConversationID{r.ids["ann"]})
		if err != nil || marks[r.ids["ann"]] != (inbox.Mark{ReadSeq: 2}) || unread("ben") != 0 {
			t.Errorf("after reading all: %+v, %d unread (%v)", marks, unread("ben"), err)
		}
		read(0)
		if marks, _ = inbox.Marks(ctx, r.store, "ben", []chat.ConversationID{r.ids["ann"]}); marks[r.ids["ann"]].ReadSeq != 0 {
			t.Error("a conversation cannot be marked as unread")
		}
		err = r.store.Write(ctx, func(tx *store.Tx) error { return inbox.Read(ctx, tx, "ben", "nothing", 1, 6000) })
		wantCode(t, err, chat.NotFound, "no such conversation")
	})
}

func TestNote_isAddedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := context.Background()
		r.user("ben", "Ben")
		r.says("ann", "hello", 1000)
		r.says("bob", "hello", 1000)
		add := func(n inbox.Note) ([]string, error) {
			var told []string
			err := r.store.Write(ctx, func(tx *store.Tx) (err error) {
				told, err = inbox.AddNote(ctx, tx, n, 2000)
				return err
			})
			return told, err
		}
		n := inbox.Note{ConversationID: r.ids["ann"], MessageID: "note", Agent: "zoe", Text: "x", Mentions: []string{"ben"}}
		for i, want := range [][]string{{"ben"}, nil} {
			if told, err := add(n); err != nil || !slices.Equal(told, want) {
				t.Errorf("time %d: told %v (%v)", i+1, told, err)
			}
		}
		if c := r.get("ann"); c.LastSeq != 2 {
			t.Errorf("the note sent twice is there %d times", c.LastSeq-1)
		}
		n.ConversationID = r.ids["bob"]
		_, err := add(n)
		wantCode(t, err, chat.Conflict, "taken")
		_, err = add(inbox.Note{ConversationID: "nothing", MessageID: "other", Agent: "zoe", Text: "x"})
		wantCode(t, err, chat.NotFound, "no such conversation")
		_, err = add(inbox.Note{ConversationID: r.ids["bob"], MessageID: "other", Agent: "zoe", Text: "x", Mentions: []string{"ben", "nobody"}})
		wantCode(t, err, chat.Invalid, `"nobody"`)
		if c := r.get("bob"); c.LastSeq != 1 {
			t.Error("a refused note was kept")
		}
	})
}

func TestOwn_keepsDraftsViewsAndCannedReplies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := context.Background()
		r.says("ann", "hello", 1000)
		d := inbox.Draft{User: "ben", ConversationID: r.ids["ann"], Text: "Dear", SeenSeq: 1, UpdatedAt: 2000}
		for _, text := range []string{"Dear", "Dear Ann"} {
			d.Text = text
			r.write(func(tx *store.Tx) error { return inbox.PutDraft(ctx, tx, d) })
		}
		if got, ok, err := inbox.FindDraft(ctx, r.store, "ben", r.ids["ann"]); err != nil || !ok || got != d {
			t.Errorf("draft %+v, %v (%v)", got, ok, err)
		}
		if _, ok, err := inbox.FindDraft(ctx, r.store, "zoe", r.ids["ann"]); err != nil || ok {
			t.Errorf("somebody else's draft is there: %v (%v)", ok, err)
		}
		r.write(func(tx *store.Tx) error { return inbox.DeleteDraft(ctx, tx, "ben", r.ids["ann"]) })
		if _, ok, _ := inbox.FindDraft(ctx, r.store, "ben", r.ids["ann"]); ok {
			t.Error("a deleted draft is still there")
		}

		own := inbox.SavedView{ID: "1", User: "ben", Name: "mine", Filter: "{}", CreatedAt: 1}
		all := inbox.SavedView{ID: "2", User: "zoe", Name: "all", Shared: true, Filter: "{}", CreatedAt: 2}
		for _, v := range []inbox.SavedView{own, all, {ID: "3", User: "zoe", Name: "hers", Filter: "{}"}} {
			r.write(func(tx *store.Tx) error { return inbox.PutView(ctx, tx, v) })
		}
		if got, err := inbox.Views(ctx, r.store, "ben"); cmp.Diff([]inbox.SavedView{own, all}, got) != "" || err != nil {
			t.Errorf("views %+v (%v)", got, err)
		}
		_, err := inbox.FindView(ctx, r.store, "ben", "3")
		wantCode(t, err, chat.NotFound, "view")

		put := func(c inbox.Canned, fresh bool) error {
			return r.store.Write(ctx, func(tx *store.Tx) error { return inbox.PutCanned(ctx, tx, c, fresh) })
		}
		hello := inbox.Canned{
			ID: "1", Shortcut: "hello", Title: "Hello", Text: "Hi",
			Beside: chat.Beside{Choices: []chat.Choice{{Title: "Yes"}, {Title: "No", Detail: "thanks"}}},
		}
		if err := put(hello, true); err != nil {
			t.Error(err)
		}
		french := hello
		french.ID, french.Language = "2", "fr"
		if err := put(french, true); err != nil {
			t.Errorf("the same shortcut in another language: %v", err)
		}
		french.Language = ""
		wantCode(t, put(french, false), chat.Conflict, "/hello is taken")
		wantCode(t, put(inbox.Canned{ID: "9", Shortcut: "x"}, false), chat.NotFound, "canned")
		hello.Text = "Hi there"
		if err := put(hello, false); err != nil {
			t.Error(err)
		}
		r.write(func(tx *store.Tx) error { return inbox.DeleteCanned(ctx, tx, "2") })
		if got, err := inbox.AllCanned(ctx, r.store); cmp.Diff([]inbox.Canned{hello}, got) != "" || err != nil {
			t.Errorf("canned %+v (%v)", got, err)
		}
	})
}

func TestContact_isFoundBehindAMerge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := context.Background()
		r.arrives(store.Arrival{BrazeID: "b1", Phone: "+15550001111", Text: "first"}, 1000)
		anonymous := r.get("")
		r.becomes("", chat.Resolve, "", 1500)
		r.arrives(store.Arrival{ExternalID: "ann", FirstName: "Ann", Text: "second"}, 2000)
		r.arrives(store.Arrival{ExternalID: "ann", BrazeID: "b1", Text: "third"}, 3000)
		survivor := r.get("ann").ContactID
		for _, id := range []chat.ContactID{survivor, anonymous.ContactID} {
			p, err := inbox.Contact(ctx, r.store, id)
			if err != nil || p.ID != survivor || p.ExternalID != "ann" {
				t.Errorf("contact %s is given as %+v (%v)", id, p, err)
			}
		}
		list, err := inbox.ConversationsWith(ctx, r.store, survivor, 10)
		if err != nil || len(list) != 2 || list[0].ID != r.ids["ann"] || list[1].ID != anonymous.ID {
			t.Errorf("conversations %+v (%v)", list, err)
		}
		_, err = inbox.Contact(ctx, r.store, "nobody")
		wantCode(t, err, chat.NotFound, "contact")
	})
}
