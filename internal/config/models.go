package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Providers of a language model: the values of Model.Provider.
const (
	ProviderNone      = "none"
	ProviderOpenAI    = "openai"
	ProviderAnthropic = "anthropic"
)

// Model is a language model that the embedded bot may ask.
type Model struct {
	Provider            string        `yaml:"provider" example:"openai" doc:"openai for everything that speaks its chat completions (OpenAI, Azure, Gemini, Mistral, Groq, vLLM, Ollama), or anthropic. Empty, a workspace has no model and a route that of its workspace; with none, there is no model either way."`
	BaseURL             string        `yaml:"base_url" example:"https://api.openai.com/v1" doc:"Address of the endpoint. Empty: the vendor's own. Plain http is allowed for a model in your own network only."`
	Name                string        `yaml:"name" example:"gpt-5-mini" doc:"Name that the provider gives the model."`
	APIKey              Secret        `yaml:"api_key" example:"your-model-api-key" doc:"Key of the endpoint; a model of your own may need none. Better kept in the environment than in this file."`
	Prompt              string        `yaml:"prompt" example:"./prompt.md" doc:"File that tells the model how your shop speaks. Facts belong in the knowledge base. Read at the start."`
	Temperature         float64       `yaml:"temperature" default:"0.2" doc:"0 to 2; less is more predictable. With -1 it is not sent, as some models insist on."`
	TokenLimit          string        `yaml:"token_limit" default:"max_completion_tokens" doc:"How the endpoint calls the limit of what the model writes: max_completion_tokens, or max_tokens as for Ollama."`
	MaxTokens           int           `yaml:"max_tokens" default:"1200" doc:"Most tokens that the model may write in one call. An answer that is cut off there is not sent."`
	Deadline            time.Duration `yaml:"deadline" default:"20s" doc:"Longest that all calls of one turn may take together; then the embedded bot answers. Less than turn.timeout."`
	Calls               int           `yaml:"calls" default:"4" doc:"Most calls of the model in one turn; tools need more than one."`
	When                string        `yaml:"when" default:"reading" doc:"With reading it is asked wherever the embedded bot had to read a question, with unsure only where that is not sure enough to answer."`
	PriceIn             float64       `yaml:"price_in" default:"0" doc:"Money per million tokens read, in your currency."`
	PriceOut            float64       `yaml:"price_out" default:"0" doc:"Money per million tokens written."`
	CostPerConversation float64       `yaml:"cost_per_conversation" default:"0.5" doc:"Money after which a conversation goes on without the model. 0: no limit. Needs the prices."`
	CostPerDay          float64       `yaml:"cost_per_day" default:"20" doc:"Money after which the workspace goes on without the model until midnight UTC. 0: no limit. Needs the prices."`
}

// Configured reports whether there is a model.
func (m Model) Configured() bool { return m.Provider != "" && m.Provider != ProviderNone }

// ModelOf is the model of a route: its own as a whole, else that of the workspace; none if
// the route has a brain.
func (w Workspace) ModelOf(r Route) Model {
	if r.Brain.Configured() {
		return Model{}
	}
	if r.Model.Provider != "" {
		return r.Model
	}
	return w.Model
}

func (c *checker) model(key string, m Model, turn time.Duration) {
	c.oneOf(key+".provider", m.Provider, "", ProviderNone, ProviderOpenAI, ProviderAnthropic)
	if m.Provider != ProviderOpenAI && m.Provider != ProviderAnthropic {
		if (m.Provider == "" || m.Provider == ProviderNone) && m.Name+m.BaseURL != "" {
			c.add(key+".provider", "is not set although the model has a name or an address", "set openai or anthropic")
		}
		return
	}
	if m.Name == "" {
		c.add(key+".name", "is missing", "write the name that the provider gives the model")
	}
	c.modelAddress(key, m)
	if strings.ContainsAny(m.APIKey.Reveal(), " \t\r\n") {
		c.add(key+".api_key", "holds white space", "copy the key again, alone and in one piece")
	}
	if m.Temperature != -1 && !(m.Temperature >= 0 && m.Temperature <= 2) {
		c.add(key+".temperature", fmt.Sprintf("%v is out of range", m.Temperature), "set 0 to 2, or -1 not to send it")
	}
	c.oneOf(key+".token_limit", m.TokenLimit, "max_completion_tokens", "max_tokens")
	c.oneOf(key+".when", m.When, "reading", "unsure")
	within(c, key+".max_tokens", m.MaxTokens, 64, 32_000)
	within(c, key+".calls", m.Calls, 1, 10)
	within(c, key+".deadline", m.Deadline, time.Second, turn-time.Second)
	for _, money := range []struct {
		name   string
		amount float64
	}{{"price_in", m.PriceIn}, {"price_out", m.PriceOut}, {"cost_per_conversation", m.CostPerConversation}, {"cost_per_day", m.CostPerDay}} {
		if !(money.amount >= 0 && money.amount <= 1_000_000) {
			c.add(key+"."+money.name, fmt.Sprintf("%v is out of range", money.amount), "set 0 to 1000000")
		}
	}
}

func (c *checker) modelAddress(key string, m Model) {
	if m.BaseURL == "" {
		if m.APIKey == "" {
			c.add(key+".api_key", "is missing", "set it in the environment or in the file that …_API_KEY_FILE names; only a base_url of your own may do without")
		}
		return
	}
	u, err := url.Parse(m.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		c.add(key+".base_url", fmt.Sprintf("%q is not a web address", m.BaseURL), "write one such as https://api.openai.com/v1 or http://localhost:11434/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		c.add(key+".base_url", "has more than a scheme, a host and a path", "write "+u.Scheme+"://"+u.Host+u.Path+"; the key goes into api_key")
	case u.Scheme == "http" && m.APIKey != "" && !isLoopback(m.BaseURL):
		c.add(key+".base_url", "would send the key unencrypted", "use https, or no key for a model in your own network")
	}
}
