package learn_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	"parley/internal/desk/learn"
	"parley/internal/store"
	rows "parley/internal/store/learn"
	"parley/internal/store/storetest"
)

const shop = "../../bot/knowledge/testdata/shop"

// school is a desk with a base in a folder of its own, and a customer's questions.
type school struct {
	t       *testing.T
	s       *store.Store
	learn   *learn.Learn
	folder  string
	current atomic.Pointer[knowledge.Published]
	id      chat.ConversationID
}

func open(t *testing.T, s *store.Store) *school {
	t.Helper()
	k := &school{t: t, s: s, folder: filepath.Join(t.TempDir(), "base")}
	if err := os.CopyFS(k.folder, os.DirFS(shop)); err != nil {
		t.Fatal(err)
	}
	k.current.Store(trained())
	k.learn = learn.New([]learn.Base{{Folder: k.folder, Workspaces: []string{"shop"}, Published: k.current.Load}}, s, time.Now)
	return k
}

// trained is the shop's base before anybody taught it anything.
var trained = sync.OnceValue(func() *knowledge.Published {
	base, err := knowledge.Load(os.DirFS(shop))
	if err != nil {
		panic(err)
	}
	p, err := knowledge.Publish(context.Background(), base, nil)
	if err != nil {
		panic(err)
	}
	return p
})

// republish does what the watcher of the folder does.
func (k *school) republish() {
	k.t.Helper()
	base, err := knowledge.Load(os.DirFS(k.folder))
	if err != nil {
		k.t.Fatal(err)
	}
	p, err := knowledge.Publish(context.Background(), base, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	k.current.Store(p)
}

// asks is a line of the customer.
func (k *school) asks(text string) chat.MessageID {
	k.t.Helper()
	id := chat.MessageID(chat.NewID())
	err := k.s.Write(context.Background(), func(tx *store.Tx) error {
		got, err := tx.Ingest(context.Background(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: id, ContactID: "p", ConversationID: "c", ExternalID: "u1", Language: "en", Text: text,
		}}, time.Now().UnixMilli())
		if err == nil {
			k.id = got[0].ConversationID
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return id
}

func (k *school) propose(p learn.Proposal) (rows.Proposal, error) {
	k.t.Helper()
	if p.MessageID == "" {
		p.MessageID = k.asks(p.Text)
	}
	if p.ConversationID == "" {
		p.ConversationID = k.id
	}
	p.By = "ben"
	return k.learn.Propose(context.Background(), p)
}

func (k *school) accepted(p learn.Proposal) rows.Proposal {
	k.t.Helper()
	kept, err := k.propose(p)
	if err != nil {
		k.t.Fatal(err)
	}
	if kept, err = k.learn.Review(context.Background(), rows.Verdict{ID: kept.ID, Accept: true, By: "sol"}); err != nil || kept.State != rows.Accepted {
		k.t.Fatalf("accepted: %+v (%v)", kept, err)
	}
	return kept
}

func code(err error) chat.Code {
	var e *chat.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestLearn_aQuestionBecomesKnowledge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		k := open(t, s)
		const text = "the courier left my stuff at some weird drop box"
		k.asks("what are your opening hours")
		before, err := k.learn.Try("", text, "en")
		if err != nil || before.Intent == "order_tracking" && before.Band == "answer" {
			t.Fatalf("understood already: %+v (%v)", before, err)
		}
		first := k.accepted(learn.Proposal{Text: text, Intent: "order_tracking"})
		fresh := k.accepted(learn.Proposal{
			Text: "do your lamps have a warranty", New: &rows.NewIntent{ID: "warranty", Title: "Warranty", Answer: "Two years."},
		})
		// The same again is a conflict, a rejected one may be proposed again.
		if _, err := k.propose(learn.Proposal{MessageID: first.MessageID, Text: " the courier  left my stuff at some weird drop box", Intent: "refund_status"}); code(err) != chat.Conflict {
			t.Errorf("proposed twice: %v", err)
		}
		effect, err := k.learn.Preview(ctx, "shop")
		if err != nil || effect.Accepted != 2 || effect.Read < 3 || len(effect.Broken) != 0 {
			t.Fatalf("preview %+v (%v)", effect, err)
		}
		done, err := k.learn.Publish(ctx, "")
		if err != nil || done.Version != effect.Version || done.Accepted != 2 {
			t.Fatalf("published %+v (%v)", done, err)
		}
		changed := map[string]learn.Change{}
		for _, c := range done.Changed {
			changed[c.Text] = c
		}
		if c := changed["do your lamps have a warranty"]; c.After.Intent != "warranty" || c.Before.Intent == "warranty" {
			t.Errorf("effect on the new intent: %+v", c)
		}
		if after, _ := k.learn.Try("", text, "en"); after.Intent != before.Intent || after.P != before.P {
			t.Errorf("the base in use changed before it was taken up: %+v", after)
		}
		k.republish()
		if v := k.current.Load().Version; v != done.Version {
			t.Errorf("the folder holds %s, published was %s", v, done.Version)
		}
		after, err := k.learn.Try("", text, "en")
		if err != nil || after.Intent != "order_tracking" || after.P <= before.P {
			t.Errorf("after: %+v, before %+v (%v)", after, before, err)
		}
		if w, _ := k.learn.Try("", "do your lamps have a warranty", ""); w.Intent != "warranty" || w.Language != "en" || (w.Band == "answer" && w.Answer != "Two years.") {
			t.Errorf("the new intent: %+v", w)
		}
		for _, id := range []string{first.ID, fresh.ID} {
			p, err := rows.One(ctx, s, id)
			if err != nil || p.State != rows.Published || p.Version != done.Version || p.PublishedAt == 0 {
				t.Errorf("proposal %+v (%v)", p, err)
			}
			if _, err := k.learn.Review(ctx, rows.Verdict{ID: id, By: "sol"}); code(err) != chat.Conflict {
				t.Errorf("a published one was reviewed: %v", err)
			}
		}
		if _, err := k.learn.Publish(ctx, ""); code(err) != chat.Conflict {
			t.Errorf("published nothing: %v", err)
		}
	})
}

// A process that dies between the files and the database publishes the same again.
func TestLearn_publishAgainAfterACrash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		k := open(t, s)
		p := k.accepted(learn.Proposal{Text: "the courier left my stuff at some weird drop box", Intent: "order_tracking"})
		if _, err := k.learn.Publish(ctx, "shop"); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(k.folder, "en", "order_tracking.yaml")
		once, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE proposals SET state = 'accepted', published_at = 0 WHERE id = $1", p.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.learn.Publish(ctx, "shop"); err != nil {
			t.Fatal(err)
		}
		twice, err := os.ReadFile(file)
		if err != nil || string(once) != string(twice) {
			t.Errorf("the file changed again (%v):\n%s", err, twice)
		}
		if got, _ := rows.One(ctx, s, p.ID); got.State != rows.Published {
			t.Errorf("left %s", got.State)
		}
	})
}

func TestLearn_tellsWhatItBreaks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := open(t, s)
		// A reviewer makes a mistake: what was sure to be one thing is taught as another.
		sure := "where is my order"
		k.asks(sure)
		for _, text := range []string{"where is my order now", "where is my order please", "so where is my order", "tell me where is my order", "hey where is my order"} {
			k.accepted(learn.Proposal{Text: text, Intent: "opening_hours"})
		}
		effect, err := k.learn.Preview(context.Background(), "shop")
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, c := range effect.Broken {
			if c.Before.Band != "answer" || c.Before.Intent == c.After.Intent {
				t.Errorf("not broken: %+v", c)
			}
			found = found || c.Text == sure && c.After.Intent == "opening_hours"
		}
		if !found {
			t.Errorf("five wrong phrasings broke nothing: %+v", effect)
		}
	})
}

func TestPropose_refusesWhatCannotBeLearnt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := open(t, s)
		k.asks("hello")
		for want, p := range map[string]learn.Proposal{
			"no letter":            {Text: "???", Intent: "order_tracking"},
			"shorten it":           {Text: strings.Repeat("long ", 100), Intent: "order_tracking"},
			`no language "de"`:     {Text: "wo ist mein paket", Language: "de", Intent: "order_tracking"},
			"say which intent":     {Text: "where is it all"},
			`no intent "nowhere"`:  {Text: "where is it all", Intent: "nowhere"},
			`always reads this as`: {Text: "I want to talk to a person", Intent: "order_tracking"},
			"already":              {Text: "where is it all", New: &rows.NewIntent{ID: "order_tracking", Title: "T", Answer: "A"}},
			"title and an answer":  {Text: "where is it all", New: &rows.NewIntent{ID: "fresh", Title: " ", Answer: "A"}},
			"not both":             {Text: "where is it all", Intent: "order_tracking", New: &rows.NewIntent{ID: "fresh", Title: "T", Answer: "A"}},
			"{{nothing}}":          {Text: "where is it all", New: &rows.NewIntent{ID: "fresh", Title: "T", Answer: "See {{nothing}}"}},
			"not a name":           {Text: "where is it all", New: &rows.NewIntent{ID: "../../fresh", Title: "T", Answer: "A"}},
		} {
			_, err := k.propose(p)
			if code(err) != chat.Invalid || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want %q", p, err, want)
			}
		}
		if _, err := k.propose(learn.Proposal{MessageID: "nowhere", Text: "x y", Intent: "order_tracking"}); code(err) != chat.NotFound {
			t.Errorf("of no message: %v", err)
		}
		list, _, err := k.learn.Proposals(context.Background(), rows.Filter{Limit: 10})
		if err != nil || len(list) != 0 {
			t.Errorf("%d were kept (%v)", len(list), err)
		}
	})
}

func TestReview_mayGiveAnotherIntent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		k := open(t, s)
		p, err := k.propose(learn.Proposal{Text: "is the shop there on sundays", Intent: "refund_status"})
		if err != nil || p.State != rows.Open || p.Language != "en" {
			t.Fatalf("proposed %+v (%v)", p, err)
		}
		if _, err := k.learn.Review(ctx, rows.Verdict{ID: p.ID, Accept: true, Intent: "nowhere", By: "sol"}); code(err) != chat.Invalid {
			t.Errorf("an intent that is not there: %v", err)
		}
		p, err = k.learn.Review(ctx, rows.Verdict{ID: p.ID, Accept: true, Intent: "opening_hours", Note: "hours", By: "sol"})
		if err != nil || p.Intent != "opening_hours" || p.State != rows.Accepted || p.Note != "hours" || p.ReviewedBy != "sol" {
			t.Errorf("reviewed %+v (%v)", p, err)
		}
		p, err = k.learn.Review(ctx, rows.Verdict{ID: p.ID, By: "sol", Note: "rather not"})
		if err != nil || p.State != rows.Rejected {
			t.Errorf("thought better of it: %+v (%v)", p, err)
		}
		if _, err := k.learn.Review(ctx, rows.Verdict{ID: "nowhere"}); code(err) != chat.NotFound {
			t.Errorf("of nothing: %v", err)
		}
		for state, want := range map[rows.State]int{"": 1, rows.Rejected: 1, rows.Accepted: 0} {
			if list, _, err := k.learn.Proposals(ctx, rows.Filter{State: state, Limit: 10}); err != nil || len(list) != want {
				t.Errorf("%d are %q (%v)", len(list), state, err)
			}
		}
	})
}

// The base that ships with the program is no folder; whoever wants to teach is told how
// to get one.
func TestPublish_ofTheBuiltInBaseSaysHow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := open(t, s)
		l := learn.New([]learn.Base{{Workspaces: []string{"shop"}, Published: k.current.Load}}, s, time.Now)
		if _, err := l.Publish(context.Background(), "shop"); code(err) != chat.Unavailable || !strings.Contains(err.Error(), "parley kb init") {
			t.Errorf("published: %v", err)
		}
		if _, err := l.Intents("elsewhere"); code(err) != chat.NotFound {
			t.Errorf("another workspace: %v", err)
		}
		two := learn.New([]learn.Base{{Workspaces: []string{"a"}, Published: k.current.Load}, {Workspaces: []string{"b"}, Published: k.current.Load}}, s, time.Now)
		if _, err := two.Intents(""); code(err) != chat.Invalid || !strings.Contains(err.Error(), "a, b") {
			t.Errorf("of several: %v", err)
		}
		if list, err := two.Intents("b"); err != nil || len(list) == 0 {
			t.Errorf("%d intents (%v)", len(list), err)
		}
	})
}

func TestPublish_leavesAFolderItCannotWriteTo(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("SKIPPED: root may write everywhere")
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := open(t, s)
		k.accepted(learn.Proposal{Text: "the courier left my stuff at some weird drop box", Intent: "order_tracking"})
		if err := os.Chmod(k.folder, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(k.folder, fs.FileMode(0o700)) })
		if _, err := k.learn.Publish(context.Background(), "shop"); code(err) != chat.Unavailable {
			t.Errorf("published: %v", err)
		}
	})
}
