package report

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/internal/chat"
	rows "parley/internal/store/report"
	"parley/internal/testkit"
)

const start = int64(490_000) * rows.Hour

// story writes a history from a script, one event a line, each a minute after the one
// before unless it says "after".
func story(t *testing.T, id, contact string, opensAt int64, script string) *rows.History {
	t.Helper()
	h := &rows.History{ID: chat.ConversationID(id), ContactID: chat.ContactID(contact), Route: "support", Team: "t1", OpenedAt: opensAt}
	at, seq, owner := opensAt, int64(0), chat.OwnerBot
	owners := map[chat.Kind]chat.Owner{
		chat.Offer: chat.OwnerQueue, chat.Transfer: chat.OwnerQueue, chat.Expire: chat.OwnerQueue, chat.Accept: chat.OwnerAgent,
		chat.Assign: chat.OwnerAgent, chat.PassBack: chat.OwnerBot, chat.Reopen: chat.OwnerBot, chat.Resolve: chat.OwnerNone,
	}
	for line := range strings.Lines(strings.TrimSpace(script)) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "after":
			hours := map[string]int64{"1h": 1, "23h": 23, "25h": 25, "60h": 60, "80h": 80}[rest]
			if hours == 0 {
				t.Fatalf("after %q", rest)
			}
			at += hours * rows.Hour
			continue
		case "customer":
			seq++
			h.Lines = append(h.Lines, rows.Line{Seq: seq, Direction: chat.In, Author: chat.AuthorCustomer, At: at})
		case "note":
			seq++
			h.Lines = append(h.Lines, rows.Line{Seq: seq, Direction: chat.Note, Author: chat.AuthorAgent, Agent: rest, At: at})
		case "agent":
			seq++
			h.Lines = append(h.Lines, rows.Line{Seq: seq, Direction: chat.Out, Author: chat.AuthorAgent, Agent: rest, At: at})
		case "bot": // bot action band [intent]
			f := strings.Fields(rest)
			trace := `{"band":"` + f[1] + `"}`
			if len(f) > 2 {
				trace = `{"band":"` + f[1] + `","intent":"` + f[2] + `"}`
			}
			h.Turns = append(h.Turns, rows.Turn{ToSeq: seq, At: at, Action: f[0], Trace: trace})
			seq++
			h.Lines = append(h.Lines, rows.Line{Seq: seq, Direction: chat.Out, Author: chat.AuthorBot, At: at})
		case "outcome":
			h.Outcome = rest
			continue
		default: // a change of owner and its reason
			seq++
			kind := chat.Kind(word)
			h.Changes = append(h.Changes, chat.Transition{Seq: seq, At: at, Kind: kind, Reason: rest, From: owner, To: owners[kind]})
			owner = owners[kind]
		}
		at += 60_000
	}
	return h
}

// sums adds up by name, and by name and key where there is one.
func sums(counted []rows.Counted) map[string]int64 {
	out := map[string]int64{}
	for _, c := range counted {
		for cell, n := range c.Counts {
			name := cell.Name
			if cell.Key != "" {
				name += " " + cell.Key
			}
			out[name] += n
		}
	}
	return out
}

func TestCount_saysHowItEnded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   map[string]int64
	}{
		"the bot was enough": {"customer\nbot answer answer refund\nafter 25h", map[string]int64{"contained": 1, "intent refund": 1}},
		"it may go on":       {"customer\nbot answer answer refund\nafter 23h", map[string]int64{"intent refund": 1}},
		"closed at once":     {"customer\nbot answer answer refund\nresolve", map[string]int64{"contained": 1, "intent refund": 1, "resolved": 1}},
		"thanked at the end": {"customer\nbot ask fallback\ncustomer\nbot answer answer refund\ncustomer\nbot answer always thanks\nafter 25h", map[string]int64{"contained": 1, "intent refund": 1}},
		"left with choices":  {"customer\nbot choices clarify refund\nafter 25h", map[string]int64{"contained": 1, "falsely choices": 1}},
		"not understood":     {"customer\nbot ask fallback\nafter 25h", map[string]int64{"contained": 1, "falsely fallback": 1}},
		"only greeted":       {"customer\nbot ask always greeting\nafter 25h", map[string]int64{"contained": 1}},
		"never answered":     {"customer\nbot answer answer refund\ncustomer\nafter 25h", map[string]int64{"contained": 1, "falsely unanswered": 1, "intent refund": 1}},
		"closed as unsolved": {"customer\nbot answer answer refund\noutcome unsolved\nresolve", map[string]int64{"contained": 1, "falsely unsolved": 1, "intent refund": 1, "resolved": 1}},
		"back after two days, same": {
			"customer\nbot answer answer refund\nafter 60h\ncustomer\nbot answer answer refund\nafter 25h",
			map[string]int64{"opened": 2, "contained": 2, "falsely again": 1, "intent refund": 2},
		},
		"back after two days, other": {
			"customer\nbot answer answer refund\nafter 60h\ncustomer\nbot answer answer opening_hours\nafter 25h",
			map[string]int64{"opened": 2, "contained": 2, "intent refund": 1, "intent opening_hours": 1},
		},
		"back after three days": {
			"customer\nbot answer answer refund\nafter 80h\ncustomer\nbot answer answer refund\nafter 25h",
			map[string]int64{"opened": 2, "contained": 2, "intent refund": 2},
		},
		"handed over, nobody came": {
			"customer\nbot handoff rule refund\noffer intent_rule: a person\nafter 80h\ncustomer",
			map[string]int64{"handed_over": 1, "handoff intent_rule": 1, "intent refund": 1, "intent_people refund": 1},
		},
		"handed over, answered, closed": {
			"customer\noffer person_requested: asked\naccept\nagent ben\nagent zoe\nafter 1h\nresolve",
			map[string]int64{
				"handed_over": 1, "handoff person_requested": 1, "first_reply " + bucketOf(120_000): 1, "agent_first ben " + bucketOf(120_000): 1,
				"agent_reply ben": 1, "agent_reply zoe": 1, "agent_talk ben": 1, "agent_talk zoe": 1, "resolved": 1,
				"resolution " + bucketOf(rows.Hour+240_000): 1,
			},
		},
		"handed over twice": {
			"customer\noffer loop: again\naccept\nagent ben\npass_back\ncustomer\noffer odd reason\nassign\nagent ben",
			map[string]int64{
				"handed_over": 1, "handoff loop": 1, "handoff other": 1, "first_reply " + bucketOf(120_000): 2, "agent_first ben " + bucketOf(120_000): 2,
				"agent_reply ben": 2, "agent_talk ben": 1,
			},
		},
		"taken from the bot": {
			"customer\naccept replied\nagent ben\nnote ben",
			map[string]int64{"handed_over": 1, "handoff taken": 1, "agent_reply ben": 1, "agent_talk ben": 1},
		},
		"given back before anybody answered": {
			"customer\noffer loop: x\npass_back\nafter 23h\ncustomer\nbot answer answer refund\nafter 25h",
			map[string]int64{"handed_over": 1, "handoff loop": 1, "intent refund": 1, "intent_people refund": 1},
		},
		"opened again": {
			"customer\nbot answer answer refund\nresolve\nreopen\ncustomer\nbot answer answer refund",
			map[string]int64{"intent refund": 1},
		},
		"went on elsewhere": {"customer\nbot answer answer refund\nresolve merged", map[string]int64{"intent refund": 1}},
		"nothing was said":  {"resolve merged", map[string]int64{"opened": 0}},
	} {
		h := story(t, "c1", "p1", start, c.script)
		at := start
		for line := range strings.Lines(c.script) { // the script ends where its time does
			if word, rest, _ := strings.Cut(strings.TrimSpace(line), " "); word == "after" {
				at += map[string]int64{"1h": 1, "23h": 23, "25h": 25, "60h": 60, "80h": 80}[rest] * rows.Hour
			} else if word != "outcome" {
				at += 60_000
			}
		}
		got := sums(Count([]*rows.History{h}, at))
		for _, noise := range []string{"in", "out bot", "out agent"} {
			delete(got, noise)
		}
		if _, ok := c.want["opened"]; !ok {
			c.want["opened"] = 1
		}
		if c.want["opened"] == 0 {
			delete(c.want, "opened")
		}
		t.Run(name, func(t *testing.T) { testkit.Diff(t, got, c.want) })
	}
}

func TestCount_seesTheSameQuestionInTheNextConversation(t *testing.T) {
	t.Parallel()
	first := story(t, "c1", "p1", start, "customer\nbot answer answer refund\nresolve")
	for name, c := range map[string]struct {
		next *rows.History
		want int64
	}{
		"same person":    {story(t, "c2", "p1", start+71*rows.Hour, "customer\nbot answer answer refund"), 1},
		"somebody else":  {story(t, "c2", "p2", start+71*rows.Hour, "customer\nbot answer answer refund"), 0},
		"too late":       {story(t, "c2", "p1", start+73*rows.Hour, "customer\nbot answer answer refund"), 0},
		"a guess only":   {story(t, "c2", "p1", start+71*rows.Hour, "customer\nbot choices clarify refund"), 0},
		"now by a rule":  {story(t, "c2", "p1", start+71*rows.Hour, "customer\nbot handoff rule refund\noffer intent_rule: x"), 1},
		"something else": {story(t, "c2", "p1", start+1*rows.Hour, "customer\nbot answer answer opening_hours"), 0},
	} {
		got := Count([]*rows.History{c.next, first}, start+80*rows.Hour)
		if n := sums(got[1:])["falsely again"]; n != c.want {
			t.Errorf("%s: %d, want %d", name, n, c.want)
		}
	}
}

func TestCount_asksToBeDoneAgainWhenTheWindowCloses(t *testing.T) {
	t.Parallel()
	h := story(t, "c1", "p1", start, "customer\nbot answer answer refund")
	before := Count([]*rows.History{h}, start+chat.Window-1)[0]
	after := Count([]*rows.History{h}, start+chat.Window)[0]
	if before.DueAt != start+chat.Window || after.DueAt != 0 || sums([]rows.Counted{after})["contained"] != 1 {
		t.Errorf("due at %d, then %d: %v", before.DueAt-start, after.DueAt, after.Counts)
	}
	h = story(t, "c1", "p1", start, "customer\noffer loop: x")
	if got := Count([]*rows.History{h}, start+1)[0]; got.DueAt != 0 {
		t.Errorf("with people it is due at %d", got.DueAt)
	}
}

func TestCount_addsWhatPeopleSaid(t *testing.T) {
	t.Parallel()
	h := story(t, "c1", "p1", start, "customer\noffer loop: x\nagent ben\nresolve\ncustomer")
	h.Verdicts = []rows.Verdict{{At: start, Needed: "yes"}, {At: start, Needed: "no"}, {At: start}}
	h.Surveys = []rows.Survey{{AskedAt: start, Score: 4, Agent: "ben"}, {AskedAt: start, Agent: "ben"}}
	got := sums(Count([]*rows.History{h}, start+rows.Hour))
	for name, want := range map[string]int64{
		"verdict yes": 1, "verdict no": 1, "verdict unlabelled": 1, "asked": 2, "score 4": 1, "agent_score ben 4": 1,
		"in": 2, "opened": 1, // the answer to the survey is a line, and no new engagement
	} {
		if got[name] != want {
			t.Errorf("%s: %d, want %d", name, got[name], want)
		}
	}
}

func TestFailureOf_isAShortWord(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]string{
		"window_closed: the customer's last message is more than 24 hours old; only a template may be sent": "window_closed",
		"unknown: the connection broke":                    "unknown",
		"braze invalid (400): no such campaign. Check it.": "braze_invalid",
		"braze unauthorized (401): bad key":                "braze_unauthorized",
		"no campaign is configured for the layout text":    "other",
		"":                 "other",
		"=HYPERLINK(1): x": "other",
		"a_very_long_word_that_nobody_would_use_as_a_code_ever: x": "other",
	} {
		if got := failureOf(reason); got != want {
			t.Errorf("%q: %s, want %s", reason, got, want)
		}
	}
}

func TestHistogram_isATenthOffAtMost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Int64Range(0, 50*24*rows.Hour), 1, 200).Draw(t, "durations")
		h := histogram{}
		for _, d := range list {
			h.add(bucketOf(d), 1)
		}
		q := rapid.SampledFrom([]float64{0.5, 0.9}).Draw(t, "q")
		got, ok := h.quantile(q)
		if !ok {
			t.Fatal("empty")
		}
		// Some duration is within a bucket of what was read, and as many are below as should be.
		var below, above int
		for _, d := range list {
			if float64(d) < float64(got)/step-1000 {
				below++
			}
			if float64(d) > float64(got)*step+1000 {
				above++
			}
		}
		const rounding = 1e-6
		if float64(below) > q*float64(len(list))+rounding || float64(above) > (1-q)*float64(len(list))+rounding {
			t.Fatalf("p%v of %v is %d: %d are well below, %d well above", q*100, list, got, below, above)
		}
	})
	if _, ok := (histogram{}).quantile(0.5); ok {
		t.Error("nothing has a median")
	}
	long := histogram{}
	long.add(bucketOf(1<<50), 1)
	if ms, ok := long.quantile(0.9); !ok || ms < 50*24*rows.Hour {
		t.Errorf("something very long is %d ms", ms)
	}
}
