package config

import (
	"strings"
	"testing"
	"time"
)

func TestValidate_models(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Model)
		want   string // the key and a piece of the problem; empty: none
	}{
		"fine":                 {func(*Model) {}, ""},
		"off":                  {func(m *Model) { *m = Model{} }, ""},
		"none":                 {func(m *Model) { *m = Model{Provider: ProviderNone} }, ""},
		"Ollama":               {func(m *Model) { m.APIKey, m.BaseURL = "", "http://localhost:11434/v1" }, ""},
		"own network":          {func(m *Model) { m.APIKey, m.BaseURL = "", "http://vllm.internal:8000/v1" }, ""},
		"provider":             {func(m *Model) { m.Provider = "gemini" }, `model.provider: "gemini" is not one of its values`},
		"forgot the provider":  {func(m *Model) { m.Provider = "" }, "model.provider: is not set although"},
		"no name":              {func(m *Model) { m.Name = "" }, "model.name: is missing"},
		"no key":               {func(m *Model) { m.APIKey = "" }, "model.api_key: is missing"},
		"key in two lines":     {func(m *Model) { m.APIKey = "a\nb" }, "model.api_key: holds white space"},
		"no address":           {func(m *Model) { m.BaseURL = "models" }, "model.base_url: \"models\" is not a web address"},
		"key in the address":   {func(m *Model) { m.BaseURL = "https://u:p@models.example.com" }, "model.base_url: has more than"},
		"key in clear":         {func(m *Model) { m.BaseURL = "http://models.example.com/v1" }, "model.base_url: would send the key unencrypted"},
		"hot":                  {func(m *Model) { m.Temperature = 3 }, "model.temperature: 3 is out of range"},
		"limit":                {func(m *Model) { m.TokenLimit = "tokens" }, "model.token_limit"},
		"when":                 {func(m *Model) { m.When = "always" }, "model.when"},
		"tokens":               {func(m *Model) { m.MaxTokens = 3 }, "model.max_tokens: 3 is out of range"},
		"calls":                {func(m *Model) { m.Calls = 0 }, "model.calls"},
		"longer than its turn": {func(m *Model) { m.Deadline = 30 * time.Second }, "model.deadline: 30s is out of range"},
		"negative price":       {func(m *Model) { m.PriceIn = -1 }, "model.price_in: -1 is out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := plainModel
			m.Provider, m.Name, m.APIKey = ProviderOpenAI, "x", "key"
			c.change(&m)
			k := &checker{}
			k.model("model", m, 30*time.Second)
			var got []string
			for _, p := range k.problems {
				got = append(got, p.Key+": "+p.What)
				if p.Fix == "" {
					t.Errorf("%s has no cure", p.Key)
				}
			}
			if all := strings.Join(got, "\n"); c.want == "" && all != "" || !strings.Contains(all, c.want) || len(got) > 1 {
				t.Errorf("problems are %q, want %q", all, c.want)
			}
		})
	}
}

func TestModelOf_aRouteReplacesTheWorkspace(t *testing.T) {
	t.Parallel()
	w := NewWorkspace("shop")
	w.Model.Provider, w.Model.Name = ProviderOpenAI, "ours"
	own := NewRoute("own")
	own.Model.Provider, own.Model.Name = ProviderAnthropic, "its"
	none := NewRoute("none")
	none.Model.Provider = ProviderNone
	if got := w.ModelOf(NewRoute("plain")); got.Name != "ours" {
		t.Errorf("a plain route has %q", got.Name)
	}
	if got := w.ModelOf(own); got.Name != "its" {
		t.Errorf("a route with its own has %q", got.Name)
	}
	if w.ModelOf(none).Configured() {
		t.Error("a route with none has one")
	}
}
