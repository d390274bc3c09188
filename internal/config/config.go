// Package config owns Parley's settings: one struct, its defaults, a strict YAML file, the environment, and
// one pass of validation that names every problem with its cure. It reads files only through the function it
// is given and never looks at the process environment itself; it opens nothing and starts nothing.
//
// Start reading at [Config]; the `doc`, `default` and `example` tags there are the reference page, the sample
// file and the defaults at once.
package config

import (
	"net/netip"
	"time"
)

// Config is everything an operator can set. Load and Default fill in every default; a Config made by hand
// should start from one of them.
type Config struct {
	Listen         string         `yaml:"listen" default:"127.0.0.1:8080" doc:"Address of the public listener: Braze's webhooks, the desk and its API. Use 0.0.0.0:8080 in a container."`
	OpsListen      string         `yaml:"ops_listen" default:"127.0.0.1:9090" doc:"Address of the internal listener with /healthz, /readyz and /metrics. Keep it off the internet."`
	PublicURL      string         `yaml:"public_url" example:"https://parley.example.com" doc:"The address at which browsers and Braze reach Parley. With https, cookies are marked Secure. Also shown in set-up texts."`
	TrustedProxies []netip.Prefix `yaml:"trusted_proxies" example:"[10.0.0.0/8]" doc:"Networks (CIDR) of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto headers are believed."`
	Database       DSN            `yaml:"database" default:"sqlite:./data/parley.db" doc:"sqlite:PATH for the embedded database, or postgres://USER:PASSWORD@HOST/NAME to share one between replicas."`
	Log            Log            `yaml:"log" doc:"Logs go to standard error. They never hold message text, phone numbers or secrets."`
	Limits         Limits         `yaml:"limits" doc:"Limits of the process."`
	Retention      Retention      `yaml:"retention" doc:"How long records of the machinery are kept. Conversations are not touched by this."`
	Hooks          Hooks          `yaml:"hooks" doc:"Outgoing webhooks. Who gets which events is set on the desk, under Setup."`
	Desk           Desk           `yaml:"desk" doc:"How long people may take. Teams, business hours and who takes how much are set on the desk's pages."`
	Workspaces     []Workspace    `yaml:"workspaces" doc:"One entry for each Braze workspace. Without any, use parley demo to look around."`
}

// Log chooses how much is logged and in which form.
type Log struct {
	Level  string `yaml:"level" default:"info" doc:"debug, info, warn or error."`
	Format string `yaml:"format" default:"auto" doc:"text, json, or auto: text on a terminal, JSON otherwise."`
}

// Limits bound what one process accepts.
type Limits struct {
	BodyBytes   int64 `yaml:"body_bytes" default:"262144" doc:"Largest request body in bytes that is read before answering 413."`
	MediaBytes  int64 `yaml:"media_bytes" default:"26214400" doc:"Largest picture, recording or document of a customer in bytes that is fetched for an agent. Up to four are held in memory at the same time."`
	StopSeconds int   `yaml:"stop_seconds" default:"20" doc:"Seconds that a stop may take before the process exits anyway. Work that was cut off is taken up again by its lease."`
}

// Retention says how long records are kept before they are deleted.
type Retention struct {
	Exchanges time.Duration `yaml:"exchanges" default:"720h" doc:"Recorded, redacted calls to and from Braze, models and tools; outgoing webhooks that are done with or were given up."`
	Events    time.Duration `yaml:"events" default:"168h" doc:"Live events: how far back a browser can catch up without reloading."`
	Drops     time.Duration `yaml:"drops" default:"720h" doc:"Dropped duplicates and webhooks that could not be understood."`
	Audit     time.Duration `yaml:"audit" default:"8760h" doc:"The audit log: who changed what in the desk, when and from where."`
}

// Hooks bounds what outgoing webhooks may reach.
type Hooks struct {
	AllowPrivate bool `yaml:"allow_private" default:"false" doc:"Allow receivers on this machine and in private networks, and plain http. Leave it off where admins of the desk are not trusted with the network that Parley stands in."`
}

// Desk is the desk's patience, in minutes, and what is assumed of people.
type Desk struct {
	AgentSilentMinutes int `yaml:"agent_silent_minutes" default:"30" doc:"Minutes that a customer waits for an agent's answer before the conversation goes back to the head of the queue. 0: never."`
	ReassureMinutes    int `yaml:"reassure_minutes" default:"10" doc:"Minutes that a customer waits in the queue before they are told, once, that their place is kept. 0: never."`
	AwayMinutes        int `yaml:"away_minutes" default:"10" doc:"Minutes without a touch of keyboard or mouse after which somebody with an open page counts as away and is given nothing new."`
	// MediaHostsAllowPrivate are exceptions from the rule that customers' files are fetched from the public internet only.
	MediaHostsAllowPrivate []string `yaml:"media_hosts_allow_private" example:"[media.internal, \"127.0.0.1:8081\"]" doc:"Hosts, with or without a port, from which customers' pictures and files are fetched although they are on a private network. Empty: the public internet only."`
	Capacity               int      `yaml:"capacity" default:"5" doc:"Conversations that a person is given at the same time, unless their own capacity is set."`
}

// Workspace is one Braze workspace: one REST key, one WhatsApp number, its campaigns.
type Workspace struct {
	ID                  string   `yaml:"id" example:"shop" required:"true" doc:"Short name used in addresses, logs and environment variables: a-z, 0-9 and hyphens. Do not change it later."`
	Name                string   `yaml:"name" example:"Shop" doc:"The name people see. Empty: the id."`
	Language            string   `yaml:"language" default:"en" doc:"Language spoken when the customer's is not known, such as en or fr."`
	Braze               Braze    `yaml:"braze" doc:"How to reach Braze."`
	SubscriptionGroup   string   `yaml:"subscription_group" example:"7d1f0f2e-6e0f-4a53-9d2b-3c1f7a0f4b11" doc:"Id of the WhatsApp subscription group of the number, from Audience > Subscription Groups."`
	SubscribeNewSenders bool     `yaml:"subscribe_new_senders" default:"false" doc:"Subscribe senders that Braze does not know yet to subscription_group in the call that answers them; without it Braze may drop the answer. Whether writing to you is consent is yours to know."`
	Routes              []Route  `yaml:"routes" doc:"One entry for each Braze webhook campaign that posts to Parley, at POST /braze/inbound/{id}."`
	Layouts             Layouts  `yaml:"layouts" doc:"Which API-triggered campaign carries which kind of WhatsApp message."`
	Turn                Turn     `yaml:"turn" doc:"When and how hard the bot works."`
	Delivery            Delivery `yaml:"delivery" doc:"How messages leave through Braze."`
	Consent             Consent  `yaml:"consent" doc:"What happens when a customer wants no more messages, or wants them again. See docs/consent.md."`
	Window              Window   `yaml:"window" doc:"What happens when WhatsApp's 24-hour window has closed. See docs/window.md."`
	Dedupe              Dedupe   `yaml:"dedupe" doc:"How long a repeated webhook is recognised. Braze sends no message id and retries, so Parley compares."`
	Handoff             Handoff  `yaml:"handoff" doc:"Your own reasons to hand a conversation to people at once. The bot's others are always on."`
	Currents            Currents `yaml:"currents" doc:"Receipts: what became of messages after Braze took them, from a Braze Currents connector that posts to /braze/currents. See docs/receipts.md."`
	CSAT                CSAT     `yaml:"csat" doc:"Asking customers whether people helped them."`
	Profile             Profile  `yaml:"profile" doc:"What the customers' profiles at Braze are told of their chats, for segments. Without any line here nothing is."`
	Flows               string   `yaml:"flows" example:"./flows" doc:"Folder of the drafts of the bot's flows, or builtin for the shop's that ship with Parley; docs/flows.md says how they are published. Empty: no flows."`
	Tools               string   `yaml:"tools" example:"./tools.yaml" doc:"File that declares what the bot may look up and do in your own systems; docs/tools.md explains it. Empty: no tools."`
	Model               Model    `yaml:"model" doc:"A language model for what the embedded bot had to read. Without one, the embedded bot answers alone; see docs/models.md."`
	Knowledge           string   `yaml:"knowledge" example:"./knowledge" doc:"Folder of the bot's knowledge base. Empty: the built-in base of a shop."`
}

// Braze is the REST side of one workspace.
type Braze struct {
	Endpoint      string        `yaml:"endpoint" required:"true" example:"https://rest.iad-01.braze.com" doc:"REST endpoint of your instance, from Settings > APIs and Identifiers. Not the address of the dashboard. Plain http is allowed for a sandbox on this machine only."`
	APIKey        Secret        `yaml:"api_key" example:"your-braze-rest-api-key" doc:"REST API key with the permission campaigns.trigger.send. Better kept in the environment than in this file."`
	Timeout       time.Duration `yaml:"timeout" default:"10s" doc:"Longest that one call may take."`
	CallsInFlight int           `yaml:"calls_in_flight" default:"4" doc:"Calls made at the same time by one process."`
}

// BuiltinFlows as a workspace's flows means those that ship with Parley.
const BuiltinFlows = "builtin"

// Route is one inbound webhook endpoint, fed by one Braze webhook campaign.
type Route struct {
	ID         string         `yaml:"id" example:"support" required:"true" doc:"Last part of the address: POST /braze/inbound/{id}. Unique over all workspaces."`
	Secrets    []Secret       `yaml:"secrets" example:"[your-long-random-webhook-secret]" doc:"Secrets of at least 16 characters; the campaign sends one as Authorization: Bearer. Several allow changing it without a gap. Better kept in the environment than in this file."`
	Since      []string       `yaml:"since" example:"[2026-11-22]" doc:"Days on which the secrets were made, in their order, for the page that shows their age. Empty: counted from their first use."`
	SigningKey Secret         `yaml:"signing_key" example:"your-long-random-signing-key" doc:"Optional second proof, beside the secret: the campaign sends X-Parley-Signature with hmac_sha256_hex of dispatch_id followed by braze_id under this key, made by its own Liquid. At least 16 characters. Empty: not asked for."`
	Specific   bool           `yaml:"specific" default:"false" doc:"true for a keyword campaign: when the same text also arrives through a catch-all route, this one wins."`
	Match      string         `yaml:"match" example:"Is RETURN" doc:"What the campaign's trigger asks of the message body, as you set it in Braze, such as Is RETURN or a regular expression. For the pages and the guide only: Braze decides what arrives here. Belongs with specific: true."`
	Team       string         `yaml:"team" example:"Returns" doc:"Name of the team on the desk that gets what is handed over from here. Empty: chosen by topic and language."`
	Knowledge  string         `yaml:"knowledge" example:"./knowledge-returns" doc:"Folder of the knowledge base that the bot answers from here. Empty: that of the workspace."`
	Flow       string         `yaml:"flow" example:"return_item" doc:"Flow that the first message of a conversation begins here. Empty: none."`
	Language   string         `yaml:"language" example:"fr" doc:"Language of what begins here, unless the customer clearly writes another. Empty: decided for each customer."`
	Model      Model          `yaml:"model" doc:"A model for this route; it replaces the workspace's as a whole. provider: none keeps the route on the embedded bot."`
	Brain      Brain          `yaml:"brain" doc:"A brain of your own for this route, in the place of a model. See docs/brain.md."`
	AllowFrom  []netip.Prefix `yaml:"allow_from" example:"[192.0.2.0/24]" doc:"Networks (CIDR) that may post here; Braze publishes the addresses of each instance. Empty: any."`
}

// Currents is the stream of events that tells what became of messages.
type Currents struct {
	Secrets   []Secret      `yaml:"secrets" example:"[your-long-random-currents-token]" doc:"Bearer tokens of at least 16 characters; the connector sends one. Several allow changing it without a gap. No other workspace may have the same. Empty: receipts are off."`
	Reconcile bool          `yaml:"reconcile" default:"true" doc:"Bring in messages that customers wrote and no webhook brought. Needs a route that is not specific, since only then is every message meant for Parley; switch it off when that campaign leaves messages out on purpose."`
	Grace     time.Duration `yaml:"grace" default:"2m" doc:"How long a webhook may take before its message counts as missed."`
}

// Configured reports whether receipts are taken.
func (c Currents) Configured() bool { return len(c.Secrets) > 0 }

// Turn paces the bot.
type Turn struct {
	Settle    time.Duration `yaml:"settle" default:"1.2s" doc:"Wait after a customer's last message before answering, so that a burst is answered once."`
	SettleMax time.Duration `yaml:"settle_max" default:"6s" doc:"Longest wait after the first message of a burst."`
	Lease     time.Duration `yaml:"lease" default:"30s" doc:"After this time without a sign of life another worker takes a turn over."`
	Timeout   time.Duration `yaml:"timeout" default:"2m" doc:"Longest that a turn with tools and models may take before it counts as failed. Its lease is renewed meanwhile. At least lease."`
	Attempts  int           `yaml:"attempts" default:"5" doc:"Failed attempts after which the conversation is handed to people."`
	PerMinute int           `yaml:"messages_per_minute" default:"10" doc:"Messages of one customer within a minute that the bot answers; who writes faster is told once, then it is silent until they slow down. A wish for a person is always heard. 0: no limit."`
	Workers   int           `yaml:"workers" default:"128" doc:"Turns worked on at the same time by one process."`
}

// Delivery paces what leaves through Braze.
type Delivery struct {
	PairInterval time.Duration `yaml:"pair_interval" default:"6s" doc:"Mean time between two messages to the same customer. WhatsApp limits a business to about one in 6 s for each customer."`
	PairBurst    int           `yaml:"pair_burst" default:"4" doc:"Messages to the same customer that may go out without waiting, to be made up for by later silence."`
	Batch        int           `yaml:"batch" default:"50" doc:"Most recipients in one call. Braze allows 50."`
	Ambiguous    string        `yaml:"ambiguous" default:"resend" doc:"When a connection breaks after sending, nobody knows whether Braze has the message: resend sends it once more, hold shows it to an agent."`
	MaxAge       time.Duration `yaml:"max_age" default:"23h" doc:"A message that could not leave within this time is given up. WhatsApp's customer service window is 24 h."`
	Lease        time.Duration `yaml:"lease" default:"30s" doc:"After this time without a sign of life another process takes a delivery over. Longer than braze.timeout."`
}

// Consent is what the words STOP and START do.
type Consent struct {
	ByWord bool `yaml:"by_word" default:"false" doc:"The bot carries out STOP and START, and asks first when the wish stands in a sentence; Braze is told by the permission users.track, which the key then needs. Off: people get the conversation and take the customer off the group. Needs subscription_group."`
}

// Window is what happens when the 24 hours are over in which WhatsApp lets a business answer freely.
type Window struct {
	Hold           bool          `yaml:"hold" default:"false" example:"true" doc:"An answer that the window does not let go waits, and leaves when the customer writes again; layouts.notice tells them that it does. Off: it is not sent."`
	AnswerMaxAge   time.Duration `yaml:"answer_max_age" default:"48h" doc:"An answer of the bot that is older when the customer comes back is not sent any more. What people wrote always is."`
	MessagingLimit int           `yaml:"messaging_limit" default:"0" doc:"The number's messaging limit: how many different customers may be sent a template in 24 hours. 250, 1000, 2000, 10000 or 100000, as WhatsApp Manager shows it; 0: unlimited. A template beyond it is refused before it is sent."`
}

// What to do with a delivery whose fate is unknown: the values of Delivery.Ambiguous.
const (
	AmbiguousResend = "resend"
	AmbiguousHold   = "hold"
)

// Dedupe holds the windows in which an equal webhook is taken for a repetition.
type Dedupe struct {
	WithDispatch    time.Duration `yaml:"with_dispatch" default:"24h" doc:"Window when the webhook carries a dispatch_id: same dispatch, same customer, same content."`
	WithoutDispatch time.Duration `yaml:"without_dispatch" default:"2m" doc:"Window when it carries none: same customer, same content."`
	Brief           time.Duration `yaml:"brief" default:"10s" doc:"Window without a dispatch_id for brief texts such as yes or 2, which people do repeat."`
}

// Handoff holds an operator's own reasons for a person.
type Handoff struct {
	Keywords    []string `yaml:"keywords" example:"[wedding, insurance]" doc:"Words or phrases of the customer, in any case and with or without accents."`
	Intents     []string `yaml:"intents" example:"[damaged_or_wrong_item]" doc:"Intents of the knowledge base that only people answer."`
	Routes      []string `yaml:"routes" example:"[support]" doc:"Ids of routes that are for people, such as one whose Braze campaign is for a segment."`
	Attributes  []string `yaml:"attributes" example:"[tier=gold]" doc:"name=value, or name for any value, of a field that your webhook campaign adds to the body."`
	AmountAbove int      `yaml:"amount_above" default:"0" doc:"Amount from whose excess on a person takes over when a customer names it, in whole units of any currency. 0: never."`
}

// CSAT is the survey after a conversation.
type CSAT struct {
	Enabled   bool          `yaml:"enabled" default:"false" doc:"Ask for a score of 1 to 5 after an agent has resolved a conversation, within WhatsApp's 24-hour window."`
	Delay     time.Duration `yaml:"delay" default:"1m" doc:"Wait after resolving; a customer who writes meanwhile is not asked."`
	EveryDays int           `yaml:"every_days" default:"1" doc:"Days in which the same customer is asked at most once."`
	Ask       string        `yaml:"ask" example:"How did we do?" doc:"The question, above the scores, in every language. Empty: the built-in one in the customer's."`
	Comment   string        `yaml:"comment" example:"What should we have done better?" doc:"Asked after a score of 3 or less. Empty: the built-in one."`
	Thanks    string        `yaml:"thanks" example:"Thank you." doc:"Said at the end. Empty: the built-in one."`
}

// Default returns the settings of a start without any file: an embedded database, no workspace.
func Default() Config {
	var c Config
	setDefaults(&c)
	return c
}

// NewWorkspace returns a workspace with every default and no routes, endpoint, key or campaigns.
func NewWorkspace(id string) Workspace {
	w := Workspace{ID: id, Name: id}
	setDefaults(&w)
	return w
}

// NewRoute returns a route that accepts any of the secrets from any address.
func NewRoute(id string, secrets ...Secret) Route {
	r := Route{ID: id, Secrets: secrets}
	setDefaults(&r)
	return r
}
