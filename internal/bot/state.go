package bot

import (
	"encoding/json"
	"slices"
	"strings"

	"parley/internal/bot/flow"
	"parley/internal/bot/tool"
)

// state is the bot's memory of one conversation, carried in [Outcome.State].
type state struct {
	Version int `json:"v"`
	// Language of the last reply, and whether the customer's own words chose it.
	Language    string `json:"lang,omitempty"`
	FromText    bool   `json:"fromText,omitempty"`
	Turns       int    `json:"turns,omitempty"`
	Introduced  bool   `json:"introduced,omitempty"`
	MediaTold   bool   `json:"mediaTold,omitempty"`
	OfferedLong bool   `json:"offeredLong,omitempty"` // a person, after many turns

	// Offered are the intents of the last choices, in their order; a person comes after.
	Offered []string `json:"offered,omitempty"`
	// Asking says that the last text was a draft's question, so that a bare yes answers it.
	Asking bool `json:"asking,omitempty"`
	// PersonAsked is why the last text asked "would you like a person?", or empty.
	PersonAsked HandoffCode `json:"personAsked,omitempty"`
	// OptOutAsked says that the last text asked "no more messages at all?".
	OptOutAsked bool     `json:"optOutAsked,omitempty"`
	Refusals    int      `json:"refusals,omitempty"` // in a row
	Refused     []string `json:"refused,omitempty"`  // intents the customer turned down

	Misses  []bool   `json:"misses,omitempty"` // of the last eight turns, oldest first
	Repeats int      `json:"repeats,omitempty"`
	Asked   []string `json:"asked,omitempty"` // the last three questions, folded and cut
	Said    string   `json:"said,omitempty"`  // the last text, folded and cut
	Upset   []int    `json:"upset,omitempty"` // frustration of the last three turns

	// Proposed is the call that the last reply asked the customer to say yes to.
	Proposed *tool.Call `json:"proposed,omitempty"`
	// Recent are the times of the last minute's messages, unix milliseconds, oldest first.
	Recent  []int64 `json:"recent,omitempty"`
	Hurried bool    `json:"hurried,omitempty"` // the customer was told to slow down

	// Calm is how many turns had passed when the customer last said thanks or goodbye.
	Calm int `json:"calm,omitempty"`
	// UpsetTold is set once the customer was offered a person for being upset.
	UpsetTold bool `json:"upsetTold,omitempty"`
	// Back is the end of the stretch of people that the bot knows of, unix milliseconds.
	Back     int64           `json:"back,omitempty"`
	Promised bool            `json:"promised,omitempty"` // the promise was quoted since
	Flows    []flow.Position `json:"flows,omitempty"`    // the running one last, before it those it interrupted
	Breaks   int             `json:"breaks,omitempty"`   // questions answered in between
	Readings []Scored        `json:"readings,omitempty"` // of the last turns, newest first, each intent once
	Tried    []Tried         `json:"tried,omitempty"`    // the last attempts, oldest first
}

const (
	stateVersion = 1
	maxMisses    = 8
	maxAsked     = 3
	maxUpset     = 3
	maxReadings  = 3
	maxTried     = 8
	maxRemember  = 200 // bytes of a remembered text
)

// readState never fails: memory that cannot be read is no memory.
func readState(raw json.RawMessage) state {
	var s state
	if len(raw) == 0 || json.Unmarshal(raw, &s) != nil || s.Version != stateVersion {
		return state{Version: stateVersion}
	}
	return s
}

func (s *state) write() (json.RawMessage, error) { return json.Marshal(s) }

// relieve forgets what led to a handoff: should the bot get the conversation back, it
// starts with a clean slate and introduces itself again.
func (s *state) relieve() {
	*s = state{Version: stateVersion, Language: s.Language, FromText: s.FromText, Back: s.Back}
}

// miss records whether the turn failed to help, and reports misses in a row and among
// the remembered turns.
func (s *state) miss(missed bool) (run, recent int) {
	s.Misses = last(append(s.Misses, missed), maxMisses)
	for i := len(s.Misses) - 1; i >= 0 && s.Misses[i]; i-- {
		run++
	}
	for _, m := range s.Misses {
		if m {
			recent++
		}
	}
	return run, recent
}

func last[T any](list []T, n int) []T {
	if len(list) <= n {
		return list
	}
	return slices.Clone(list[len(list)-n:])
}

// cut shortens folded text for remembering.
func cut(folded string) string {
	if len(folded) <= maxRemember {
		return folded
	}
	return strings.ToValidUTF8(folded[:maxRemember], "")
}
