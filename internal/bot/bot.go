// Package bot is one bot turn: what the bot says to every inbound message of a
// conversation that has not been answered yet, and why.
//
// It owns the bands (answer, choices, rephrase, hand over), the rules that need no
// model, the fixed texts in every shipped language and the bot's own memory of a
// conversation. It must not do any I/O, read the clock, start goroutines or keep
// anything between turns: all it knows comes in a [Turn], all it wants remembered
// goes out in [Outcome.State].
//
// Start reading at [Bot.Reply]. The understander is package intent, the answers are
// package knowledge.
package bot

import (
	"encoding/json"
	"time"

	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/tool"
)

// Turn is everything the bot may know when it replies.
type Turn struct {
	Workspace string
	Route     string
	// Language is spoken when nothing tells the customer's; empty means the base's default.
	Language string
	Contact  Contact
	// Messages are all inbound messages not answered yet, oldest first. A burst is
	// read as one question unless it clearly holds two.
	Messages []Inbound
	// History is up to 20 lines before Messages, oldest first.
	History []Line
	// State is the State of the last outcome of this conversation, unchanged, or
	// empty at the first turn. A state that cannot be read counts as empty.
	State json.RawMessage
	// Rules are the operator's own reasons for a person.
	Rules Rules
	// Flow is begun by the first message of a conversation, if there is one of that name.
	Flow string
	// Returned is set once people have had the conversation and given it back.
	Returned *Return
	// Results are what came of the calls that the outcomes of this same turn asked for,
	// in their order; the turn is decided anew with each.
	Results []tool.Result
	// PerMinute is how many messages of the customer within a minute are answered; 0 means
	// all of them.
	PerMinute int
	// Now is the only clock the bot has.
	Now time.Time
}

// Return is the end of a stretch in which people had the conversation.
type Return struct {
	At time.Time
	// Promise is what they promised the customer, in their words, or empty.
	Promise string
	// Topic is the intent they had it for, or empty.
	Topic string
}

// Contact is what the bot may use of the person's profile.
type Contact struct {
	FirstName string
	// Language as Braze's ${language} gave it ("fr", "en_GB", "pt-BR"), or empty.
	Language string
	// Attributes are what else the webhook said of the person, by name.
	Attributes map[string]string
	// OptedOut says that they asked for no more messages.
	OptedOut bool
}

// Inbound is one message of the customer.
type Inbound struct {
	ID    string
	Seq   int64
	Text  string
	Media []string // one entry per attachment that nobody made text of, its URL or name
	// Seen is what its pictures show, in a model's words. It is no words of the customer: it
	// may help to read a question, and can neither ask, agree nor decide.
	Seen string
	At   time.Time
}

// Authors of a [Line].
const (
	AuthorContact = "contact"
	AuthorBot     = "bot"
	AuthorAgent   = "agent"
)

// Line is one earlier line of the conversation. Authors other than the three
// constants (notes, system lines) are ignored.
type Line struct {
	Author string
	Text   string
	At     time.Time
}

// Action says what the caller has to do with an [Outcome].
type Action string

// The actions. Answer, choices and ask send Text. Handoff sends Text, then moves the
// owner to the queue. Silent sends nothing; Trace.Reason says why. Call says nothing
// yet: the turn goes on with the result of Outcome.Call.
const (
	ActionAnswer  Action = "answer"
	ActionChoices Action = "choices"
	ActionAsk     Action = "ask"
	ActionHandoff Action = "handoff"
	ActionSilent  Action = "silent"
	ActionCall    Action = "call"
)

// Outcome is what one turn decided.
type Outcome struct {
	Action Action
	// Text is ready to send: plain text with variables filled in. For choices it
	// already holds the numbered list, so a layout without buttons needs nothing more.
	Text string
	// Prompt is Text without the numbered list or the address, for a layout that shows
	// Choices, Media, Link or Form beside it; empty when there is none of them.
	Prompt string
	// Choices are the titles of intents, at most three when the bot is unsure and at most
	// [knowledge.MaxChoices] when an answer asks, and then "a person". A tap sends the
	// title back as text, in a list with the detail behind it.
	Choices []string
	// Details has for each of Choices what is said beneath it, or "".
	Details []string
	// Button opens the list of Choices.
	Button string
	// Media is shown with Prompt, Link is a button below it; their zero values are none.
	Media knowledge.Media
	Link  knowledge.Link
	// Form is the label of the button that opens the workspace's form, or empty.
	Form string
	// Call is set exactly when Action is [ActionCall].
	Call *tool.Call
	// Consent is what the customer decided about messages, or nil; Rules.Consent asks for it.
	Consent *Consent
	// Handoff is set exactly when Action is [ActionHandoff].
	Handoff *Handoff
	// Facts are what a flow has set of the customer; an empty value takes one back.
	Facts map[string]string
	// Asked says that the last reply was a draft's question.
	Asked bool
	// Language of Text, as a key of the knowledge base ("en", "fr").
	Language string
	// Recall is when a flow wants a turn without messages, should the customer be silent
	// until then; zero is never. Any other turn sets it anew.
	Recall time.Time
	// State goes into the next turn's State, whatever the action.
	State json.RawMessage
	Trace Trace
}

// Handoff says why a person has to take over.
type Handoff struct {
	Code HandoffCode `json:"code"`
	// Detail is one English sentence for the agent.
	Detail string `json:"detail"`
	// MessageID is the newest message when it was decided, or empty.
	MessageID string `json:"messageId,omitempty"`
	Memory
}

// HandoffCode is a closed list, fit for a metric label.
type HandoffCode string

// The reasons for a handoff.
const (
	HandoffPerson     HandoffCode = "person_requested"  // the customer asked for a person
	HandoffSafety     HandoffCode = "safety"            // self-harm, injury, threat, a minor
	HandoffLegal      HandoffCode = "legal"             // lawyer, regulator, chargeback, fraud
	HandoffOptOut     HandoffCode = "opt_out"           // STOP: no more messages wanted
	HandoffDeleteData HandoffCode = "delete_data"       // erasure or access request
	HandoffMedia      HandoffCode = "unsupported_media" // image, audio, document, twice
	HandoffFallbacks  HandoffCode = "not_understood"    // two misses in a row or three in eight
	HandoffLoop       HandoffCode = "loop"              // the same answer or question again and again
	HandoffUpset      HandoffCode = "frustration"       // the customer is upset
	HandoffRefused    HandoffCode = "choices_refused"   // none of the offered choices fits
	HandoffIntent     HandoffCode = "intent_rule"       // the knowledge base or the operator says: a person
	HandoffRule       HandoffCode = "operator_rule"     // a keyword, attribute, route or amount of the operator
	HandoffUnfilled   HandoffCode = "answer_unfilled"   // the answer has a variable nobody filled in
	HandoffProbe      HandoffCode = "quality_probe"     // WhatsApp's test of the bot's quality
	HandoffFlow       HandoffCode = "flow"              // a flow ends with people
	HandoffModel      HandoffCode = "model_asked"       // a language model asked for a person
	HandoffTool       HandoffCode = "tool_failed"       // what the customer said yes to failed, or may have
	HandoffFailed     HandoffCode = "bot_failed"        // the turn failed again and again
	HandoffNoBase     HandoffCode = "no_knowledge"      // no knowledge base for any language
)

// HandoffCodes lists them all.
func HandoffCodes() []HandoffCode {
	return []HandoffCode{
		HandoffPerson, HandoffSafety, HandoffLegal, HandoffOptOut, HandoffDeleteData, HandoffMedia, HandoffFallbacks, HandoffLoop,
		HandoffUpset, HandoffRefused, HandoffIntent, HandoffRule, HandoffUnfilled, HandoffProbe, HandoffFlow, HandoffModel, HandoffTool, HandoffFailed,
		HandoffNoBase,
	}
}

// Bands of a [Trace].
const (
	BandAnswer   = "answer"   // p at or above the answer threshold
	BandClarify  = "clarify"  // between the thresholds: choices
	BandFallback = "fallback" // below: rephrase, then a person
	BandAlways   = "always"   // an always-on intent: person, stop, greeting, ...
	BandRule     = "rule"     // a rule decided before any reading, or instead of it
)

// Trace is why the bot said what it said. It is stored with the turn and shown in
// the desk.
type Trace struct {
	Intent       string   `json:"intent,omitempty"`
	Title        string   `json:"title,omitempty"`
	P            float64  `json:"p"` // calibrated probability, 0 to 1
	Band         string   `json:"band"`
	Alternatives []Scored `json:"alternatives,omitempty"`
	Language     string   `json:"language"`
	// LanguageFrom is "profile", "conversation", "text" or "default".
	LanguageFrom     string `json:"languageFrom"`
	KnowledgeVersion string `json:"knowledgeVersion,omitempty"`
	// Rule names the trigger that decided, when one did.
	Rule string `json:"rule,omitempty"`
	// Flow and FlowVersion are what the turn went through, Steps where, in that order.
	Flow        string       `json:"flow,omitempty"`
	FlowVersion string       `json:"flowVersion,omitempty"`
	Steps       []flow.Visit `json:"steps,omitempty"`
	// Reason is one English sentence, never empty.
	Reason  string   `json:"reason"`
	Micros  int64    `json:"micros"` // time spent in Reply; 0 when the Bot has no clock
	Sources []string `json:"sources,omitempty"`
	// Calls are the tools that were called, in their order.
	Calls []CallTrace `json:"calls,omitempty"`
	// Files are what became of those beside the messages, if a model was there for them.
	Files []FileTrace `json:"files,omitempty"`
	// Model is set when a language model was asked, whether or not it was of use.
	Model *ModelTrace `json:"model,omitempty"`
}

// CallTrace is a tool's call and what came of it, without its arguments.
type CallTrace struct {
	Tool    string     `json:"tool"`
	State   tool.State `json:"state"`
	Code    string     `json:"code,omitempty"`
	Problem string     `json:"problem,omitempty"`
	Millis  int64      `json:"millis"`
}

// FileTrace is a file that was heard or seen, or why it was not.
type FileTrace struct {
	MessageID string `json:"messageId"`
	N         int    `json:"n"`             // its place among the message's files
	How       string `json:"how,omitempty"` // "heard" or "seen"; empty with Failure
	Failure   string `json:"failure,omitempty"`
	Detail    string `json:"detail,omitempty"`
	Model     string `json:"model,omitempty"`
	Millis    int64  `json:"millis"`
}

// ModelTrace is what a language model had to do with a turn, or a brain of the operator's.
type ModelTrace struct {
	Provider string `json:"provider"` // usage.Brain for a brain, whose name is Model
	Model    string `json:"model"`
	// Outcome is how the model ended the turn, or "fallback": then Failure says why the
	// embedded bot's reply stood.
	Outcome string `json:"outcome"`
	Failure string `json:"failure,omitempty"`
	// Violation is the check that a draft failed last, even if the next one passed.
	Violation string `json:"violation,omitempty"`
	// Detail is one English sentence about Failure or Violation.
	Detail  string   `json:"detail,omitempty"`
	Sources []string `json:"sources,omitempty"` // cited, by name
	Tools   []string `json:"tools,omitempty"`   // called, in their order; of a brain, what it did
	Calls   int      `json:"calls"`             // of the model
	In      int64    `json:"tokensIn"`
	Out     int64    `json:"tokensOut"`
	Micros  int64    `json:"costMicros"` // millionths of the currency of the settings
	Millis  int64    `json:"millis"`
}

// Scored is one intent the reading considered.
type Scored struct {
	Intent string  `json:"intent"`
	Title  string  `json:"title"`
	P      float64 `json:"p"`
}
