package config

import (
	"fmt"
	"time"
)

// Transcription is a model that writes down what is said in voice messages.
type Transcription struct {
	Name                string        `yaml:"name" example:"gpt-4o-mini-transcribe" doc:"Name that the endpoint gives the model. Empty: voice messages are not written down."`
	BaseURL             string        `yaml:"base_url" example:"https://api.openai.com/v1" doc:"Address of an endpoint that speaks OpenAI's audio/transcriptions. Empty: OpenAI's own. Plain http is allowed for a model in your own network only."`
	APIKey              Secret        `yaml:"api_key" example:"your-model-api-key" doc:"Key of the endpoint; a model of your own may need none. Better kept in the environment than in this file."`
	Deadline            time.Duration `yaml:"deadline" default:"20s" doc:"Longest that the files of one turn may take together, fetching included; then the bot says that it cannot listen. Less than turn.timeout."`
	PriceMinute         float64       `yaml:"price_minute" default:"0" doc:"Money per minute of speech, for a model billed so."`
	PriceIn             float64       `yaml:"price_in" default:"0" doc:"Money per million tokens read, for a model billed so."`
	PriceOut            float64       `yaml:"price_out" default:"0" doc:"Money per million tokens written."`
	CostPerConversation float64       `yaml:"cost_per_conversation" default:"0.5" doc:"Money that a conversation's models may have cost together before no more voice messages are written down. 0: no limit. Needs the prices."`
	CostPerDay          float64       `yaml:"cost_per_day" default:"20" doc:"The same for the workspace until midnight UTC. 0: no limit."`
}

// Configured reports whether there is such a model.
func (t Transcription) Configured() bool { return t.Name != "" }

// Vision is a model that describes pictures.
type Vision struct {
	Provider            string        `yaml:"provider" example:"openai" doc:"openai for everything that speaks its chat completions with pictures, or anthropic. Empty: pictures are not described."`
	BaseURL             string        `yaml:"base_url" example:"https://api.openai.com/v1" doc:"Address of the endpoint. Empty: the vendor's own. Plain http is allowed for a model in your own network only."`
	Name                string        `yaml:"name" example:"gpt-5-mini" doc:"Name that the provider gives the model. It must take pictures and call tools."`
	APIKey              Secret        `yaml:"api_key" example:"your-model-api-key" doc:"Key of the endpoint; a model of your own may need none. Better kept in the environment than in this file."`
	Temperature         float64       `yaml:"temperature" default:"0.2" doc:"0 to 2; less is more predictable. With -1 it is not sent, as some models insist on."`
	TokenLimit          string        `yaml:"token_limit" default:"max_completion_tokens" doc:"How the endpoint calls the limit of what the model writes: max_completion_tokens, or max_tokens as for Ollama."`
	MaxTokens           int           `yaml:"max_tokens" default:"1200" doc:"Most tokens that the model may write about one picture."`
	Deadline            time.Duration `yaml:"deadline" default:"20s" doc:"Longest that the files of one turn may take together, fetching included; then the bot says that it cannot open them. Less than turn.timeout."`
	PriceIn             float64       `yaml:"price_in" default:"0" doc:"Money per million tokens read, in your currency."`
	PriceOut            float64       `yaml:"price_out" default:"0" doc:"Money per million tokens written."`
	CostPerConversation float64       `yaml:"cost_per_conversation" default:"0.5" doc:"Money that a conversation's models may have cost together before no more pictures are described. 0: no limit. Needs the prices."`
	CostPerDay          float64       `yaml:"cost_per_day" default:"20" doc:"The same for the workspace until midnight UTC. 0: no limit."`
}

// Configured reports whether there is such a model.
func (v Vision) Configured() bool { return v.Provider != "" }

func (c *checker) transcription(key string, t Transcription, turn time.Duration) {
	if t.Name == "" {
		if t.BaseURL != "" || t.APIKey != "" {
			c.add(key+".name", "is missing although the model has an address or a key", "write the name that the endpoint gives the model")
		}
		return
	}
	c.modelAt(key, t.BaseURL, t.APIKey)
	within(c, key+".deadline", t.Deadline, time.Second, turn-time.Second)
	c.money(key, price{"price_minute", t.PriceMinute}, price{"price_in", t.PriceIn}, price{"price_out", t.PriceOut},
		price{"cost_per_conversation", t.CostPerConversation}, price{"cost_per_day", t.CostPerDay})
}

func (c *checker) vision(key string, v Vision, turn time.Duration) {
	c.oneOf(key+".provider", v.Provider, "", ProviderOpenAI, ProviderAnthropic)
	if v.Provider != ProviderOpenAI && v.Provider != ProviderAnthropic {
		if v.Provider == "" && (v.Name != "" || v.BaseURL != "" || v.APIKey != "") {
			c.add(key+".provider", "is not set although the model has a name, an address or a key", "set openai or anthropic")
		}
		return
	}
	if v.Name == "" {
		c.add(key+".name", "is missing", "write the name that the provider gives the model")
	}
	c.modelAt(key, v.BaseURL, v.APIKey)
	if v.Temperature != -1 && !(v.Temperature >= 0 && v.Temperature <= 2) {
		c.add(key+".temperature", fmt.Sprintf("%v is out of range", v.Temperature), "set 0 to 2, or -1 not to send it")
	}
	c.oneOf(key+".token_limit", v.TokenLimit, "max_completion_tokens", "max_tokens")
	within(c, key+".max_tokens", v.MaxTokens, 64, 32_000)
	within(c, key+".deadline", v.Deadline, time.Second, turn-time.Second)
	c.money(key, price{"price_in", v.PriceIn}, price{"price_out", v.PriceOut},
		price{"cost_per_conversation", v.CostPerConversation}, price{"cost_per_day", v.CostPerDay})
}
