package play

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/llm/scripted"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/eval/script"
	"parley/internal/store"
	"parley/internal/store/calls"
)

// Result is what became of one conversation.
type Result struct {
	File    string  `json:"file"`
	Line    int     `json:"line"`
	Name    string  `json:"name"`
	Passed  bool    `json:"passed"`
	Checked int     `json:"checked"`
	Failed  int     `json:"failed"`
	Millis  int64   `json:"millis"` // of real time
	Steps   []*Step `json:"steps"`
}

// Step is what happened in one step.
type Step struct {
	Line    int         `json:"line"`
	Kind    script.Kind `json:"kind"`
	Did     []string    `json:"did,omitempty"` // the texts of the customer or the agent, or what else was done
	Arrived []Bubble    `json:"arrived,omitempty"`
	Bot     *bot.Trace  `json:"bot,omitempty"` // why the bot's newest turn in this step said what it said
	Action  string      `json:"action,omitempty"`
	Owner   chat.Owner  `json:"owner,omitempty"`
	Handoff string      `json:"handoff,omitempty"`
	Checks  []Outcome   `json:"checks,omitempty"`
	Asked   int         `json:"asked,omitempty"` // how often the model was
	// Problem is why the step could not be played; nothing after it was.
	Problem string `json:"problem,omitempty"`
	asked   []scripted.Request
}

// model is what it had to do with the bot's newest turn in this step.
func (s *Step) model() bot.ModelTrace {
	if s.Bot == nil || s.Bot.Model == nil {
		return bot.ModelTrace{}
	}
	return *s.Bot.Model
}

// Bubble is one message on the customer's phone.
type Bubble struct {
	N       int64    `json:"n"`
	Layout  string   `json:"layout"`
	Text    string   `json:"text"`
	Choices []string `json:"choices,omitempty"`
	Media   []string `json:"media,omitempty"`
	Link    string   `json:"link,omitempty"`
}

// Outcome is one expectation and what was found.
type Outcome struct {
	Line   int    `json:"line"`
	Key    string `json:"key"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Passed bool   `json:"passed"`
}

// Play plays one conversation. An error is about the stage; what is wrong with the
// conversation is in the result.
func (s *Stage) Play(ctx context.Context, t *script.Test) (*Result, error) {
	begun := time.Now()
	r := &Result{File: t.File, Line: t.Line, Name: t.Name, Passed: true}
	p := &player{Stage: s, test: t, fault: script.Faults{}}
	if err := p.enter(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	for _, step := range t.Steps {
		done := &Step{Line: step.Line, Kind: step.Kind}
		r.Steps = append(r.Steps, done)
		if err := p.step(ctx, step, done); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			done.Problem, r.Passed = err.Error(), false
			break
		}
		for _, c := range done.Checks {
			r.Checked++
			if !c.Passed {
				r.Failed++
				r.Passed = false
			}
		}
	}
	r.Millis = time.Since(begun).Milliseconds()
	return r, s.faults(ctx, script.Faults{})
}

// player is one conversation being played.
type player struct {
	*Stage
	test  *script.Test
	phone string
	fault script.Faults
	seen  int64 // number of the newest message on the phone before this step
	line  int64 // newest line of the conversation before this step
	at    store.Listed
	known bool            // there is a conversation
	made  map[string]bool // calls of tools before this step
	actor *actor          // nil: no model is asked
}

// enter gives the customer a phone.
func (p *player) enter(ctx context.Context) error {
	if err := p.modelled(ctx); err != nil {
		return err
	}
	c := p.test.Customer
	p.people++
	p.phone = c.Phone
	if p.phone == "" {
		p.phone = fmt.Sprintf("+1555010%04d", p.people)
	}
	body := map[string]any{"phone": p.phone, "name": c.Name, "language": c.Language}
	if !c.Unknown {
		body["external_id"], body["subscribed"] = p.id(), true
	}
	return p.call(ctx, http.MethodPost, "/sandbox/phones", body, nil)
}

// id is the customer's external id.
func (p *player) id() string { return cmp.Or(p.test.Customer.ID, fmt.Sprintf("eval-%d", p.people)) }

func (p *player) path(rest string) string { return "/sandbox/phones/" + url.PathEscape(p.phone) + rest }

func (p *player) step(ctx context.Context, step script.Step, done *Step) error {
	if err := p.look(ctx, done); err != nil {
		return err
	}
	p.seen = 0
	if n := len(done.Arrived); n > 0 {
		p.seen = done.Arrived[n-1].N
	}
	p.line = p.at.LastSeq
	made, err := calls.Of(ctx, p.app.Store(), p.at.ID)
	if err != nil {
		return err
	}
	p.made = map[string]bool{}
	for _, e := range made {
		p.made[e.ID] = true
	}
	done.Arrived = nil
	if p.actor != nil {
		p.actor.begin(step, p.fault.Model)
	}
	if err := p.do(ctx, step, done); err != nil {
		return err
	}
	if err := p.settle(ctx, time.Time{}); err != nil {
		return err
	}
	if p.actor != nil {
		if done.asked, err = p.actor.end(); err != nil {
			return err
		}
		done.Asked = len(done.asked)
	}
	if err := p.look(ctx, done); err != nil {
		return err
	}
	done.Arrived = slices.DeleteFunc(done.Arrived, func(b Bubble) bool { return b.N <= p.seen })
	for _, c := range step.Checks {
		o, err := p.check(ctx, c, done)
		if err != nil {
			return err
		}
		done.Checks = append(done.Checks, o)
	}
	return nil
}

func (p *player) do(ctx context.Context, step script.Step, done *Step) error {
	done.Did = step.Texts
	switch step.Kind {
	case script.Customers, script.Burst:
		return p.writes(ctx, step.Texts, nil)
	case script.Media:
		done.Did = append(slices.Clone(step.Media), step.Texts...)
		return p.writes(ctx, append(step.Texts, "")[:1], step.Media)
	case script.Tap:
		return p.tap(ctx, step.Texts[0])
	case script.Agent:
		return p.answer(ctx, step.Texts[0])
	case script.HandBack:
		return p.change(ctx, desk.Change{Kind: chat.PassBack, Promise: step.Texts[0]})
	case script.Resolve:
		return p.change(ctx, desk.Change{Kind: chat.Resolve})
	case script.Advance:
		done.Did = []string{step.For.String()}
		return p.pass(ctx, step.For)
	case script.Faulty:
		p.fault = step.Faults
		done.Did = []string{describe(step.Faults)}
		return p.faults(ctx, step.Faults)
	}
	return nil
}

// writes sends messages from the phone and waits until each has reached the gateway.
func (p *player) writes(ctx context.Context, texts, media []string) error {
	before, err := p.posted(ctx)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if err := p.call(ctx, http.MethodPost, p.path("/messages"), map[string]any{"text": text, "media_urls": media}, nil); err != nil {
			return err
		}
	}
	return p.reach(ctx, before+len(texts)*max(1, p.fault.Duplicate))
}

// reach waits until Braze has posted n webhooks of this customer.
func (p *player) reach(ctx context.Context, n int) error {
	held := p.fault.Reorder || p.fault.Late > 0
	for started, moved := time.Now(), time.Duration(0); ; {
		got, err := p.posted(ctx)
		if err != nil || got >= n {
			return err
		}
		if time.Since(started) > patience {
			return errors.New("a webhook did not reach the gateway within a minute; is there a route without specific: true?")
		}
		if limit := p.fault.Late + 3*time.Second; held && moved < limit {
			const beat = 250 * time.Millisecond
			if err := p.jump(ctx, beat); err != nil {
				return err
			}
			moved += beat
		}
		if err := sleep(ctx, tick); err != nil {
			return err
		}
	}
}

// posted counts the webhooks that Braze has posted for this customer.
func (p *player) posted(ctx context.Context) (int, error) {
	var log struct{ Entries []struct{ Outcome string } }
	err := p.call(ctx, http.MethodGet, "/sandbox/activity?kind=webhook&limit=1000&phone="+url.QueryEscape(p.phone), nil, &log)
	return len(log.Entries), err
}

func (p *player) tap(ctx context.Context, label string) error {
	feed, err := p.feed(ctx)
	if err != nil {
		return err
	}
	for i := len(feed) - 1; i >= 0; i-- {
		if !slices.Contains(feed[i].Choices, label) {
			continue
		}
		before, err := p.posted(ctx)
		if err != nil {
			return err
		}
		if err := p.call(ctx, http.MethodPost, p.path("/taps"), map[string]any{"n": feed[i].N, "button": label}, nil); err != nil {
			return err
		}
		return p.reach(ctx, before+max(1, p.fault.Duplicate))
	}
	var shown []string
	if len(feed) > 0 {
		shown = feed[len(feed)-1].Choices
	}
	return fmt.Errorf("no message shows the button %q; the newest shows %q", label, shown)
}

func (p *player) answer(ctx context.Context, text string) error {
	if !p.known {
		return errors.New("nobody can answer before the customer has written")
	}
	agent, err := p.somebody(ctx)
	if err != nil {
		return err
	}
	return p.app.Desk().Reply(ctx, desk.Reply{ConversationID: p.at.ID, ClientID: chat.NewID(), Agent: agent, Text: text, SeenSeq: p.at.LastSeq})
}

func (p *player) change(ctx context.Context, c desk.Change) error {
	if !p.known {
		return errors.New("there is no conversation before the customer has written")
	}
	agent, err := p.somebody(ctx)
	if err != nil {
		return err
	}
	c.ConversationID, c.Agent, c.Epoch = p.at.ID, agent, p.at.Epoch
	return p.app.Desk().Change(ctx, c)
}

// faults orders what goes wrong.
func (s *Stage) faults(ctx context.Context, f script.Faults) error {
	sheet := map[string]any{
		"webhook": map[string]any{"duplicate": max(1, f.Duplicate), "reorder": f.Reorder, "delay_ms": f.Late.Milliseconds()},
	}
	if f.Status != 0 || f.Cut {
		sheet["api"] = []map[string]any{{"path": "*", "from_call": 1, "calls": f.Calls, "status": f.Status, "cut_after_accept": f.Cut}}
	}
	return s.call(ctx, http.MethodPut, "/sandbox/faults", sheet, nil)
}

func describe(f script.Faults) string {
	var parts []string
	add := func(is bool, format string, args ...any) {
		if is {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(f.Duplicate > 1, "every webhook %d times", f.Duplicate)
	add(f.Reorder, "webhooks in the wrong order")
	add(f.Late > 0, "webhooks %v late", f.Late)
	add(f.Status != 0, "Braze answers %d calls with %d", f.Calls, f.Status)
	add(f.Cut, "Braze takes %d calls and breaks off", f.Calls)
	add(f.Model != "", "the model: %s", f.Model)
	if len(parts) == 0 {
		return "nothing goes wrong any more"
	}
	return strings.Join(parts, ", ")
}

// look reads what there is: the phone, the conversation and the bot's newest turn since the step began.
func (p *player) look(ctx context.Context, done *Step) (err error) {
	if done.Arrived, err = p.feed(ctx); err != nil {
		return err
	}
	list, _, err := p.app.Store().Conversations(ctx, store.Filter{Search: p.phone, Limit: 10})
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(l store.Listed) bool { return l.Contact.Phone != p.phone })
	if len(list) == 0 {
		return nil
	}
	p.known, p.at = true, list[0]
	done.Owner = p.at.Owner
	return p.turn(ctx, done)
}

func (p *player) turn(ctx context.Context, done *Step) error {
	lines, _, err := p.app.Store().Messages(ctx, p.at.ID, 0, 100)
	if err != nil {
		return err
	}
	for i := len(lines) - 1; i >= 0 && lines[i].Seq > p.line; i-- {
		if lines[i].Direction != chat.In {
			continue
		}
		turn, ok, err := p.app.Store().Turn(ctx, lines[i])
		if err != nil || !ok {
			return err
		}
		done.Action, done.Bot = turn.Action, new(bot.Trace)
		if done.Action == string(bot.ActionHandoff) {
			done.Handoff, _, _ = strings.Cut(p.at.Reason, ": ")
		}
		return json.Unmarshal([]byte(turn.Trace), done.Bot)
	}
	return nil
}

// feed is what the business has sent to the phone.
func (p *player) feed(ctx context.Context) ([]Bubble, error) {
	var in struct {
		Messages []struct {
			N                       int64
			Direction, Layout, Text string
			Media                   []struct{ URL string }
			Buttons                 []struct{ Label string }
			List                    struct {
				Sections []struct{ Rows []struct{ Title string } }
			}
			Link struct{ URL string }
		}
	}
	if err := p.call(ctx, http.MethodGet, p.path("/messages?after=0"), nil, &in); err != nil {
		return nil, err
	}
	var out []Bubble
	for _, m := range in.Messages {
		if m.Direction != "out" {
			continue
		}
		b := Bubble{N: m.N, Layout: m.Layout, Text: m.Text, Link: m.Link.URL}
		for _, f := range m.Media {
			b.Media = append(b.Media, f.URL)
		}
		for _, button := range m.Buttons {
			b.Choices = append(b.Choices, button.Label)
		}
		for _, section := range m.List.Sections {
			for _, row := range section.Rows {
				b.Choices = append(b.Choices, row.Title)
			}
		}
		out = append(out, b)
	}
	return out, nil
}
