package config

import (
	"strings"
	"testing"
	"time"
)

const brainSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func TestBrain_problemsHaveACure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Route)
		want   []string
	}{
		"good":                 {func(*Route) {}, nil},
		"http on this machine": {func(r *Route) { r.Brain.URL = "http://127.0.0.1:9000/turn" }, nil},
		"none":                 {func(r *Route) { r.Brain = Brain{} }, nil},
		"http elsewhere":       {func(r *Route) { r.Brain.URL = "http://10.0.0.8/turn" }, []string{"brain.url: would send"}},
		"no address":           {func(r *Route) { r.Brain.URL = "brain.example.com" }, []string{"brain.url: \"brain.example.com\" is not a web address"}},
		"another scheme":       {func(r *Route) { r.Brain.URL = "ftp://brain.example.com" }, []string{"brain.url"}},
		"password":             {func(r *Route) { r.Brain.URL = "https://me:secret@brain.example.com" }, []string{"brain.url: holds a name"}},
		"fragment":             {func(r *Route) { r.Brain.URL = "https://brain.example.com/#x" }, []string{"brain.url: has something behind"}},
		"secret alone":         {func(r *Route) { r.Brain.URL = "" }, []string{"brain.url: is missing"}},
		"model too":            {func(r *Route) { r.Model.Provider = ProviderOpenAI }, []string{"brain: stands beside a model"}},
		"model none is fine":   {func(r *Route) { r.Model.Provider = ProviderNone }, nil},
		"longer than a turn":   {func(r *Route) { r.Brain.Timeout = 15 * time.Second }, []string{"brain.timeout: 15s is out of range"}},
		"too hasty":            {func(r *Route) { r.Brain.Timeout = time.Millisecond }, []string{"brain.timeout: 1ms is out of range"}},
		"all at once": {func(r *Route) { r.Brain = Brain{URL: "http://x.example", Secret: "short", Timeout: time.Hour} }, []string{
			"brain.url: would send", "brain.secret: does not begin with whsec_", "brain.timeout: 1h is out of range",
		}},
		"no secret": {func(r *Route) { r.Brain.Secret = "" }, []string{"brain.secret: is missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := NewRoute("support")
			r.Brain = Brain{URL: "https://brain.example.com/turn", Secret: brainSecret, Timeout: 8 * time.Second}
			c.change(&r)
			k := &checker{}
			k.brain("brain", r, 30*time.Second)
			if len(k.problems) != len(c.want) {
				t.Fatalf("%d problems, want %d: %v", len(k.problems), len(c.want), k.problems)
			}
			for i, p := range k.problems {
				if got := p.Key + ": " + p.What; !strings.HasPrefix(got, c.want[i]) || p.Fix == "" || strings.Contains(got+p.Fix, "secret@") {
					t.Errorf("problem %q with cure %q, want %q", got, p.Fix, c.want[i])
				}
			}
		})
	}
}

func TestBrain_comesFromTheEnvironmentAndReplacesTheModel(t *testing.T) {
	t.Parallel()
	w := NewWorkspace("shop")
	w.Model.Provider, w.Model.Name = ProviderOpenAI, "ours"
	r := NewRoute("support")
	if r.Brain.Timeout != 8*time.Second {
		t.Errorf("the default is %v", r.Brain.Timeout)
	}
	if w.ModelOf(r).Name != "ours" {
		t.Error("the workspace's model is gone")
	}
	r.Brain.URL = "https://brain.example.com"
	if w.ModelOf(r).Configured() {
		t.Error("a route with a brain asks a model")
	}
}
