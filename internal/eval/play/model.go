package play

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/bot/llm/scripted"
	"parley/internal/config"
	"parley/internal/eval/script"
)

const (
	none = -1
	// impatience is how long a conversation with a slow model waits for it, in real time.
	impatience = 2 * time.Second
)

// models are the scripted ones of all conversations, served over HTTP in both dialects: each has an address and,
// on every route, settings of its own, so that none knows the failures of another.
type models struct {
	list   []*actor
	url    string
	server *http.Server
	served chan error
}

// actor is the model of one conversation.
type actor struct {
	test *script.Test

	mu     sync.Mutex
	says   []script.Say // still to be said in this step
	fault  string       // of every answer
	asked  []scripted.Request
	beyond int // requests for which nothing is written
	obey   func(scripted.Request) scripted.Step
}

func openModels(tests []*script.Test) (*models, error) {
	m := &models{served: make(chan error, 1)}
	mux := http.NewServeMux()
	for _, t := range tests {
		if t.Model == nil {
			continue
		}
		a := &actor{test: t}
		mux.Handle(fmt.Sprintf("/%d/", len(m.list)), scripted.New(a.next))
		m.list = append(m.list, a)
	}
	if len(m.list) == 0 {
		return m, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m.url = "http://" + l.Addr().String()
	m.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { m.served <- m.server.Serve(l) }()
	return m, nil
}

func (m *models) close() error {
	if m.server == nil {
		return nil
	}
	err := m.server.Close()
	if failed := <-m.served; !errors.Is(failed, http.ErrServerClosed) {
		err = errors.Join(err, failed)
	}
	return err
}

// routeOf is the name of a route that asks the model.
func routeOf(route string, model int) string {
	if model == none {
		return route
	}
	return fmt.Sprintf("%s-model-%d", route, model+1)
}

// routes are the workspace's, and once more each of them for every model. own has the operator's settings of models.
func (m *models) routes(own *config.Workspace, w config.Workspace) []config.Route {
	all := slices.Clone(w.Routes)
	for i, a := range m.list {
		for k, r := range w.Routes {
			set := w.Model
			switch {
			case own != nil && k < len(own.Routes) && own.ModelOf(own.Routes[k]).Configured():
				set = own.ModelOf(own.Routes[k])
			case own != nil && own.Model.Configured():
				set = own.Model
			}
			r.ID, r.Model = routeOf(r.ID, i), a.settings(set, fmt.Sprintf("%s/%d", m.url, i))
			all = append(all, r)
		}
	}
	return all
}

// settings are those of the operator but for what they lead to. What it would cost in a day is not of one conversation.
func (a *actor) settings(set config.Model, address string) config.Model {
	want := a.test.Model
	set.Provider, set.Name, set.APIKey, set.BaseURL = want.Dialect, "scripted", "scripted", address
	if want.Dialect == llm.ProviderOpenAI {
		set.BaseURL += "/v1"
	}
	if a.test.Slow() {
		set.Deadline = impatience
	}
	set.Deadline = cmp.Or(want.Deadline, set.Deadline)
	set.When, set.Calls = cmp.Or(want.When, set.When), cmp.Or(want.Calls, set.Calls)
	set.CostPerDay = 0
	return set
}

// of is the number of a conversation's model.
func (m *models) of(t *script.Test) (int, error) {
	if t.Model == nil {
		return none, nil
	}
	i := slices.IndexFunc(m.list, func(a *actor) bool { return a.test.Model == t.Model })
	if i < 0 {
		return none, errors.New("the stage was not opened with this conversation, so that its model is not there")
	}
	return i, nil
}

// begin tells the model what to say in a step.
func (a *actor) begin(s script.Step, fault string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.says, a.fault, a.asked, a.beyond = s.Says, fault, nil, 0
}

// end reports what the model was asked in the step, and whether that is what was written down.
func (a *actor) end() ([]scripted.Request, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.beyond > 0:
		return a.asked, fmt.Errorf("the model was asked %d times, and the step says only %d answers; it could have called %s",
			len(a.asked), len(a.asked)-a.beyond, strings.Join(a.asked[len(a.asked)-1].Tools, ", "))
	case len(a.says) > 0:
		return a.asked, fmt.Errorf("the model was asked %d times only; the answer of line %d was not called for", len(a.asked), a.says[0].Line)
	}
	return a.asked, nil
}

func (a *actor) next(r scripted.Request) scripted.Step {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, r)
	switch {
	case a.obey != nil:
		return a.obey(r)
	case a.fault != "":
		return faulty(a.fault)
	case len(a.says) == 0:
		a.beyond++
		return scripted.Step{Status: http.StatusInternalServerError}
	}
	say := a.says[0]
	a.says = a.says[1:]
	return spoken(say)
}

// spoken is how a vendor would send what the model says.
func spoken(s script.Say) scripted.Step {
	if s.Fault != "" {
		return faulty(s.Fault)
	}
	step := scripted.Step{}
	for _, t := range s.Tools {
		step.Calls = append(step.Calls, scripted.Call{Name: t.Name, Args: t.Args})
	}
	if s.Ends == "" {
		step.Text = s.Text
		return step
	}
	end := map[string]any{"kind": s.Ends}
	switch s.Ends {
	case "handoff", "decline":
		end["reason"] = s.Text
	default:
		end["text"], end["sources"] = s.Text, append([]string{}, s.Sources...)
	}
	raw, _ := json.Marshal(end) // texts always can be
	step.Calls = []scripted.Call{{Name: "reply", Args: string(raw)}}
	return step
}

func faulty(fault string) scripted.Step {
	return map[string]scripted.Step{
		script.ModelSlow:      {Hang: true},
		script.ModelDown:      {Cut: true},
		script.ModelLimited:   {Status: http.StatusTooManyRequests},
		script.ModelBroken:    {Status: http.StatusServiceUnavailable},
		script.ModelMalformed: {Body: `{"choices":[{"message":{"tool_calls":[{`},
		script.ModelTruncated: {Truncated: true, Text: "Half of an ans"},
		script.ModelRefused:   {Refused: true},
	}[fault]
}

// modelled lets the routes lead to the conversation's model.
func (p *player) modelled(ctx context.Context) error {
	at, err := p.models.of(p.test)
	if err != nil {
		return err
	}
	if at != none {
		p.actor = p.models.list[at]
	}
	if at == p.speaks {
		return nil
	}
	return p.point(ctx, at)
}

// aboutModel compares an expectation of the model with what the newest turn and the requests of the step say.
func aboutModel(c script.Check, o Outcome, done *Step) Outcome {
	trace := done.model()
	switch c.Key {
	case "model":
		o.Got = "none"
		if trace.Outcome != "" || len(done.asked) > 0 {
			o.Got = fmt.Sprintf("asked %d times", len(done.asked))
		}
		o.Passed = o.Got == o.Want
	case "model.told", "model.untold":
		var told strings.Builder
		for _, r := range done.asked {
			told.WriteString(r.System)
			for _, m := range r.Messages {
				told.WriteString("\n" + m.Text)
			}
		}
		o.Got = told.String()
		missing := func(text string) bool { return !strings.Contains(o.Got, text) }
		o.Passed = !slices.ContainsFunc(c.Wants, missing)
		if c.Key == "model.untold" {
			o.Passed = !slices.ContainsFunc(c.Wants, func(text string) bool { return !missing(text) })
		}
	default:
		o.Got = map[string]string{
			"model.outcome": trace.Outcome, "model.failure": trace.Failure, "model.violation": trace.Violation, "model.calls": fmt.Sprint(len(done.asked)),
		}[c.Key]
		o.Passed = o.Got == o.Want
	}
	return o
}
