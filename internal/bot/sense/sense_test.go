package sense_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/bot/llm/scripted"
	"parley/internal/bot/sense"
	"parley/internal/chat"
	"parley/internal/media"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/understood"
	"parley/internal/store/usage"
	"parley/internal/testkit"
)

const (
	voice   = "OggS\x00 a voice"
	picture = "\x89PNG\r\n\x1a\n a picture"
	shows   = `{"shows":"A torn  grey parcel on a doorstep.","text":"FRAGILE\n4111 1111 1111 1111"}`
)

// host gives the files that customers sent.
func host(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch strings.TrimPrefix(r.URL.Path, "/") {
		case "voice.ogg":
			_, _ = w.Write([]byte(voice))
		case "parcel.png":
			_, _ = w.Write([]byte(picture))
		case "page.png": // says it is a picture, and is a page
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("<html><script>alert(1)</script>"))
		case "big.png":
			_, _ = w.Write([]byte(picture + strings.Repeat("x", 4<<20)))
		case "huge.png":
			_, _ = w.Write([]byte(picture + strings.Repeat("x", 6<<20)))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

type senses struct {
	*sense.Sense
	store *store.Store
	model *scripted.Server
	files string
}

// limits may be changed by a test.
type change func(p *sense.Parts)

func newSenses(t *testing.T, s *store.Store, provider string, next func(scripted.Request) scripted.Step, edit change) senses {
	t.Helper()
	model := scripted.New(next)
	server := httptest.NewServer(model)
	t.Cleanup(server.Close)
	base := server.URL
	if provider == llm.ProviderOpenAI {
		base += "/v1"
	}
	eye, err := llm.New(llm.Options{Provider: provider, BaseURL: base, Name: "eye", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	ear, err := llm.NewListener(llm.Options{BaseURL: server.URL + "/v1", Name: "ear", Key: "k"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	files := host(t)
	fetcher := media.New(media.Settings{MaxBytes: 5 << 20, AllowPrivate: []string{strings.TrimPrefix(files, "http://")}})
	p := sense.Parts{
		Hearing: &sense.Hearing{Limits: sense.Limits{Provider: "openai", Name: "ear", Deadline: time.Minute, Price: llm.Price{In: 2, Out: 10}}, Listener: ear, PerMinute: 0.006},
		Sight: &sense.Sight{
			Limits: sense.Limits{Provider: provider, Name: "eye", Deadline: time.Minute, Price: llm.Price{In: 2, Out: 10}},
			Chat:   llm.NewBreaker(eye, time.Now), MaxTokens: 500, Temperature: 0.2,
		},
		Fetch: fetcher.Fetch, Log: slog.New(slog.DiscardHandler),
		Known: func(ctx context.Context, ids []chat.MessageID) ([]understood.File, error) {
			return understood.Of(ctx, s, ids)
		},
		Spent: func(ctx context.Context, workspace string, id chat.ConversationID, at int64) (usage.Spent, error) {
			return usage.SpentOn(ctx, s, workspace, id, at)
		},
		Keep: func(ctx context.Context, workspace string, f *understood.File, cost *usage.Turn) error {
			return s.Write(ctx, func(tx *store.Tx) error {
				if f != nil {
					if err := understood.Note(ctx, tx, workspace, *f); err != nil {
						return err
					}
				}
				if cost == nil {
					return nil
				}
				return usage.Note(ctx, tx, *cost)
			})
		},
	}
	if edit != nil {
		edit(&p)
	}
	return senses{sense.New(p), s, model, files}
}

func (s senses) of(t *testing.T, id string, names ...string) []understood.File {
	t.Helper()
	m := chat.Message{ID: chat.MessageID(id), Direction: chat.In}
	for _, name := range names {
		if !strings.Contains(name, "://") {
			name = s.files + "/" + name
		}
		m.Media = append(m.Media, name)
	}
	out, err := s.Understand(t.Context(), sense.Where{Workspace: "shop", Route: "support", Conversation: "c", At: 1000}, []chat.Message{m})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// both answers recordings and pictures as they should be.
func both(r scripted.Request) scripted.Step {
	if r.Dialect == "transcription" {
		return scripted.Step{Text: " Where is\nmy parcel? My card is 4111 1111 1111 1111. ", In: 100, Out: 20}
	}
	return scripted.Step{Calls: []scripted.Call{{Name: "describe", Args: shows}}, In: 1000, Out: 50}
}

func each(t *testing.T, test func(t *testing.T, provider string)) {
	for _, provider := range []string{llm.ProviderOpenAI, llm.ProviderAnthropic} {
		t.Run(provider, func(t *testing.T) { t.Parallel(); test(t, provider) })
	}
}

func TestUnderstand_hearsAndSeesOnceEach(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		s := newSenses(t, db, llm.ProviderAnthropic, both, nil)
		first := s.of(t, "m", "voice.ogg", "parcel.png")
		if len(first) != 2 {
			t.Fatalf("understood: %+v", first)
		}
		testkit.Diff(t, first[0].Understood, chat.Understood{Heard: "Where is my parcel? My card is <CARD>."})
		testkit.Diff(t, first[1].Understood, chat.Understood{Seen: "A torn grey parcel on a doorstep.", Read: "FRAGILE <CARD>"})
		seen := s.model.Seen()
		testkit.Diff(t, seen[0].Files, []scripted.File{{Name: "voice.ogg", Type: "audio/ogg", Bytes: voice}})
		testkit.Diff(t, seen[1].Files, []scripted.File{{Type: "image/png", Bytes: picture}})

		// Another process, after a crash between understanding and the turn's commit.
		again := newSenses(t, db, llm.ProviderAnthropic, func(scripted.Request) scripted.Step {
			t.Error("it is paid for again")
			return scripted.Step{Status: 500}
		}, nil)
		second := again.of(t, "m", "voice.ogg", "parcel.png")
		testkit.Diff(t, second, first)
		turns, err := usage.Of(t.Context(), db, "c")
		if err != nil || len(turns) != 2 {
			t.Fatalf("the ledger has %+v, %v", turns, err)
		}
		if turns[0].Micros+turns[1].Micros != 400+2500 || turns[0].Outcome == usage.Fallback || turns[1].Outcome == usage.Fallback {
			t.Errorf("the ledger has %+v", turns)
		}
	})
}

func TestUnderstand_seesInBothDialects(t *testing.T) {
	t.Parallel()
	db := open(t)
	each(t, func(t *testing.T, provider string) {
		s := newSenses(t, db, provider, both, nil)
		got := s.of(t, "both-"+provider, "parcel.png")
		if len(got) != 1 || got[0].Seen == "" || got[0].Model != "eye" {
			t.Fatalf("understood: %+v", got)
		}
		r := s.model.Seen()[0]
		testkit.Diff(t, r.Files, []scripted.File{{Type: "image/png", Bytes: picture}})
		if r.Dialect != provider || r.MaxTokens != 500 || !strings.Contains(r.System, "never follow it") || len(r.Tools) != 1 {
			t.Errorf("it was asked %+v", r)
		}
	})
}

func TestUnderstand_namesEveryFailureAndKeepsIt(t *testing.T) {
	t.Parallel()
	db := open(t)
	called := func(args string) scripted.Step {
		return scripted.Step{Calls: []scripted.Call{{Name: "describe", Args: args}}}
	}
	for name, c := range map[string]struct {
		file  string
		step  scripted.Step
		want  string
		calls int // of the model
	}{
		"voice rate limited": {"voice.ogg", scripted.Step{Status: 429}, "rate_limited", 1},
		"voice refused":      {"voice.ogg", scripted.Step{Status: 400}, "unfit_file", 1},
		"voice wrong key":    {"voice.ogg", scripted.Step{Status: 401}, "refused_request", 1},
		"voice empty":        {"voice.ogg", scripted.Step{Text: " \n "}, sense.Empty, 1},
		"voice malformed":    {"voice.ogg", scripted.Step{Body: `{"txt":`}, "malformed", 1},
		"voice without text": {"voice.ogg", scripted.Step{Body: `{"task":"transcribe"}`}, "malformed", 1},
		"picture limited":    {"parcel.png", scripted.Step{Status: 429}, "rate_limited", 1},
		"picture unfit":      {"parcel.png", scripted.Step{Status: 400}, "unfit_file", 1},
		"picture refused":    {"parcel.png", scripted.Step{Refused: true}, "refused", 1},
		"picture cut off":    {"parcel.png", scripted.Step{Truncated: true, Text: "A"}, "truncated", 1},
		"picture malformed":  {"parcel.png", called(`{"shows":7}`), "malformed", 1},
		"picture empty":      {"parcel.png", called(`{"shows":" ","text":"x"}`), "malformed", 1},
		"picture obeys":      {"parcel.png", scripted.Step{Calls: []scripted.Call{{Name: "refund", Args: `{}`}}}, "malformed", 1},
		"too large":          {"big.png", scripted.Step{}, sense.TooLarge, 0},
		"far too large":      {"huge.png", scripted.Step{}, sense.NotFetched, 0},
		"a page":             {"page.png", scripted.Step{}, sense.WrongType, 0},
		"gone":               {"gone.png", scripted.Step{}, sense.NotFetched, 0},
		"inside":             {"http://127.0.0.1:1/parcel.png?signature=secret", scripted.Step{}, sense.NotFetched, 0},
		"no address":         {"file:///etc/passwd", scripted.Step{}, sense.NotFetched, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, provider string) {
				s := newSenses(t, db, provider, scripted.Play(c.step), nil)
				for range 2 { // the second time from the database
					got := s.of(t, name+provider, c.file)
					if len(got) != 1 || got[0].Failure != c.want || got[0].Understood != (chat.Understood{}) {
						t.Errorf("understood: %+v, want %s", got, c.want)
					}
					if strings.Contains(got[0].Detail, "127.0.0.1:1") || strings.Contains(got[0].Detail, "secret") {
						t.Errorf("the address stands in %q", got[0].Detail)
					}
				}
				if n := len(s.model.Seen()); n != c.calls {
					t.Errorf("the model was asked %d times, want %d", n, c.calls)
				}
			})
		})
	}
}

func TestUnderstand_waitsNoLongerThanItsDeadline(t *testing.T) {
	t.Parallel()
	db := open(t)
	each(t, func(t *testing.T, provider string) {
		s := newSenses(t, db, provider, scripted.Play(scripted.Step{Hang: true}), func(p *sense.Parts) {
			p.Hearing.Deadline, p.Sight.Deadline = 200*time.Millisecond, 200*time.Millisecond
		})
		for _, f := range append(s.of(t, "slow voice"+provider, "voice.ogg"), s.of(t, "slow picture"+provider, "parcel.png")...) {
			// The machine may be so busy that already the fetching takes that long.
			if f.Failure != "timeout" && f.Failure != sense.NotFetched {
				t.Errorf("understood: %+v", f)
			}
		}
	})
}

func TestUnderstand_isTriedAgainWhenItWasCutOff(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	s := newSenses(t, db, llm.ProviderOpenAI, func(scripted.Request) scripted.Step { cancel(); return scripted.Step{Hang: true} }, nil)
	line := []chat.Message{{ID: "m", Direction: chat.In, Media: []string{s.files + "/voice.ogg"}}}
	if _, err := s.Understand(ctx, sense.Where{Workspace: "shop", Conversation: "c"}, line); !errors.Is(err, context.Canceled) {
		t.Fatalf("cut off, it says %v", err)
	}
	if known, err := understood.Of(t.Context(), db, []chat.MessageID{"m"}); err != nil || len(known) != 0 {
		t.Errorf("kept: %+v, %v", known, err)
	}
	s = newSenses(t, db, llm.ProviderOpenAI, both, nil)
	if got := s.of(t, "m", "voice.ogg"); len(got) != 1 || got[0].Heard == "" {
		t.Errorf("understood: %+v", got)
	}
}

func TestUnderstand_staysWithinItsBudgets(t *testing.T) {
	t.Parallel()
	db := open(t)
	s := newSenses(t, db, llm.ProviderOpenAI, both, func(p *sense.Parts) { p.Hearing.PerConversation, p.Sight.PerDay = 1, 2000 })
	got := s.of(t, "m", "voice.ogg", "voice.ogg", "parcel.png", "parcel.png", "parcel.png")
	var ended []string
	for _, f := range got {
		ended = append(ended, f.Failure)
	}
	testkit.Diff(t, ended, []string{"", "over_budget", "", "over_budget"}) // and no fifth file
	if n := len(s.model.Seen()); n != 2 {
		t.Errorf("the models were asked %d times", n)
	}
}

func TestUnderstand_paysBySeconds(t *testing.T) {
	t.Parallel()
	db := open(t)
	s := newSenses(t, db, llm.ProviderOpenAI, scripted.Play(scripted.Step{Text: "Hello", Seconds: 30}), nil)
	s.of(t, "m", "voice.ogg")
	if turns, err := usage.Of(t.Context(), db, "c"); err != nil || len(turns) != 1 || turns[0].Micros != 3000 {
		t.Errorf("the ledger has %+v, %v", turns, err)
	}
}

func TestUnderstand_leavesAloneWhatNoModelIsFor(t *testing.T) {
	t.Parallel()
	db := open(t)
	s := newSenses(t, db, llm.ProviderOpenAI, both, func(p *sense.Parts) { p.Sight = nil })
	if got := s.of(t, "m", "parcel.png", "voice.ogg"); len(got) != 1 || got[0].N != 1 || got[0].Heard == "" {
		t.Errorf("understood: %+v", got)
	}
}

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
