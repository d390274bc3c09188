package bot

import (
	"encoding/json"
	"slices"
)

// Memory is what the bot knows of a conversation that a person should know too.
type Memory struct {
	// Topic is the intent the customer last spoke of, or empty.
	Topic string `json:"topic,omitempty"`
	// Readings are the last intents the customer's words were read as, newest first.
	Readings []Scored `json:"readings,omitempty"`
	// Tried are the bot's last attempts, oldest first.
	Tried []Tried `json:"tried,omitempty"`
	// Flow is the flow that the customer was in, or empty, Step where, and Collected what it
	// had learnt by then.
	Flow      string            `json:"flow,omitempty"`
	Step      string            `json:"step,omitempty"`
	Collected map[string]string `json:"collected,omitempty"`
	// Upset says that the customer sounds so.
	Upset bool `json:"upset,omitempty"`
}

// Kinds of [Tried].
const (
	TriedAnswer   = "answer"
	TriedChoices  = "choices"
	TriedRephrase = "rephrase"
	TriedPerson   = "person_offered"
)

// Tried is one attempt of the bot to help. Titles are of the intents it answered or
// offered, in the customer's language; the other kinds have none.
type Tried struct {
	Kind   string   `json:"kind"`
	Titles []string `json:"titles,omitempty"`
}

// Recall reads the memory out of an [Outcome.State], for a person who takes over
// without the bot having handed over. A state that cannot be read is no memory.
func Recall(raw json.RawMessage) Memory {
	s := readState(raw)
	return s.memory()
}

func (s *state) memory() Memory {
	m := Memory{Readings: s.Readings, Tried: s.Tried}
	if len(m.Readings) > 0 {
		m.Topic = m.Readings[0].Intent
	}
	if n := len(s.Flows); n > 0 {
		top := s.Flows[n-1]
		m.Flow, m.Step, m.Collected = top.Flow, top.Step, top.Values
	}
	total := 0
	for _, u := range s.Upset {
		total += u
	}
	m.Upset = total >= upsetOffer
	return m
}

// recall is the memory at a handoff. The words that led to it are read as well: most
// triggers decide before anything was read, and people want to know what it is about.
func (r *run) recall() Memory {
	text, sure := r.question, 0.0
	if text == "" {
		text = r.text // "I want a person, my parcel is late" is not read as a question
	}
	if r.pub != nil && text != "" && r.trace.Intent == "" {
		sure = r.pub.Clarify
		if r.question == "" {
			sure = r.pub.Answer
		}
		if reading := r.reading(text); len(reading.Top) > 0 && reading.P >= sure {
			if in, ok := r.pub.Intent(r.language, reading.Top[0].Label); ok {
				r.state.readAs(Scored{in.Name, in.Title, reading.P})
			}
		}
	}
	return r.state.memory()
}

// readAs remembers a reading; an intent that comes again moves to the front.
func (s *state) readAs(reading Scored) {
	if reading.Intent == "" {
		return
	}
	list := slices.DeleteFunc(slices.Clone(s.Readings), func(old Scored) bool { return old.Intent == reading.Intent })
	list = slices.Insert(list, 0, reading)
	s.Readings = list[:min(len(list), maxReadings)]
}

func (s *state) try(t Tried) { s.Tried = last(append(s.Tried, t), maxTried) }
