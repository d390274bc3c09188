// Package report says how the work went: what conversations count for, and the
// numbers that supervisors read. It owns what is meant by contained, handed over,
// answered; the tables are those of package store/report. It changes nothing that a
// customer or an agent sees.
//
// Three properties hold, and the tests prove them. A number is the sum over all
// conversations of what each counts for ([Count]), whatever was counted before and
// in which batches. Counting twice is counting once. And a process that dies or is
// overtaken by another in the middle leaves numbers that are right as of before.
//
// Start reading at Count, then Folder.Run, then Read.
package report

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"

	"parley/internal/chat"
	"parley/internal/store/receipts"
	rows "parley/internal/store/report"
)

// edition is the number of these rules. Raise it when Count changes, so that all
// conversations are counted anew.
const edition = 2

// Names of the numbers, as they are stored.
const (
	opened        = "opened"        // engagements by when they began; the next six are too
	contained     = "contained"     // ended without a person
	falsely       = "falsely"       // of these, by why the customer was not helped
	handedOver    = "handed_over"   // people had a part in it
	intents       = "intent"        // by intent
	intentsPeople = "intent_people" // by intent, of those that people had a part in
	messagesIn    = "in"            // lines, by when they were written
	messagesOut   = "out"           // by author
	agentReplies  = "agent_reply"   // by agent
	agentTalks    = "agent_talk"    // engagements by agent, when the agent first wrote in it
	handoffs      = "handoff"       // by reason, when it was handed over; the next two too
	firstReply    = "first_reply"   // by bucket: from the handoff to the first line of an agent
	agentFirst    = "agent_first"   // the same by agent and bucket
	resolved      = "resolved"      // when it was resolved
	resolution    = "resolution"    // by bucket: from the first handoff to the end, when it was resolved
	sent          = "sent"          // parts of messages that Braze took, when it did, unless they failed later
	unsent        = "unsent"        // by reason: those that it did not, and those that failed later
	verdicts      = "verdict"       // by what agents say of a handoff, when it was handed over
	asked         = "asked"         // surveys, when they were
	scores        = "score"         // by score, when it was asked for
	agentScores   = "agent_score"   // the same by agent and score
)

// Why a customer who got no person was not helped after all, in this order.
const (
	whyUnsolved   = "unsolved"   // an agent closed it as not solved
	whyFallback   = "fallback"   // the bot's last word was that it does not understand
	whyChoices    = "choices"    // the bot's last word was a question or a choice
	whyUnanswered = "unanswered" // the bot said nothing to the last lines
	whyAgain      = "again"      // the customer came back with the same intent within 72 hours
)

// Reasons of handoffs that are not the bot's.
const (
	reasonTaken  = "taken" // a person took the conversation from the bot
	reasonMerged = "merged"
	reasonOther  = "other"
)

// engagement is one thing that a customer wanted: a conversation, or the part of one
// between two silences of the customer that were longer than WhatsApp's window.
type engagement struct {
	from       *rows.History
	openedAt   int64
	lastIn     int64
	handedAt   int64 // when people first got it; 0 if they did not
	people     bool  // people had a part in it
	endedAt    int64 // 0 while it goes on
	resolvedAt int64
	merged     bool     // it goes on in another conversation
	intents    []string // that the bot was sure of, each once
	last       rows.Turn
	covered    bool            // the bot's last turn covered the customer's last line
	wrote      map[string]bool // agents who have written
}

// Count gives what each conversation counts for at a time. histories must hold, beside
// those that are asked for, what the same contacts did until [rows.Again] after them.
func Count(histories []*rows.History, now int64) []rows.Counted {
	byContact := map[chat.ContactID][]*engagement{}
	out := make([]rows.Counted, len(histories))
	of := make(map[*rows.History]rows.Counts, len(histories))
	for i, h := range histories {
		w := walk{h: h, out: rows.Counts{}, owner: chat.OwnerBot}
		w.lines()
		w.deliveries()
		w.opinions()
		out[i] = rows.Counted{ID: h.ID, Counts: w.out, DueAt: w.end(now)}
		of[h] = w.out
		byContact[h.ContactID] = append(byContact[h.ContactID], w.list...)
	}
	for _, list := range byContact {
		slices.SortStableFunc(list, func(a, b *engagement) int {
			return cmp.Or(cmp.Compare(a.openedAt, b.openedAt), cmp.Compare(a.from.ID, b.from.ID))
		})
		for i, e := range list {
			e.count(of[e.from], list[i+1:])
		}
	}
	return out
}

// walk goes through one conversation.
type walk struct {
	h     *rows.History
	out   rows.Counts
	list  []*engagement
	now   *engagement // the last of list, or nil
	owner chat.Owner
	wait  int64 // since when a handoff waits for an agent's first line; 0 if none does
}

func (w *walk) add(name, key string, at int64) { addTo(w.out, w.h, name, key, at) }

func addTo(out rows.Counts, h *rows.History, name, key string, at int64) {
	hour := at / rows.Hour
	if at%rows.Hour < 0 {
		hour--
	}
	out.Add(rows.Cell{Hour: hour, Route: h.Route, Team: h.Team, Name: name, Key: key}, 1)
}

// lines goes through lines, turns and changes of owner in the order of the transcript.
func (w *walk) lines() {
	lines, changes, turns := w.h.Lines, w.h.Changes, w.h.Turns
	for len(lines) > 0 || len(changes) > 0 {
		if len(lines) == 0 || len(changes) > 0 && changes[0].Seq < lines[0].Seq {
			w.change(changes[0])
			changes = changes[1:]
			continue
		}
		w.line(lines[0])
		for len(turns) > 0 && turns[0].ToSeq <= lines[0].Seq {
			w.turn(turns[0])
			turns = turns[1:]
		}
		lines = lines[1:]
	}
}

func (w *walk) line(l rows.Line) {
	switch {
	case l.Direction == chat.In:
		w.add(messagesIn, "", l.At)
		if w.owner == chat.OwnerNone { // the answer to a survey belongs to nothing
			return
		}
		if w.now == nil || w.owner == chat.OwnerBot && l.At-w.now.lastIn >= chat.Window {
			w.now = &engagement{from: w.h, openedAt: l.At, wrote: map[string]bool{}}
			w.list = append(w.list, w.now)
		}
		w.now.lastIn, w.now.covered = max(w.now.lastIn, l.At), false
	case l.Direction == chat.Out:
		w.add(messagesOut, string(l.Author), l.At)
		if l.Author == chat.AuthorAgent {
			w.agent(l)
		}
	}
}

func (w *walk) agent(l rows.Line) {
	w.add(agentReplies, l.Agent, l.At)
	if w.now == nil {
		return
	}
	w.now.people = true
	if !w.now.wrote[l.Agent] {
		w.now.wrote[l.Agent] = true
		w.add(agentTalks, l.Agent, l.At)
	}
	if w.wait != 0 {
		bucket := bucketOf(l.At - w.wait)
		w.add(firstReply, bucket, w.wait)
		w.add(agentFirst, l.Agent+" "+bucket, w.wait)
		w.wait = 0
	}
}

func (w *walk) turn(t rows.Turn) {
	if w.now == nil {
		return
	}
	w.now.last, w.now.covered = t, true
	if intent := surely(t); intent != "" && !slices.Contains(w.now.intents, intent) {
		w.now.intents = append(w.now.intents, intent)
	}
}

func (w *walk) change(t chat.Transition) {
	w.owner = t.To
	if w.now == nil {
		return
	}
	switch {
	case t.Kind == chat.Resolve:
		w.now.resolvedAt, w.now.endedAt, w.now.merged = t.At, t.At, t.Reason == reasonMerged
		w.wait = 0
	case t.Kind == chat.Reopen:
		w.now.resolvedAt, w.now.endedAt, w.now.merged = 0, 0, false
	case t.To == chat.OwnerBot:
		w.wait = 0
	case t.From == chat.OwnerBot:
		w.now.people = true
		if w.now.handedAt == 0 {
			w.now.handedAt = t.At
		}
		reason := reasonTaken
		if t.Kind == chat.Offer {
			reason = codeOf(t.Reason)
		}
		if t.To == chat.OwnerQueue { // who takes it does not let the customer wait
			w.wait = t.At
		}
		w.add(handoffs, reason, t.At)
	}
}

// end says which engagements are over because the customer has been silent for long,
// and when the last one will be if nothing happens.
func (w *walk) end(now int64) (dueAt int64) {
	for i, e := range w.list {
		last := i == len(w.list)-1
		switch quiet := e.lastIn + chat.Window; {
		case e.endedAt != 0 || last && w.owner != chat.OwnerBot:
		case last && quiet > now:
			dueAt = quiet
		default:
			e.endedAt = quiet
		}
	}
	return dueAt
}

func (w *walk) deliveries() {
	for _, d := range w.h.Deliveries {
		switch d.State {
		case chat.Accepted:
			if d.Receipt.State() == receipts.StateFailed {
				w.add(unsent, refusalOf(d.Receipt), d.At)
			} else {
				w.add(sent, "", d.At)
			}
		case chat.Dead, chat.Unknown:
			w.add(unsent, failureOf(d.Reason), d.At)
		}
	}
}

// opinions are what agents say of handoffs, and customers of the help they got.
func (w *walk) opinions() {
	for _, v := range w.h.Verdicts {
		w.add(verdicts, cmp.Or(v.Needed, unlabelled), v.At)
	}
	for _, s := range w.h.Surveys {
		w.add(asked, "", s.AskedAt)
		if s.Score > 0 {
			score := strconv.FormatInt(s.Score, 10)
			w.add(scores, score, s.AskedAt)
			w.add(agentScores, s.Agent+" "+score, s.AskedAt)
		}
	}
}

// count adds what an engagement is as a whole, to the hour in which it began. later
// are the engagements of the same contact after it.
func (e *engagement) count(out rows.Counts, later []*engagement) {
	addTo(out, e.from, opened, "", e.openedAt)
	for _, intent := range e.intents {
		addTo(out, e.from, intents, intent, e.openedAt)
		if e.people {
			addTo(out, e.from, intentsPeople, intent, e.openedAt)
		}
	}
	switch {
	case e.people:
		addTo(out, e.from, handedOver, "", e.openedAt)
	case e.endedAt != 0 && !e.merged:
		addTo(out, e.from, contained, "", e.openedAt)
		if why := e.false(later); why != "" {
			addTo(out, e.from, falsely, why, e.openedAt)
		}
	}
	if e.resolvedAt != 0 && !e.merged {
		addTo(out, e.from, resolved, "", e.resolvedAt)
		if e.handedAt != 0 {
			addTo(out, e.from, resolution, bucketOf(e.resolvedAt-e.handedAt), e.resolvedAt)
		}
	}
}

// false says why a customer who got no person was not helped, or is empty when
// nothing says so.
func (e *engagement) false(later []*engagement) string {
	switch {
	case e.resolvedAt != 0 && e.from.Outcome == outcomeUnsolved:
		return whyUnsolved
	case !e.covered:
		return whyUnanswered
	case e.last.Action == actionChoices:
		return whyChoices
	case e.last.Action == actionAsk && readTrace(e.last).Band != bandAlways: // "how can I help?" after a greeting is no failure
		return whyFallback
	}
	for _, l := range later {
		if l.openedAt > e.lastIn+rows.Again {
			break
		}
		for _, intent := range l.intents {
			if slices.Contains(e.intents, intent) {
				return whyAgain
			}
		}
	}
	return ""
}

// What turns and conversations are stored with that matters here: actions and bands
// of package bot, which is not below this package, and an agent's verdict.
const (
	actionChoices   = "choices"
	actionAsk       = "ask"
	bandAnswer      = "answer"
	bandRule        = "rule"
	bandAlways      = "always"
	outcomeUnsolved = "unsolved"
	neededYes       = "yes"
	neededNo        = "no"
	unlabelled      = "unlabelled"
)

// surely is the intent that the bot answered or handed over, or empty when it was not
// sure of one: a choice that was offered is a guess, and a greeting is no intent.
func surely(t rows.Turn) string {
	if trace := readTrace(t); trace.Band == bandAnswer || trace.Band == bandRule {
		return trace.Intent
	}
	return ""
}

type trace struct{ Intent, Band string }

// readTrace reads what matters here; a trace that cannot be read says nothing.
func readTrace(t rows.Turn) (v trace) {
	if json.Unmarshal([]byte(t.Trace), &v) != nil {
		return trace{}
	}
	return v
}

// codeOf is the code that the bot gives with the reason of a handoff.
func codeOf(reason string) string {
	if m := leading.FindStringSubmatch(reason); m != nil {
		return m[1]
	}
	return reasonOther
}

// failureOf makes a short word of why a message was not sent: our own reasons begin
// with one, and what Braze said begins with the kind of the refusal.
func failureOf(reason string) string {
	if m := refusal.FindStringSubmatch(reason); m != nil {
		return "braze_" + m[1]
	}
	return codeOf(reason)
}

// refusalOf makes a short word of why a message that Braze took did not arrive.
func refusalOf(r receipts.Receipt) string {
	code := r.Code
	if !word.MatchString(code) {
		code = reasonOther
	}
	if r.Failure == receipts.Abort {
		return "aborted_" + code
	}
	return "whatsapp_" + code
}

var (
	word    = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	leading = regexp.MustCompile(`^([a-z][a-z_]{0,40})(:|$)`)
	refusal = regexp.MustCompile(`^braze ([a-z_]{1,40})`)
)
