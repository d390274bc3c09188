package config

import (
	"strings"
	"testing"
	"time"
)

func TestValidate_transcription(t *testing.T) {
	t.Parallel()
	good := Transcription{Name: "ear", APIKey: "key", Deadline: 20 * time.Second}
	for name, c := range map[string]struct {
		edit func(*Transcription)
		want string
	}{
		"as it is":             {func(*Transcription) {}, ""},
		"none":                 {func(m *Transcription) { *m = Transcription{Deadline: time.Hour} }, ""},
		"own, without a key":   {func(m *Transcription) { m.BaseURL, m.APIKey = "http://localhost:8000/v1", "" }, ""},
		"key without a name":   {func(m *Transcription) { m.Name = "" }, "t.name: is missing although"},
		"no key":               {func(m *Transcription) { m.APIKey = "" }, "t.api_key: is missing"},
		"key in clear":         {func(m *Transcription) { m.BaseURL = "http://ears.example.com/v1" }, "t.base_url: would send the key unencrypted"},
		"longer than its turn": {func(m *Transcription) { m.Deadline = time.Minute }, "t.deadline: 1m is out of range"},
		"negative price":       {func(m *Transcription) { m.PriceMinute = -1 }, "t.price_minute: -1 is out of range"},
	} {
		m, k := good, &checker{}
		c.edit(&m)
		k.transcription("t", m, 30*time.Second)
		wantProblem(t, name, k, c.want)
	}
}

func TestValidate_vision(t *testing.T) {
	t.Parallel()
	good := Vision{Provider: ProviderAnthropic, Name: "eye", APIKey: "key", TokenLimit: "max_tokens", MaxTokens: 500, Deadline: 20 * time.Second}
	for name, c := range map[string]struct {
		edit func(*Vision)
		want string
	}{
		"as it is":             {func(*Vision) {}, ""},
		"none":                 {func(m *Vision) { *m = Vision{} }, ""},
		"none, by the name":    {func(m *Vision) { m.Provider = ProviderNone }, `v.provider: "none" is not one of its values`},
		"forgot the provider":  {func(m *Vision) { m.Provider = "" }, "v.provider: is not set although"},
		"no name":              {func(m *Vision) { m.Name = "" }, "v.name: is missing"},
		"no address":           {func(m *Vision) { m.BaseURL = "eyes" }, `v.base_url: "eyes" is not a web address`},
		"hot":                  {func(m *Vision) { m.Temperature = 3 }, "v.temperature: 3 is out of range"},
		"limit":                {func(m *Vision) { m.TokenLimit = "tokens" }, "v.token_limit"},
		"tokens":               {func(m *Vision) { m.MaxTokens = 3 }, "v.max_tokens: 3 is out of range"},
		"longer than its turn": {func(m *Vision) { m.Deadline = 30 * time.Second }, "v.deadline: 30s is out of range"},
		"negative price":       {func(m *Vision) { m.CostPerDay = -1 }, "v.cost_per_day: -1 is out of range"},
	} {
		m, k := good, &checker{}
		c.edit(&m)
		k.vision("v", m, 30*time.Second)
		wantProblem(t, name, k, c.want)
	}
}

func wantProblem(t *testing.T, name string, k *checker, want string) {
	t.Helper()
	got := ""
	if err := k.problems.err(); err != nil {
		got = err.Error()
	}
	if (want == "") != (got == "") || !strings.Contains(got, want) {
		t.Errorf("%s: got %q, want %q", name, got, want)
	}
}
