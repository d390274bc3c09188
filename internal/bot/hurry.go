package bot

import "time"

// count remembers when the customer's messages came, for as long as a minute.
func (r *run) count() {
	since := r.turn.Now.Add(-time.Minute).UnixMilli()
	var kept []int64
	for _, at := range r.state.Recent {
		if at > since {
			kept = append(kept, at)
		}
	}
	if r.turn.PerMinute > 0 {
		for _, m := range r.turn.Messages {
			if at := m.At.UnixMilli(); at > since {
				kept = append(kept, at)
			}
		}
	}
	r.state.Recent = last(kept, max(r.turn.PerMinute+1, 1))
}

// hurried meets somebody who writes faster than anybody could read: it says so once and
// is silent until they have slowed down. Their messages are kept like all others.
func (r *run) hurried() (Outcome, bool) {
	if r.turn.PerMinute <= 0 || len(r.state.Recent) <= r.turn.PerMinute {
		r.state.Hurried = false
		return Outcome{}, false
	}
	const reason = "more messages within a minute than are answered"
	if r.state.Hurried {
		out := r.silent(reason + "; the customer was told")
		r.trace.Rule = "too_fast"
		return out, true
	}
	r.state.Hurried = true
	r.expectNothing()
	return r.say(ActionAnswer, BandRule, "too_fast", reason, r.texts.TooFast, r.hint()), true
}
