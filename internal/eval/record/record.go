// Package record writes a conversation of the database as a test, without the personal
// data that can be known as such. It reads only.
//
// Start reading at [Write].
package record

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"parley/internal/bot"
	"parley/internal/chat"
	"parley/internal/eval/script"
	"parley/internal/store"
	"parley/internal/store/past"
)

// pause is how long nothing has to happen to become a step of its own.
const pause = 10 * time.Minute

// comment stands above what was recorded.
const comment = `# Recorded from a conversation. Names of the profile and the desk, numbers and addresses are replaced;
# read it before you share it: other names cannot be known.`

// Write writes the conversation as YAML; a missing one is NotFound.
func Write(ctx context.Context, w io.Writer, s *store.Store, id chat.ConversationID) error {
	c, err := s.Conversation(ctx, id)
	if err != nil {
		return err
	}
	r := &recorder{mask: newMask(), covered: map[int64]bool{}}
	r.mask.name(c.Contact.FirstName, "Alex")
	users, err := s.Users(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		r.mask.name(u.Name, "Robin")
	}
	if err := r.read(ctx, s, id); err != nil {
		return err
	}
	language := cmp.Or(c.Contact.Language, c.Language, "en")
	t := &script.Test{
		Name:     "Recorded " + time.UnixMilli(c.OpenedAt).UTC().Format("2006-01-02"),
		Customer: script.Customer{Name: "Alex", Language: language, Unknown: c.Contact.ExternalID == ""},
		Steps:    r.steps(),
	}
	if len(t.Steps) == 0 {
		return chat.Errorf(chat.Invalid, "conversation %s has no messages to record", id)
	}
	return t.Write(w, comment)
}

// recorder gathers what happened; steps puts it in order.
type recorder struct {
	mask    *mask
	events  []event
	covered map[int64]bool // lines of the customer that a turn has taken
}

type event struct {
	at, seq int64
	steps   []script.Step
}

func (r *recorder) add(at, seq int64, steps ...script.Step) {
	r.events = append(r.events, event{at, seq, steps})
}

func (r *recorder) read(ctx context.Context, s *store.Store, id chat.ConversationID) error {
	turns, err := past.Turns(ctx, s, id, 0)
	if err != nil {
		return err
	}
	for _, t := range turns {
		if err := r.turn(t); err != nil {
			return err
		}
	}
	lines, err := past.Lines(ctx, s, id)
	if err != nil {
		return err
	}
	for _, m := range lines {
		switch {
		case m.Direction == chat.In && !r.covered[m.Seq]:
			step := r.wrote(m)
			step.Checks = []script.Check{{Key: "silence", Wants: []string{"true"}}}
			r.add(m.At, m.Seq, step)
		case m.Direction == chat.Out && m.Author == chat.AuthorAgent:
			r.add(m.At, m.Seq, script.Step{Kind: script.Agent, Texts: []string{r.mask.text(m.Text)}})
		}
	}
	changes, err := s.Transitions(ctx, id, 1<<30)
	for _, c := range changes {
		switch c.Kind {
		case chat.PassBack:
			r.add(c.At, 0, script.Step{Kind: script.HandBack, Texts: []string{r.mask.text(c.Reason)}})
		case chat.Resolve:
			r.add(c.At, 0, script.Step{Kind: script.Resolve})
		}
	}
	return err
}

func (r *recorder) wrote(m chat.Message) script.Step {
	if len(m.Media) == 0 {
		return script.Step{Kind: script.Customers, Texts: []string{r.mask.text(m.Text)}}
	}
	s := script.Step{Kind: script.Media}
	for _, address := range m.Media {
		s.Media = append(s.Media, r.mask.file(address))
	}
	if m.Text != "" {
		s.Texts = []string{r.mask.text(m.Text)}
	}
	return s
}

// turn is what the customer wrote, with what the bot decided as expectations. A burst with a file in it is written
// message by message, and the bot may then answer each.
func (r *recorder) turn(t *past.Turn) error {
	w := t.Work.Waiting
	if len(w) == 0 {
		return nil
	}
	var steps []script.Step
	burst := script.Step{Kind: script.Burst}
	for _, m := range w {
		r.covered[m.Seq] = true
		step := r.wrote(m)
		steps = append(steps, step)
		burst.Texts = append(burst.Texts, step.Texts...)
	}
	if len(w) > 1 && !slices.ContainsFunc(steps, func(s script.Step) bool { return s.Kind == script.Media }) {
		steps = []script.Step{burst}
	}
	var trace bot.Trace
	if err := json.Unmarshal([]byte(t.Trace), &trace); err != nil {
		return fmt.Errorf("trace of turn %s: %w", t.ID, err)
	}
	last := &steps[len(steps)-1]
	byModel := trace.Model != nil && trace.Model.Failure == "" // what it said depends on it, and nobody asks it in a test
	for _, c := range [][2]string{
		{"action", t.Action}, {"intent", trace.Intent}, {"band", trace.Band}, {"handoff", t.HandoffCode()}, {"language", trace.Language},
	} {
		if c[1] != "" && (!byModel || c[0] == "language") {
			last.Checks = append(last.Checks, script.Check{Key: c[0], Wants: []string{c[1]}})
		}
	}
	if t.Text == "" {
		last.Checks = append(last.Checks, script.Check{Key: "silence", Wants: []string{strconv.FormatBool(true)}})
	}
	r.add(w[0].At, w[0].Seq, steps...)
	return nil
}

// steps are the events in order, with the long pauses between them.
func (r *recorder) steps() (list []script.Step) {
	slices.SortStableFunc(r.events, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
	for i, e := range r.events {
		if i > 0 {
			if gap := time.Duration(e.at-r.events[i-1].at) * time.Millisecond; gap >= pause {
				list = append(list, script.Step{Kind: script.Advance, For: min(gap.Round(time.Minute), 90*24*time.Hour)})
			}
		}
		list = append(list, e.steps...)
	}
	return list
}
