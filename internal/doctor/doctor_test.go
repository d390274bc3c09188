package doctor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/bot/llm/scripted"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/doctor"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// ward is a patient in good health: a sandbox, an address at which Parley answers, a database with an admin.
type ward struct {
	t       *testing.T
	sandbox *httptest.Server
	public  *httptest.Server
	gateway http.HandlerFunc
	patient doctor.Patient
	now     time.Time
}

func newWard(t *testing.T, s *store.Store) *ward {
	t.Helper()
	w := &ward{t: t, now: time.Now(), gateway: parley}
	braze := sandbox.New(sandbox.Config{})
	t.Cleanup(func() { _ = braze.Stop(context.WithoutCancel(t.Context())) })
	w.sandbox = httptest.NewServer(braze.Handler())
	t.Cleanup(w.sandbox.Close)
	w.public = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.gateway(rw, r) }))
	t.Cleanup(w.public.Close)
	cfg := config.Default()
	cfg.PublicURL = w.public.URL
	one := config.NewWorkspace("shop")
	one.Braze.Endpoint, one.Braze.APIKey = w.sandbox.URL, sandbox.SeedKey
	one.SubscriptionGroup = sandbox.SeedGroup
	one.Routes = []config.Route{config.NewRoute("support", "a-secret-of-some-length")}
	one.Layouts.Text.CampaignID = sandbox.SeedReply
	one.Layouts.QuickReply.CampaignID = sandbox.SeedQuickReply
	cfg.Workspaces = []config.Workspace{one}
	w.patient = doctor.Patient{Config: cfg, Store: s, Now: func() time.Time { return w.now }}
	w.write(func(tx *store.Tx) error {
		return tx.UpsertUser(t.Context(), store.User{ID: "u", Email: "a@example.com", Name: "A", Role: "admin"})
	})
	return w
}

// parley answers as a gateway does that was not shown the secret.
func parley(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, "{}")
}

func (w *ward) write(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.patient.Store.Write(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *ward) shop() *config.Workspace { return &w.patient.Config.Workspaces[0] }

func (w *ward) examine() []doctor.Finding {
	w.t.Helper()
	var out []doctor.Finding
	doctor.Examine(w.t.Context(), w.patient, func(f doctor.Finding) { out = append(out, f) })
	return out
}

// put changes something of the sandbox.
func (w *ward) put(path string, change func(map[string]any)) {
	w.t.Helper()
	body := map[string]any{}
	if res, err := http.Get(w.sandbox.URL + path); err == nil {
		if res.StatusCode == http.StatusOK {
			if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
				w.t.Fatal(err)
			}
		}
		_ = res.Body.Close()
	}
	change(body)
	text, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPut, w.sandbox.URL+path, bytes.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		said, _ := io.ReadAll(res.Body)
		w.t.Fatalf("PUT %s: %d %s", path, res.StatusCode, said)
	}
}

func (w *ward) campaign(change func(map[string]any)) {
	w.put("/sandbox/campaigns/"+sandbox.SeedReply, change)
}

// canvas makes a Canvas carry lists.
func (w *ward) canvas(change func(map[string]any)) {
	w.shop().Layouts.List.CanvasID = sandbox.SeedCanvas
	if change != nil {
		w.put("/sandbox/campaigns/"+sandbox.SeedCanvas, change)
	}
}

// model lets a model say one thing.
func (w *ward) model(step scripted.Step) {
	server := httptest.NewServer(scripted.New(scripted.Play(step)))
	w.t.Cleanup(server.Close)
	m := &w.shop().Model
	m.Provider, m.BaseURL, m.Name, m.APIKey = config.ProviderOpenAI, server.URL+"/v1", "scripted", "another-key"
}

func (w *ward) key(permissions ...string) {
	w.put("/sandbox/keys/"+sandbox.SeedKey, func(k map[string]any) {
		clear(k)
		k["name"], k["permissions"] = "k", permissions
	})
}

// arrive stores a message as intake would.
func (w *ward) arrive(change func(*store.Arrival)) {
	w.t.Helper()
	a := store.Arrival{
		MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()), ConversationID: chat.ConversationID(chat.NewID()),
		Workspace: "shop", Route: "support", Text: "hello " + chat.NewID(), DispatchID: chat.NewID(),
		ExternalID: "ada", Phone: "+15550000009",
		Timing: chat.Timing{Settle: 1200, SettleMax: 6000},
	}
	change(&a)
	w.write(func(tx *store.Tx) error {
		_, err := tx.Ingest(w.t.Context(), []store.Arrival{a}, w.now.UnixMilli())
		return err
	})
}

func TestExamine_healthyIsAllGreen(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s)
		w.arrive(func(*store.Arrival) {})
		found := w.examine()
		for _, f := range found {
			if f.Level != doctor.OK {
				t.Errorf("%s of %s is %s: %s", f.Check, f.Subject, f.Level, f.What.EN)
			}
		}
		for _, check := range []string{"database", "endpoint", "permission", "clock", "rate", "campaign", "public_url", "arrivals"} {
			if !slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Check == check }) {
				t.Errorf("%s was not looked at", check)
			}
		}
	})
}

// Each misconfiguration is switched on in a healthy patient and must be named, with its cure, in both languages.
func TestExamine_namesEachMisconfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		check string
		level doctor.Level
		ill   func(*ward)
	}{
		{"key", doctor.Fail, func(w *ward) { w.shop().Braze.APIKey = "another-key" }},
		{"permission", doctor.Fail, func(w *ward) { w.key("campaigns.details", "users.track") }},
		{"campaign_unseen", doctor.Note, func(w *ward) { w.key("campaigns.trigger.send") }},
		{"address", doctor.Fail, func(w *ward) {
			w.put("/sandbox/keys/"+sandbox.SeedKey, func(k map[string]any) {
				clear(k)
				k["name"], k["permissions"], k["ip_allowlist"] = "k", []string{"*"}, []string{"192.0.2.1"}
			})
		}},
		{"endpoint", doctor.Fail, func(w *ward) { w.sandbox.Close() }},
		{"endpoint", doctor.Fail, func(w *ward) { w.shop().Braze.Endpoint = w.public.URL; w.gateway = http.NotFound }},
		{"endpoint", doctor.Fail, func(w *ward) { w.shop().Braze.Endpoint = "https://dashboard-01.braze.com" }},
		{"endpoint", doctor.Fail, func(w *ward) { w.fault(503) }},
		{"rate", doctor.Fail, func(w *ward) { w.fault(429) }},
		{"campaign_missing", doctor.Fail, func(w *ward) { w.shop().Layouts.QuickReply.CampaignID = "00000000-0000-4000-8000-0000000000ff" }},
		{"campaign_missing", doctor.Fail, func(w *ward) { w.shop().Layouts.Text.CampaignID = "00000000-0000-4000-8000-0000000000ff" }},
		{"campaign_archived", doctor.Fail, func(w *ward) { w.campaign(func(c map[string]any) { c["status"] = "archived" }) }},
		{"campaign_draft", doctor.Fail, func(w *ward) { w.campaign(func(c map[string]any) { c["status"] = "draft" }) }},
		{"campaign_stopped", doctor.Fail, func(w *ward) { w.campaign(func(c map[string]any) { c["status"] = "paused" }) }},
		{"campaign_schedule", doctor.Fail, func(w *ward) { w.campaign(func(c map[string]any) { c["delivery"] = "action_based" }) }},
		{"campaign_is_webhook", doctor.Fail, func(w *ward) { w.shop().Layouts.QuickReply.CampaignID = sandbox.SeedInbound }},
		{"model", doctor.Fail, func(w *ward) { w.model(scripted.Step{Status: 401}) }},
		{"model", doctor.Fail, func(w *ward) { w.model(scripted.Step{Status: 404}) }},
		{"model", doctor.Fail, func(w *ward) { w.model(scripted.Step{Status: 503}) }},
		{"model", doctor.Fail, func(w *ward) { w.model(scripted.Step{Hang: true}); w.shop().Model.Deadline = 50 * time.Millisecond }},
		{"model", doctor.Warn, func(w *ward) { w.model(scripted.Step{Status: 429}) }},
		{"model_price", doctor.Note, func(w *ward) { w.model(scripted.Step{Calls: []scripted.Call{{Name: "ok", Args: "{}"}}}) }},
		{"brain", doctor.Fail, func(w *ward) { w.brain(401, "") }},
		{"brain", doctor.Fail, func(w *ward) { w.brain(500, "") }},
		{"brain", doctor.Fail, func(w *ward) { w.brain(302, "") }},
		{"brain", doctor.Fail, func(w *ward) { w.brain(200, "sunny") }},
		{"brain", doctor.Fail, func(w *ward) { w.brain(0, "") }},
		{"brain", doctor.Fail, func(w *ward) { w.brain(-1, "") }},
		{"brain_signature", doctor.Warn, func(w *ward) { w.brain(200, "keep") }},
		{"canvas_missing", doctor.Fail, func(w *ward) { w.shop().Layouts.List.CanvasID = sandbox.SeedReply }},
		{"canvas_unseen", doctor.Note, func(w *ward) { w.canvas(nil); w.key("campaigns.trigger.send", "campaigns.details") }},
		{"canvas_archived", doctor.Fail, func(w *ward) { w.canvas(func(c map[string]any) { c["status"] = "archived" }) }},
		{"canvas_draft", doctor.Fail, func(w *ward) { w.canvas(func(c map[string]any) { c["status"] = "draft" }) }},
		{"canvas_stopped", doctor.Fail, func(w *ward) { w.canvas(func(c map[string]any) { c["status"] = "paused" }) }},
		{"canvas_schedule", doctor.Fail, func(w *ward) { w.canvas(func(c map[string]any) { c["delivery"] = "action_based" }) }},
		{"track", doctor.Fail, func(w *ward) {
			w.shop().Profile.Templates = []string{"support"}
			w.key("campaigns.trigger.send", "campaigns.details")
		}},
		{"clock", doctor.Warn, func(w *ward) { w.now = w.now.Add(5 * time.Minute) }},
		{"clock", doctor.Warn, func(w *ward) { w.now = w.now.Add(-5 * time.Minute) }},
		{"public_url", doctor.Fail, func(w *ward) { w.public.Close() }},
		{"public_name", doctor.Fail, func(w *ward) { w.patient.Config.PublicURL = "https://parley.invalid" }},
		{"public_redirect", doctor.Fail, func(w *ward) {
			w.gateway = func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "/elsewhere", http.StatusMovedPermanently)
			}
		}},
		{"public_foreign", doctor.Fail, func(w *ward) {
			w.gateway = func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "Welcome to nginx") }
		}},
		{"public_route", doctor.Fail, func(w *ward) {
			w.gateway = func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/problem+json")
				rw.WriteHeader(http.StatusNotFound)
			}
		}},
		{"public_private", doctor.Fail, func(w *ward) { w.distant(); w.patient.Config.PublicURL = "https://10.0.0.7" }},
		{"public_https", doctor.Fail, func(w *ward) { w.distant(); w.patient.Config.PublicURL = "http://parley.example.invalid" }},
		{"public_url", doctor.Warn, func(w *ward) { w.distant(); w.patient.Config.PublicURL = "" }},
		{"pair_interval", doctor.Warn, func(w *ward) { w.distant(); w.shop().Delivery.PairInterval = time.Second }},
		{"max_age", doctor.Warn, func(w *ward) { w.shop().Delivery.MaxAge = 30 * time.Hour }},
		{"timeout", doctor.Warn, func(w *ward) { w.shop().Braze.Timeout = 2 * time.Second }},
		{"match", doctor.Warn, func(w *ward) { w.shop().Routes[0].Match = "Is RETURN" }},
		{"quick_reply", doctor.Note, func(w *ward) { w.shop().Layouts.QuickReply.CampaignID = "" }},
		{"subscription", doctor.Note, func(w *ward) { w.shop().SubscriptionGroup = "" }},
		{"no_workspace", doctor.Fail, func(w *ward) { w.patient.Config.Workspaces = nil }},
		{"users", doctor.Warn, func(w *ward) {
			w.write(func(tx *store.Tx) error {
				return tx.UpsertUser(w.t.Context(), store.User{ID: "u", Email: "a@example.com", Name: "A", Role: "admin", DisabledAt: 1})
			})
		}},
		{"silent", doctor.Note, func(*ward) {}},
		{"notice", doctor.Note, func(w *ward) { w.shop().Window.Hold = true }},
		{"messaging_limit", doctor.Fail, func(w *ward) { w.templates(250) }},
		{"messaging_limit", doctor.Warn, func(w *ward) { w.templates(200) }},
		{"json_escape", doctor.Warn, func(w *ward) { w.arrive(func(a *store.Arrival) { a.Repaired = []string{"quotes"} }) }},
		{"dispatch_id", doctor.Warn, func(w *ward) { w.arrive(func(a *store.Arrival) { a.DispatchID = "" }) }},
		{"identity", doctor.Warn, func(w *ward) {
			w.arrive(func(a *store.Arrival) { a.ExternalID = "" })
		}},
		{"unreadable", doctor.Warn, func(w *ward) {
			w.write(func(tx *store.Tx) error {
				return tx.InsertDeadLetter(w.t.Context(), store.DeadLetter{ID: chat.NewID(), Workspace: "shop", Route: "support", At: w.now.UnixMilli()})
			})
		}},
	} {
		t.Run(c.check, func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(t.Context(), storetest.SQLite(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			w := newWard(t, s)
			c.ill(w)
			found := w.examine()
			at := slices.IndexFunc(found, func(f doctor.Finding) bool { return f.Check == c.check && f.Level != doctor.OK })
			if at < 0 {
				t.Fatalf("not named: %s", names(found))
			}
			f := found[at]
			if f.Level != c.level {
				t.Errorf("level %s, want %s", f.Level, c.level)
			}
			for language, text := range map[string][2]string{"en": {f.What.EN, f.Cure.EN}, "fr": {f.What.FR, f.Cure.FR}} {
				for _, sentence := range text {
					if !strings.HasSuffix(strings.TrimSpace(sentence), ".") && !strings.HasSuffix(sentence, ".COM") || strings.Contains(sentence, "%!") {
						t.Errorf("%s: %q", language, sentence)
					}
				}
			}
			if f.What.EN == f.What.FR || f.Cure.EN == f.Cure.FR {
				t.Errorf("the same words in both languages: %s / %s", f.What.EN, f.Cure.EN)
			}
			for _, g := range found {
				if strings.Contains(fmt.Sprint(g), "another-key") || strings.Contains(fmt.Sprint(g), "a-secret-of-some-length") {
					t.Errorf("a secret is shown: %v", g)
				}
			}
		})
	}
}

func (w *ward) fault(status int) {
	w.put("/sandbox/faults", func(f map[string]any) {
		clear(f)
		f["api"] = []map[string]any{{"path": "*", "status": status}}
	})
}

// distant makes the workspace one of a real instance; calls to it fail, which is not what is asked about.
func (w *ward) distant() {
	w.shop().Braze.Endpoint = "https://rest.fra-01.braze.eu"
	w.patient.HTTP = refusing{}
}

// refusing lets nothing leave this machine.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, context.DeadlineExceeded
}

func names(found []doctor.Finding) string {
	var out []string
	for _, f := range found {
		out = append(out, f.Check+"="+string(f.Level))
	}
	return strings.Join(out, " ")
}

func TestByHand_isSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, q := range doctor.ByHand() {
		for _, w := range []doctor.Words{q.Ask, q.Where, q.Else} {
			if w.EN == "" || w.FR == "" || w.EN == w.FR {
				t.Errorf("%+v", w)
			}
		}
	}
	for steps := range 3 {
		if w := doctor.Stuck(steps, "https://x/"); w.EN == "" || w.FR == "" || w.EN == w.FR {
			t.Errorf("stuck at %d: %+v", steps, w)
		}
	}
}

// templates sends one to so many people, of 250 that are allowed.
func (w *ward) templates(people int) {
	w.shop().Window.MessagingLimit = 250
	for i := range people {
		w.arrive(func(a *store.Arrival) { a.ExternalID, a.Phone = fmt.Sprint("u", i), "" })
	}
	w.write(func(tx *store.Tx) error {
		list, _, err := w.patient.Store.Conversations(w.t.Context(), store.Filter{Limit: 500})
		for _, c := range list {
			if err := tx.Reply(w.t.Context(), store.Reply{
				ConversationID: c.ID, MessageID: chat.MessageID(chat.NewID()), Agent: "u", Text: "x", Layout: chat.LayoutTemplate, SeenSeq: 99,
				Parts: []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutTemplate, Text: "x"}},
			}, w.now.UnixMilli()); err != nil {
				return err
			}
		}
		return err
	})
}

func TestExamine_seesCanvasesAndTrackInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWard(t, s)
		w.canvas(nil)
		w.shop().Profile.Templates = []string{"support"}
		seen := map[string]doctor.Level{}
		for _, f := range w.examine() {
			seen[f.Check] = f.Level
		}
		if seen["canvas"] != doctor.OK || seen["track"] != doctor.OK {
			t.Errorf("found %v", seen)
		}
	})
}
