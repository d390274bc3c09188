package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/testkit"
)

// samePrefix compares networks, whose fields cmp cannot see.
var samePrefix = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

// lookup is an environment of these variables only.
func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	}
}

// files is a file system of these files only.
func files(contents map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if text, ok := contents[path]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
}

func TestLoad_withoutFileRunsOnDefaults(t *testing.T) {
	t.Parallel()
	got, err := Load("", lookup(nil), files(nil))
	if err != nil {
		t.Fatal(err)
	}
	testkit.Diff(t, got, Config{
		Listen: "127.0.0.1:8080", OpsListen: "127.0.0.1:9090", Database: "sqlite:./data/parley.db",
		Log: Log{Level: "info", Format: "auto"}, Limits: Limits{BodyBytes: 262144, MediaBytes: 25 << 20, StopSeconds: 20},
		Retention: Retention{Exchanges: 720 * time.Hour, Events: 168 * time.Hour, Drops: 720 * time.Hour, Audit: 8760 * time.Hour},
		Desk:      Desk{AgentSilentMinutes: 30, ReassureMinutes: 10, AwayMinutes: 10, Capacity: 5},
	}, samePrefix)
}

func TestLoad_readsEveryField(t *testing.T) {
	t.Parallel()
	got, err := Load("testdata/full.yaml", lookup(nil), os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	braze := Braze{Endpoint: "https://rest.fra-01.braze.eu", APIKey: "0d7a11c2-key-of-the-shop", Timeout: 5 * time.Second, CallsInFlight: 8}
	second := NewWorkspace("shop-two")
	second.Braze = braze
	second.Routes = []Route{NewRoute("two", "only-secret-of-the-second-shop")}
	second.Layouts.Text.CampaignID = "11111111-2222-4333-8444-777777777777"
	testkit.Diff(t, got, Config{
		Listen: "0.0.0.0:8080", OpsListen: "0.0.0.0:9090", PublicURL: "https://parley.example.com",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")},
		Database:       "postgres://parley:hunter2@db.example.com/parley?sslmode=verify-full",
		Log:            Log{Level: "debug", Format: "json"}, Limits: Limits{BodyBytes: 1 << 20, MediaBytes: 1 << 20, StopSeconds: 30},
		Retention: Retention{Exchanges: 24 * time.Hour, Events: 48 * time.Hour, Drops: 72 * time.Hour, Audit: 8760 * time.Hour},
		Desk:      Desk{AgentSilentMinutes: 0, ReassureMinutes: 20, AwayMinutes: 5, Capacity: 3, MediaHostsAllowPrivate: []string{"media.internal", "127.0.0.1:8081"}},
		Workspaces: []Workspace{{
			ID: "shop", Name: "Shop", Language: "fr", Braze: braze,
			SubscriptionGroup: "7d1f0f2e-6e0f-4a53-9d2b-3c1f7a0f4b11", SubscribeNewSenders: true,
			Routes: []Route{
				{ID: "support", Secrets: []Secret{"first-secret-of-support", "second-secret-of-support"}, AllowFrom: []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}, Model: plainModel, Brain: plainBrain},
				{ID: "returns", Secrets: []Secret{"only-secret-of-returns"}, Specific: true, Language: "en", Model: noModel, Brain: Brain{
					URL: "https://brain.example.com/turn", Secret: brainSecret, Timeout: 5 * time.Second, Raw: true,
				}},
			},
			Layouts: Layouts{
				Text:       TextLayout{CampaignID: "11111111-2222-4333-8444-555555555555", Property: "body", MaxRunes: 2000},
				Template:   TemplateLayout{CampaignID: "11111111-2222-4333-8444-888888888888", Text: "Dear {{customer.name|customer}}: {{news}}", Properties: []string{"news"}},
				Notice:     NoticeLayout{CampaignID: "11111111-2222-4333-8444-dddddddddddd", Text: "Dear {{customer.name|customer}}, an answer waits."},
				QuickReply: QuickReplyLayout{CampaignID: "11111111-2222-4333-8444-666666666666", Property: "body", MaxRunes: 900, Buttons: []string{"yes_label", "no_label"}},
				List: ListLayout{
					Message:  Object{AppID: "shop-app", CampaignID: "11111111-2222-4333-8444-999999999999", VariationID: "variation"},
					Property: "external_system_msg_body", MaxRunes: 4096, Button: "open", Section: "section_title", Rows: []string{"r1", "r2"}, Descriptions: []string{"d1", "d2"},
				},
				Image:    ImageLayout{CanvasID: "11111111-2222-4333-8444-aaaaaaaaaaaa", Property: "external_system_msg_body", MaxRunes: 1024, URL: "picture"},
				Video:    plainFile,
				Audio:    plainFile,
				Document: plainFile,
				CTA:      CTALayout{CampaignID: "11111111-2222-4333-8444-bbbbbbbbbbbb", Property: "external_system_msg_body", MaxRunes: 500, Label: "button_text", URL: "button_url"},
				Flow:     FlowLayout{CampaignID: "11111111-2222-4333-8444-cccccccccccc", Property: "external_system_msg_body", MaxRunes: 1024, Label: "open_label"},
			},
			Turn:     Turn{Settle: 2 * time.Second, SettleMax: 9 * time.Second, Lease: 45 * time.Second, Timeout: 3 * time.Minute, Attempts: 3, PerMinute: 20, Workers: 8},
			Delivery: Delivery{PairInterval: 3 * time.Second, PairBurst: 2, Batch: 10, Ambiguous: AmbiguousHold, MaxAge: 12 * time.Hour, Lease: time.Minute},
			Consent:  Consent{ByWord: true},
			Window:   Window{Hold: true, AnswerMaxAge: 72 * time.Hour, MessagingLimit: 2000},
			Dedupe:   Dedupe{WithDispatch: 12 * time.Hour, WithoutDispatch: time.Minute, Brief: 5 * time.Second},
			Currents: Currents{Secrets: []Secret{"first-token-of-the-connector", "second-token-of-the-connector"}, Grace: 3 * time.Minute},
			CSAT:     CSAT{Delay: time.Minute, EveryDays: 1},
			Profile:  Profile{Wait: 5 * time.Second, Objects: 75},
			Model: Model{
				Provider: "anthropic", BaseURL: "https://models.example.com", Name: "a-model", APIKey: "key-of-the-model", Prompt: "./prompt.md",
				Temperature: -1, TokenLimit: "max_tokens", MaxTokens: 500, Deadline: 15 * time.Second, Calls: 2, When: "unsure",
				PriceIn: 2.5, PriceOut: 10, CostPerConversation: 0.25, CostPerDay: 5,
			},
			Knowledge: "./knowledge", Tools: "./tools.yaml",
		}, second},
	}, samePrefix)
}

// plainBrain is a brain as it is when the settings say nothing of it.
var plainBrain = Brain{Timeout: 8 * time.Second}

// plainModel is a model as it is when the settings say nothing of it.
var plainModel = Model{
	Temperature: 0.2, TokenLimit: "max_completion_tokens", MaxTokens: 1200, Deadline: 20 * time.Second, Calls: 4, When: "reading",
	CostPerConversation: 0.5, CostPerDay: 20,
}

var noModel = func() Model {
	m := plainModel
	m.Provider = ProviderNone
	return m
}()

// plainFile is a layout of files as it is when the settings say nothing of it.
var plainFile = FileLayout{Property: "external_system_msg_body", MaxRunes: 1024, URL: "media_url"}

func TestNewWorkspace_carriesThePinnedDefaults(t *testing.T) {
	t.Parallel()
	testkit.Diff(t, NewWorkspace("shop"), Workspace{
		ID: "shop", Name: "shop", Language: "en",
		Braze: Braze{Timeout: 10 * time.Second, CallsInFlight: 4},
		Layouts: Layouts{
			Text:       TextLayout{Property: "external_system_msg_body", MaxRunes: 4096},
			Template:   TemplateLayout{Properties: []string{"external_system_msg_body"}},
			QuickReply: QuickReplyLayout{Property: "external_system_msg_body", MaxRunes: 1024, Buttons: []string{"button_1", "button_2", "button_3"}},
			List: ListLayout{
				Property: "external_system_msg_body", MaxRunes: 4096, Button: "list_button", Section: "section_title",
				Rows:         strings.Fields("row_1 row_2 row_3 row_4 row_5 row_6 row_7 row_8 row_9 row_10"),
				Descriptions: strings.Fields("row_1_description row_2_description row_3_description row_4_description row_5_description row_6_description row_7_description row_8_description row_9_description row_10_description"),
			},
			Image: ImageLayout{Property: "external_system_msg_body", MaxRunes: 1024, URL: "media_url"},
			Video: plainFile, Audio: plainFile, Document: plainFile,
			CTA:  CTALayout{Property: "external_system_msg_body", MaxRunes: 1024, Label: "button_text", URL: "button_url"},
			Flow: FlowLayout{Property: "external_system_msg_body", MaxRunes: 1024, Label: "button_text"},
		},
		Turn:     Turn{Settle: 1200 * time.Millisecond, SettleMax: 6 * time.Second, Lease: 30 * time.Second, Timeout: 2 * time.Minute, Attempts: 5, PerMinute: 10, Workers: 128},
		Delivery: Delivery{PairInterval: 6 * time.Second, PairBurst: 4, Batch: 50, Ambiguous: AmbiguousResend, MaxAge: 23 * time.Hour, Lease: 30 * time.Second},
		Window:   Window{AnswerMaxAge: 48 * time.Hour},
		Dedupe:   Dedupe{WithDispatch: 24 * time.Hour, WithoutDispatch: 2 * time.Minute, Brief: 10 * time.Second},
		Currents: Currents{Reconcile: true, Grace: 2 * time.Minute},
		CSAT:     CSAT{Delay: time.Minute, EveryDays: 1},
		Profile:  Profile{Wait: 5 * time.Second, Objects: 75},
		Model:    plainModel,
	}, samePrefix)
}

func TestLoad_environmentOverrulesTheFile(t *testing.T) {
	t.Parallel()
	got, err := Load("testdata/full.yaml", lookup(map[string]string{
		"PARLEY_LISTEN":                                      "127.0.0.1:7000",
		"PARLEY_LOG_LEVEL":                                   "", // empty counts as not set
		"PARLEY_LIMITS_BODY_BYTES":                           "4096",
		"PARLEY_TRUSTED_PROXIES":                             "10.1.0.0/16, 10.2.0.0/16",
		"PARLEY_DATABASE_FILE":                               "/run/secrets/database",
		"PARLEY_WORKSPACES_SHOP_TURN_SETTLE":                 "3s",
		"PARLEY_WORKSPACES_SHOP_TWO_BRAZE_API_KEY":           "key-of-the-second-shop",
		"PARLEY_WORKSPACES_SHOP_ROUTES_SUPPORT_ID":           "ignored",
		"PARLEY_WORKSPACES_SHOP_SUBSCRIBE_NEW_SENDERS":       "false",
		"PARLEY_WORKSPACES_SHOP_ROUTES_SUPPORT_SECRETS_FILE": "/run/secrets/support",
		"PARLEY_WORKSPACES_SHOP_ROUTES_RETURNS_SECRETS":      "new-secret-of-returns,old-secret-of-returns",
	}), func(path string) ([]byte, error) {
		if path == "testdata/full.yaml" {
			return os.ReadFile(path)
		}
		return files(map[string]string{
			"/run/secrets/database": "postgres://parley@db/parley\n",
			"/run/secrets/support":  "new-secret-of-support\nold-secret-of-support\n",
		})(path)
	})
	if err != nil {
		t.Fatal(err)
	}
	shop := got.Workspaces[0]
	testkit.Diff(t, []any{
		got.Listen, got.Log.Level, got.Limits.BodyBytes, got.TrustedProxies, got.Database.Reveal(), shop.Turn.Settle,
		got.Workspaces[1].Braze.APIKey.Reveal(), shop.Braze.APIKey.Reveal(), shop.SubscribeNewSenders,
		shop.Routes[0].ID, shop.Routes[0].Secrets, shop.Routes[1].Secrets,
	}, []any{
		"127.0.0.1:7000", "debug", int64(4096),
		[]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("10.2.0.0/16")},
		"postgres://parley@db/parley", 3 * time.Second,
		"key-of-the-second-shop", "0d7a11c2-key-of-the-shop", false,
		"support",
		[]Secret{"new-secret-of-support", "old-secret-of-support"},
		[]Secret{"new-secret-of-returns", "old-secret-of-returns"},
	}, samePrefix)
}

func TestLoad_environmentAloneIsEnough(t *testing.T) {
	t.Parallel()
	got, err := Load("", lookup(map[string]string{
		"PARLEY_WORKSPACES":                               "shop",
		"PARLEY_WORKSPACES_SHOP_BRAZE_ENDPOINT":           "http://127.0.0.1:8081",
		"PARLEY_WORKSPACES_SHOP_BRAZE_API_KEY":            "sandbox-key",
		"PARLEY_WORKSPACES_SHOP_ROUTES":                   "support",
		"PARLEY_WORKSPACES_SHOP_ROUTES_SUPPORT_SECRETS":   DemoSecret,
		"PARLEY_WORKSPACES_SHOP_LAYOUTS_TEXT_CAMPAIGN_ID": "00000000-0000-4000-8000-000000000002",
	}), files(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := NewWorkspace("shop")
	want.Braze.Endpoint, want.Braze.APIKey = "http://127.0.0.1:8081", "sandbox-key"
	want.Routes = []Route{NewRoute("support", DemoSecret)}
	want.Layouts.Text.CampaignID = "00000000-0000-4000-8000-000000000002"
	testkit.Diff(t, got.Workspaces, []Workspace{want}, samePrefix)
}

// TestLoad_problems keeps the texts people see: every testdata/bad-*.yaml has all its problems beside it.
func TestLoad_problems(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/bad-*.yaml")
	if err != nil || len(paths) < 4 {
		t.Fatalf("found %d files: %v", len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			_, err := Load(path, lookup(nil), os.ReadFile)
			if err == nil {
				t.Fatal("no problem found")
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("a problem quotes a secret")
			}
			testkit.Golden(t, strings.TrimSuffix(path, ".yaml")+".txt", []byte(err.Error()+"\n"))
		})
	}
}

func TestLoad_problemsOfTheEnvironmentNameTheVariable(t *testing.T) {
	t.Parallel()
	_, err := Load("testdata/full.yaml", lookup(map[string]string{
		"PARLEY_LISTEN":                                      "8080",
		"PARLEY_LIMITS_STOP_SECONDS":                         "20s",
		"PARLEY_DATABASE":                                    "mysql://root:hunter2@db/parley",
		"PARLEY_WORKSPACES":                                  "shop, Übersee",
		"PARLEY_WORKSPACES_SHOP_BRAZE_API_KEY":               "hunter2 hunter2",
		"PARLEY_WORKSPACES_SHOP_TWO_BRAZE_API_KEY":           "hunter2",
		"PARLEY_WORKSPACES_SHOP_TWO_BRAZE_API_KEY_FILE":      "/run/secrets/key",
		"PARLEY_WORKSPACES_SHOP_ROUTES_SUPPORT_SECRETS":      "hunter2,long-enough-to-pass-here",
		"PARLEY_WORKSPACES_SHOP_ROUTES_RETURNS_SECRETS_FILE": "/run/secrets/absent",
	}), os.ReadFile)
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("a problem quotes a secret")
	}
	testkit.Golden(t, "testdata/environment.txt", []byte(err.Error()+"\n"))
}

func TestLoad_unreadableFile(t *testing.T) {
	t.Parallel()
	_, err := Load("/etc/parley.yaml", lookup(nil), files(nil))
	if err == nil || !strings.Contains(err.Error(), "/etc/parley.yaml: cannot be read") {
		t.Errorf("%v", err)
	}
}

func TestValidate_reportsNothingForLoadedSettings(t *testing.T) {
	t.Parallel()
	c, err := Load("testdata/full.yaml", lookup(nil), os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestValidate_endpoint(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"https://rest.iad-01.braze.com":              "",
		"https://rest.us-10.braze.com":               "",
		"https://rest.fra-02.braze.eu":               "",
		"http://127.0.0.1:8081":                      "",
		"http://[::1]:8081":                          "",
		"http://localhost:8081":                      "",
		"https://dashboard-03.braze.com":             "set https://rest.iad-03.braze.com",
		"https://dashboard-01.braze.eu":              "set https://rest.fra-01.braze.eu",
		"https://dashboard.us-10.braze.com":          "set https://rest.us-10.braze.com",
		"https://sdk.iad-06.braze.com":               "set https://rest.iad-06.braze.com",
		"http://rest.iad-01.braze.com":               "unencrypted",
		"https://rest.iad-01.braze.com/users":        "write https://rest.iad-01.braze.com",
		"https://rest.iad-01.braze.com.evil.example": "is not a REST endpoint",
		"https://rest.iad-01.braze.com:444":          "is not a REST endpoint",
		"http://192.0.2.1:8081":                      "is not a REST endpoint",
		"http://localhost.evil.example":              "is not a REST endpoint",
		"ftp://127.0.0.1":                            "is not a REST endpoint",
		"rest.iad-01.braze.com":                      "is not a web address",
		"":                                           "is missing",
	} {
		k := &checker{}
		k.endpoint("endpoint", endpoint)
		got := k.problems.Error()
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: got %q, want %q", endpoint, got, want)
		}
	}
}

func TestValidate_currents(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(a, b *Workspace){
		"":                                      func(a, b *Workspace) {},
		"currents.secrets[0]: has 5 characters": func(a, _ *Workspace) { a.Currents.Secrets = []Secret{"short"} },
		"currents.secrets[1]: is written twice": func(a, _ *Workspace) { a.Currents.Secrets = []Secret{"one-long-token-here", "one-long-token-here"} },
		"the secret of parley demo":             func(a, _ *Workspace) { a.Currents.Secrets = []Secret{DemoSecret} },
		"is already a secret of workspace shop": func(a, b *Workspace) {
			a.Currents.Secrets, b.Currents.Secrets = []Secret{"one-long-token-here"}, []Secret{"one-long-token-here"}
		},
		"currents.grace: 0s is out of range": func(a, _ *Workspace) { a.Currents.Grace = 0 },
	} {
		a, b := NewWorkspace("shop"), NewWorkspace("shop-two")
		change(&a, &b)
		k, owner := &checker{}, map[Secret]string{}
		k.currents("currents", a, owner)
		k.currents("currents", b, owner)
		got := k.problems.Error()
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestValidate_people(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Workspace){
		"":                                   func(*Workspace) {},
		`"vip" is not a route`:               func(w *Workspace) { w.Handoff.Routes = []string{"support", "vip"} },
		`"=gold" names no attribute`:         func(w *Workspace) { w.Handoff.Attributes = []string{"tier", "=gold"} },
		"amount_above: -1 is out of range":   func(w *Workspace) { w.Handoff.AmountAbove = -1 },
		"csat.delay: 13h is out of range":    func(w *Workspace) { w.CSAT.Delay = 13 * time.Hour },
		"csat.every_days: 0 is out of range": func(w *Workspace) { w.CSAT.EveryDays = 0 },
	} {
		w := NewWorkspace("shop")
		w.Routes = []Route{NewRoute("support")}
		change(&w)
		k := &checker{}
		k.people("shop", w)
		if got := k.problems.Error(); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestUnknownVariables(t *testing.T) {
	t.Parallel()
	c := Default()
	c.Workspaces = []Workspace{NewWorkspace("shop-fr")}
	c.Workspaces[0].Routes = []Route{NewRoute("support")}
	testkit.Diff(t, c.UnknownVariables([]string{
		"HOME=/root", "PARLEY_LISTEN=:80", "PARLEY_LISTNE=:80", "PARLEY_CONFIG=x", "PARLEY_TEST_POSTGRES=x", "PARLEY_WORKSPACES=shop-fr",
		"PARLEY_WORKSPACES_SHOP_FR_BRAZE_API_KEY=x", "PARLEY_WORKSPACES_SHOP_FR_ROUTES_SUPPORT_SECRETS_FILE=x", "PARLEY_WORKSPACES_SHOP_BRAZE_API_KEY=x",
	}), []string{"PARLEY_LISTNE", "PARLEY_WORKSPACES_SHOP_BRAZE_API_KEY"})
}

// TestSecret_isNeverPrinted prints settings full of secrets in every way a program might.
func TestSecret_isNeverPrinted(t *testing.T) {
	t.Parallel()
	c, err := Load("testdata/full.yaml", lookup(nil), os.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := c.Workspaces[0]
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, value := range []any{c, &c, w, w.Braze, w.Braze.APIKey, w.Routes, w.Routes[0].Secrets, c.Database} {
			fmt.Fprintf(&out, verb+"\n", value)
		}
	}
	fmt.Fprintln(&out, errors.New("wrapped: "+w.Braze.APIKey.String()))
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	yamlText, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	out.Write(yamlText)
	for _, logger := range []*slog.Logger{slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))} {
		logger.Info("settings", "config", c, "braze", w.Braze, "key", w.Braze.APIKey, "secrets", w.Routes[0].Secrets, "database", c.Database)
	}
	text := strings.ToLower(out.String())
	for _, secret := range []string{"hunter2", "0d7a11c2-key-of-the-shop", "first-secret-of-support", "only-secret-of-returns"} {
		for _, form := range []string{secret, fmt.Sprintf("%x", secret)} {
			if strings.Contains(text, form) {
				t.Errorf("%q is printed", form)
			}
		}
	}
	if !strings.Contains(text, redacted) || !strings.Contains(text, "db.example.com") {
		t.Errorf("neither %q nor the database's host is printed:\n%s", redacted, yamlText)
	}
}

func TestDSN_hidesPasswords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sqlite:./data/parley.db":                 "sqlite:./data/parley.db",
		"postgres://u:p@h/db":                     "postgres://u:xxxxx@h/db",
		"postgresql:///db?host=/run&password=p":   "postgresql:///db?host=/run&password=xxxxx",
		"postgres://h/db?sslpassword=p&sslmode=a": "postgres://h/db?sslpassword=xxxxx&sslmode=a",
		"postgres://u:p%zz@h/db":                  redacted,
	} {
		if got := DSN(in).String(); got != want {
			t.Errorf("%q prints as %q, want %q", in, got, want)
		}
	}
}

// TestGenerated_page and TestGenerated_sample keep the committed texts equal to the tags.
func TestGenerated_page(t *testing.T) {
	t.Parallel()
	testkit.Golden(t, "../../docs/config.md", []byte(Reference()))
}

func TestGenerated_sample(t *testing.T) {
	t.Parallel()
	testkit.Golden(t, "../../examples/parley.yaml", []byte(Sample()))
}

func TestSample_loads(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"PARLEY_WORKSPACES_SHOP_BRAZE_API_KEY":          "a-key",
		"PARLEY_WORKSPACES_SHOP_ROUTES_SUPPORT_SECRETS": "a-long-enough-secret",
	}
	if _, err := Load("parley.yaml", lookup(env), files(map[string]string{"parley.yaml": Sample()})); err != nil {
		t.Error(err)
	}
}

// TestSample_loadsUncommented makes sure that every line shown as a comment is right as well.
func TestSample_loadsUncommented(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for line := range strings.Lines(Sample()) {
		indent, text, ok := strings.Cut(line, "# ")
		key, _, isSetting := strings.Cut(text, ": ")
		if ok && isSetting && propertyPattern.MatchString(key) && strings.ToLower(key) == key {
			line = indent + text
		}
		all.WriteString(line)
	}
	for _, c := range []struct{ name, from, to string }{ // only one of the two can be set
		{"with a model", "        brain:\n", "        # Networks"},
		{"with a brain", "        model:\n", "        # A brain"},
	} {
		before, rest, _ := strings.Cut(all.String(), c.from)
		_, after, ok := strings.Cut(rest, c.to)
		text := before + "        #" + after
		cfg, err := Load("parley.yaml", lookup(nil), files(map[string]string{"parley.yaml": text}))
		if err != nil || !ok {
			t.Fatalf("%s: %v\n%s", c.name, err, text)
		}
		w := cfg.Workspaces[0]
		if !w.Layouts.QuickReply.Configured() || cfg.PublicURL == "" || len(cfg.TrustedProxies) == 0 || w.Routes[0].Model.Configured() == w.Routes[0].Brain.Configured() {
			t.Errorf("%s, not everything was uncommented:\n%s", c.name, text)
		}
	}
}

// TestFields_areAllDescribed fails for a setting without a key or a meaning.
func TestFields_areAllDescribed(t *testing.T) {
	t.Parallel()
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		for _, f := range fields(typ) {
			if f.name == "" || f.doc == "" {
				t.Errorf("%s: field %d has no key or no doc", typ, f.index)
			}
			if f.def == "" && f.example == "" && typ.Field(f.index).Tag.Get("instead") == "" && !isSection(f.typ) && !isEntries(f.typ) {
				t.Errorf("%s.%s has neither default nor example", typ, f.name)
			}
			if isSection(f.typ) {
				walk(f.typ)
			} else if isEntries(f.typ) {
				walk(f.typ.Elem())
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

func TestValidate_daysOfSecrets(t *testing.T) {
	t.Parallel()
	for want, days := range map[string][]string{
		"":                              {"2026-11-22"},
		"names 3 days for 2 secrets":    {"2026-11-22", "2026-11-22", "2026-11-22"},
		`since[1]: "22.11.2026" is not`: {"2026-11-22", "22.11.2026"},
	} {
		r := NewRoute("support", "first-secret-of-support", "second-secret-of-support")
		r.Since = days
		k := &checker{}
		k.route("route", r, false)
		if got := k.problems.Error(); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
