// Package setup is how the desk API shows what Parley is connected to: its routes with
// what came in by them, what to make in Braze, what the doctor finds, and how far a
// message of the loop test has come. It shows no secret, only fingerprints. Paths and
// permissions are package api's.
package setup

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/desk/roster"
	"parley/internal/doctor"
	"parley/internal/store"
	"parley/internal/store/signs"
)

// Setup shows the settings it is made with.
type Setup struct {
	cfg       config.Config
	store     *store.Store
	teams     func(context.Context) (roster.Desk, error)
	now       func() time.Time
	transport http.RoundTripper
	examining sync.Mutex
}

// New makes a Setup. teams reads who works at the desk.
func New(cfg config.Config, s *store.Store, teams func(context.Context) (roster.Desk, error), now func() time.Time) *Setup {
	return &Setup{cfg: cfg, store: s, teams: teams, now: now, transport: http.DefaultTransport}
}

// Said is a text in every language of the desk.
type Said struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// SetupField is one field of a page of Braze's dashboard and what to put there.
type SetupField struct {
	Name  Said   `json:"name"`
	Value Said   `json:"value"`
	Paste bool   `json:"paste" doc:"The value is to be pasted as it stands."`
	Why   Said   `json:"why" doc:"Empty where nothing needs to be said."`
	Code  string `json:"code,omitempty" doc:"What the value is written in, if it is code: json or liquid."`
}

// SetupSheet is one thing to be made in Braze, field by field.
type SetupSheet struct {
	Title  Said         `json:"title"`
	Fields []SetupField `json:"fields" nullable:"false"`
}

// SetupWorkspace is all that is to be made in Braze for a workspace.
type SetupWorkspace struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Sheets []SetupSheet `json:"sheets" nullable:"false"`
}

// GuideOutput is what to make in Braze.
type GuideOutput struct {
	Body struct {
		PublicURL  string           `json:"publicUrl" doc:"Where Braze reaches Parley; empty while public_url is not set, and the sheets then show an example."`
		Workspaces []SetupWorkspace `json:"workspaces" nullable:"false"`
	}
}

// Guide says what to make in Braze, without any secret.
func (s *Setup) Guide(context.Context) *GuideOutput {
	out := &GuideOutput{}
	out.Body.PublicURL = s.cfg.PublicURL
	out.Body.Workspaces = []SetupWorkspace{}
	for _, w := range s.cfg.Workspaces {
		space := SetupWorkspace{ID: w.ID, Name: w.Name, Sheets: []SetupSheet{}}
		for _, sheet := range doctor.Guide(w, s.cfg.PublicURL, false) {
			shape := SetupSheet{Title: Said(sheet.Title), Fields: []SetupField{}}
			for _, f := range sheet.Fields {
				shape.Fields = append(shape.Fields, SetupField{Name: Said(f.Name), Value: Said(f.Value), Paste: f.Paste, Why: Said(f.Why), Code: f.Lang})
			}
			space.Sheets = append(space.Sheets, shape)
		}
		out.Body.Workspaces = append(out.Body.Workspaces, space)
	}
	return out
}

// DoctorFinding is the result of one check.
type DoctorFinding struct {
	Check   string `json:"check" doc:"A stable name, such as campaign_draft."`
	Subject string `json:"subject" doc:"What was looked at: a workspace, one of its layouts, or a route."`
	Level   string `json:"level" enum:"ok,note,warn,fail"`
	What    Said   `json:"what"`
	Cure    Said   `json:"cure" doc:"Empty when nothing is to be done."`
}

// examination limits how long a doctor may take whose calls are not answered.
const examination = 2 * time.Minute

// Examine gives tell each finding as soon as it is known. One examination runs at a time
// in a process: each makes calls to Braze.
func (s *Setup) Examine(ctx context.Context, tell func(DoctorFinding)) error {
	if !s.examining.TryLock() {
		return chat.Errorf(chat.Conflict, "somebody else is running the doctor; try again in a moment")
	}
	defer s.examining.Unlock()
	ctx, cancel := context.WithTimeout(ctx, examination)
	defer cancel()
	doctor.Examine(ctx, doctor.Patient{Config: s.cfg, Store: s.store, HTTP: s.transport, Now: s.now}, func(f doctor.Finding) {
		tell(DoctorFinding{Check: f.Check, Subject: f.Subject, Level: string(f.Level), What: Said(f.What), Cure: Said(f.Cure)})
	})
	return ctx.Err()
}

// ByHand is a setting that no API of Braze shows, to be looked up by a person.
type ByHand struct {
	Ask   Said `json:"ask"`
	Where Said `json:"where"`
	Else  Said `json:"else" doc:"What happens when it is wrong."`
}

// ByHandOutput lists what is to be looked up in Braze.
type ByHandOutput struct {
	Body struct {
		Items []ByHand `json:"items" nullable:"false"`
	}
}

// ByHand lists what is to be looked up in Braze.
func (s *Setup) ByHand(context.Context) *ByHandOutput {
	out := &ByHandOutput{}
	for _, q := range doctor.ByHand() {
		out.Body.Items = append(out.Body.Items, ByHand{Ask: Said(q.Ask), Where: Said(q.Where), Else: Said(q.Else)})
	}
	return out
}

// LoopInput says which message is waited for or followed.
type LoopInput struct {
	Since   int64  `query:"since" minimum:"0" doc:"The since of the first answer: when the test began. Without one a test begins."`
	Message string `query:"message" maxLength:"40" doc:"The message of the answer before, if it had one: the one to follow."`
	Phone   string `query:"phone" maxLength:"40" doc:"The number that is written from. Without one the first message of anybody counts."`
}

// LoopStage is a stage that the message has come to.
type LoopStage struct {
	Stage string `json:"stage" enum:"arrived,decided,left"`
	Level string `json:"level" enum:"ok,note,fail"`
	What  Said   `json:"what"`
}

// LoopOutput is how far the message has come.
type LoopOutput struct {
	Body struct {
		Since          int64       `json:"since"`
		Message        string      `json:"message" doc:"Empty until there is one."`
		ConversationID string      `json:"conversationId,omitempty"`
		Stages         []LoopStage `json:"stages" nullable:"false" doc:"Reached so far. The last one comes once for each part of the answer."`
		Done           bool        `json:"done" doc:"No more stages will come."`
		Stuck          Said        `json:"stuck" doc:"The likely cause if it comes no further."`
	}
}

// Loop says how far a message has come that somebody sends from their own phone. It
// keeps nothing between calls, so that any process may answer the next one.
func (s *Setup) Loop(ctx context.Context, in *LoopInput) (*LoopOutput, error) {
	out := &LoopOutput{}
	b := &out.Body
	b.Since, b.Message, b.Stages = in.Since, in.Message, []LoopStage{}
	var err error
	switch {
	case in.Since == 0:
		b.Since, b.Message = s.now().UnixMilli(), ""
	case in.Message == "":
		var id chat.MessageID
		if id, err = signs.First(ctx, s.store, in.Since, in.Phone); err != nil {
			return nil, err
		}
		b.Message = string(id)
	}
	if b.Message != "" {
		step, err := signs.Follow(ctx, s.store, chat.MessageID(b.Message))
		if err != nil {
			return nil, err
		}
		b.ConversationID = string(step.Message.ConversationID)
		reached, done := doctor.Progress(step)
		b.Done = done
		for _, r := range reached {
			b.Stages = append(b.Stages, LoopStage{Stage: string(r.Stage), Level: string(r.Level), What: Said(r.What)})
		}
	}
	b.Stuck = Said(doctor.Stuck(len(b.Stages), strings.TrimRight(s.cfg.PublicURL, "/")+"/braze/inbound/"))
	return out, nil
}
