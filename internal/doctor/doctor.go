// Package doctor looks for what keeps messages from arriving or leaving: it asks Braze
// about key and campaigns, knocks at Parley's own public address, and reads from the
// database what the last webhooks and deliveries were like. It changes nothing and sends
// nothing. It owns the checks and their words, in every language of the desk; how they
// are printed belongs to the command and the page.
//
// Start reading at [Examine]. What no API can show is in [ByHand].
package doctor

import (
	"context"
	"net/http"
	"time"

	"parley/internal/config"
	"parley/internal/store"
)

// Level says how bad a finding is.
type Level string

// The levels, from best to worst.
const (
	OK   Level = "ok"
	Note Level = "note" // works, but somebody should know
	Warn Level = "warn" // some messages will be lost or late
	Fail Level = "fail" // nothing works until it is mended
)

// Words is a text in every language of the desk.
type Words struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// In gives the text in a language; English where there is no other.
func (w Words) In(language string) string {
	if language == "fr" {
		return w.FR
	}
	return w.EN
}

// Finding is the result of one check.
type Finding struct {
	Check   string `json:"check"`   // a stable name, such as campaign_draft
	Subject string `json:"subject"` // what was looked at: "shop", "shop/text", "support"
	Level   Level  `json:"level"`
	What    Words  `json:"what"`
	Cure    Words  `json:"cure"` // empty when nothing is to be done
}

// Patient is what is examined.
type Patient struct {
	Config config.Config
	Store  *store.Store      // nil when the database could not be opened
	HTTP   http.RoundTripper // for all calls; nil means the default
	Now    func() time.Time
}

// Examine looks at everything that can be seen and calls tell with each finding as soon
// as it is known, never concurrently. It returns when all is said or ctx has ended.
func Examine(ctx context.Context, p Patient, tell func(Finding)) {
	if p.Now == nil {
		p.Now = time.Now
	}
	e := &examination{Patient: p, tell: tell}
	e.database(ctx)
	e.public(ctx)
	for _, w := range p.Config.Workspaces {
		e.braze(ctx, w)
		e.models(ctx, w)
		e.brains(ctx, w)
		e.settings(w)
		e.traffic(ctx, w)
	}
	if len(p.Config.Workspaces) == 0 {
		e.fail("no_workspace", "settings", none())
	}
}

type examination struct {
	Patient
	tell func(Finding)
}

func (e *examination) say(level Level, check, subject string, w said) {
	e.tell(Finding{Check: check, Subject: subject, Level: level, What: w.what, Cure: w.cure})
}

func (e *examination) ok(check, subject string, what Words) {
	e.tell(Finding{Check: check, Subject: subject, Level: OK, What: what})
}

func (e *examination) fail(check, subject string, w said) { e.say(Fail, check, subject, w) }
func (e *examination) warn(check, subject string, w said) { e.say(Warn, check, subject, w) }
func (e *examination) note(check, subject string, w said) { e.say(Note, check, subject, w) }
