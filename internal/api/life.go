package api

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"parley/internal/api/costs"
	"parley/internal/bot"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/window"
)

// Words is a text in every language of the desk.
type Words struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// Step is one thing that happened to a message on its way.
type Step struct {
	Kind   string         `json:"kind" enum:"received,repaired,deduplicated,joined,settled,understood,asked,silent,handed_over,queued,batched,accepted,retried,unknown,dead,cancelled,withheld,sent,delivered,read,failed"`
	At     time.Time      `json:"at"`
	Title  Words          `json:"title"`
	Detail string         `json:"detail,omitempty"`
	Data   map[string]any `json:"data,omitempty"`
}

// Understanding is how the bot read what the customer wrote.
type Understanding struct {
	Intent       string    `json:"intent"`
	Title        string    `json:"title"`
	P            float64   `json:"p" doc:"Calibrated probability that the intent is right."`
	Band         string    `json:"band" enum:"answer,clarify,fallback,always,rule"`
	Rule         string    `json:"rule,omitempty"`
	Reason       string    `json:"reason"`
	Language     string    `json:"language"`
	LanguageFrom string    `json:"languageFrom"`
	Version      string    `json:"version,omitempty" doc:"Version of the knowledge base."`
	Micros       int64     `json:"micros" doc:"Time the bot took, in microseconds."`
	Alternatives []Reading `json:"alternatives" nullable:"false"`
	Sources      []string  `json:"sources" nullable:"false" doc:"Files of the knowledge base that the answer is from; the passage of a document behind a #."`

	Model *bot.ModelTrace `json:"model,omitempty" doc:"What a language model had to do with it, or a brain of your own."`
}

// Reading is one intent that was considered.
type Reading struct {
	Intent string  `json:"intent"`
	Title  string  `json:"title"`
	P      float64 `json:"p"`
}

type lifeOutput struct {
	Body struct {
		Steps         []Step         `json:"steps" nullable:"false"`
		Understanding *Understanding `json:"understanding,omitempty"`
	}
}

func (a *API) life() {
	get(a, "get-message-life", "/messages/{id}/life", "What happened to a message and why, step by step", a.messageLife)
}

func (a *API) messageLife(ctx context.Context, in *idInput) (*lifeOutput, error) {
	m, err := a.Store.Message(ctx, chat.MessageID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &lifeOutput{}
	out.Body.Steps = []Step{}
	add := func(steps ...Step) { out.Body.Steps = append(out.Body.Steps, steps...) }

	turn, turned, err := a.Store.Turn(ctx, m)
	if err != nil {
		return nil, err
	}
	inbound := []chat.Message{m}
	if m.Direction == chat.Out {
		inbound = nil
		if turned {
			if inbound, err = a.covered(ctx, turn); err != nil {
				return nil, err
			}
		}
	}
	for _, i := range inbound {
		steps, err := a.arrivalSteps(ctx, i)
		if err != nil {
			return nil, err
		}
		add(steps...)
	}
	if turned {
		steps, understanding, err := turnSteps(turn, len(inbound))
		if err != nil {
			return nil, err
		}
		add(steps...)
		out.Body.Understanding = understanding
	}
	if m.Direction == chat.Out {
		steps, err := a.deliverySteps(ctx, m)
		if err != nil {
			return nil, err
		}
		add(steps...)
	}
	return out, nil
}

// covered lists the inbound lines that a turn answered.
func (a *API) covered(ctx context.Context, t store.Turn) ([]chat.Message, error) {
	list, _, err := a.Store.Messages(ctx, t.ConversationID, t.ToSeq+1, int(min(t.ToSeq-t.FromSeq, 100)))
	var out []chat.Message
	for _, m := range list {
		if m.Direction == chat.In && m.Seq > t.FromSeq {
			out = append(out, m)
		}
	}
	return out, err
}

func (a *API) arrivalSteps(ctx context.Context, m chat.Message) ([]Step, error) {
	steps := []Step{{Kind: "received", At: when(m.At), Title: Words{"Received from Braze", "Reçu de Braze"}, Detail: m.Text}}
	if m.Arrival != nil {
		steps[0].Data = map[string]any{"route": m.Arrival.Route, "dispatchId": m.Arrival.DispatchID, "campaignId": m.Arrival.CampaignID}
		if m.Arrival.ByCurrents {
			steps[0].Title = Words{"Received from Currents: no webhook had brought it", "Reçu de Currents : aucun webhook ne l’avait apporté"}
		}
		for _, r := range m.Arrival.Repaired {
			steps = append(steps, Step{
				Kind: "repaired", At: when(m.At), Detail: r,
				Title: Words{"Repaired: the webhook's JSON was broken; use json_escape", "Réparé : le JSON du webhook était invalide ; utilisez json_escape"},
			})
		}
	}
	drops, err := a.Store.DropsOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range drops {
		steps = append(steps, Step{
			Kind: "deduplicated", At: when(d.At), Data: map[string]any{"route": d.Route, "reason": string(d.Reason)}, Title: dropTitle(d.Reason),
		})
	}
	return steps, nil
}

func dropTitle(why store.DropReason) Words {
	if why == store.DropLate {
		return Words{"The webhook came after all: not counted twice", "Le webhook est arrivé après coup : non compté deux fois"}
	}
	if why == store.DropOtherRoute {
		return Words{"The same message through another route: not counted twice", "Le même message par une autre route : non compté deux fois"}
	}
	return Words{"Delivered again by Braze: recognised and dropped", "Livré à nouveau par Braze : reconnu et écarté"}
}

func turnSteps(t store.Turn, inbound int) ([]Step, *Understanding, error) {
	var trace bot.Trace
	if err := json.Unmarshal([]byte(t.Trace), &trace); err != nil {
		return nil, nil, fmt.Errorf("trace of turn %s: %w", t.ID, err)
	}
	var steps []Step
	if inbound > 1 {
		steps = append(steps, Step{
			Kind: "joined", At: when(t.ClaimedAt), Data: map[string]any{"count": inbound},
			Title: Words{fmt.Sprintf("%d messages answered together", inbound), fmt.Sprintf("%d messages traités ensemble", inbound)},
		})
	}
	steps = append(steps,
		Step{
			Kind: "settled", At: when(t.ClaimedAt), Data: map[string]any{"dueAt": when(t.DueAt), "attempt": t.Attempts},
			Title: Words{"The customer had finished writing", "Le client avait fini d’écrire"},
		},
		Step{Kind: "understood", At: when(t.FinishedAt), Title: understoodTitle(trace), Detail: trace.Reason},
	)
	if trace.Model != nil {
		en, fr, detail := costs.Words(*trace.Model)
		steps = append(steps, Step{Kind: "asked", At: when(t.FinishedAt), Title: Words{en, fr}, Detail: detail})
	}
	switch bot.Action(t.Action) {
	case bot.ActionSilent:
		steps = append(steps, Step{Kind: "silent", At: when(t.FinishedAt), Detail: trace.Reason, Title: Words{"No answer, on purpose", "Pas de réponse, volontairement"}})
	case bot.ActionHandoff:
		steps = append(steps, Step{Kind: "handed_over", At: when(t.FinishedAt), Detail: trace.Reason, Title: Words{"Handed over to people", "Confié à une personne"}})
	}
	u := &Understanding{
		Intent: trace.Intent, Title: trace.Title, P: trace.P, Band: trace.Band, Rule: trace.Rule, Reason: trace.Reason, Language: trace.Language,
		LanguageFrom: trace.LanguageFrom, Version: trace.KnowledgeVersion, Micros: trace.Micros, Alternatives: []Reading{},
		Sources: append([]string{}, trace.Sources...), Model: trace.Model,
	}
	for _, alt := range trace.Alternatives {
		u.Alternatives = append(u.Alternatives, Reading{Intent: alt.Intent, Title: alt.Title, P: alt.P})
	}
	return steps, u, nil
}

func understoodTitle(t bot.Trace) Words {
	if t.Rule == bot.RulePassage {
		return Words{"Found in a document", "Trouvé dans un document"}
	}
	if t.Title != "" {
		return Words{"Understood as “" + t.Title + "”", "Compris comme « " + t.Title + " »"}
	}
	return Words{"Read by the bot", "Lu par le bot"}
}

func (a *API) deliverySteps(ctx context.Context, m chat.Message) ([]Step, error) {
	byMessage, err := a.Store.DeliveriesOf(ctx, []chat.MessageID{m.ID})
	if err != nil {
		return nil, err
	}
	receipts, err := a.receiptsOf(ctx, byMessage)
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, d := range byMessage[m.ID] {
		part := map[string]any{"layout": string(d.Layout)}
		if d.Parts > 1 {
			part["part"], part["parts"] = d.Part+1, d.Parts
		}
		steps = append(steps, Step{Kind: "queued", At: when(d.QueuedAt), Data: part, Title: Words{"Queued to be sent", "Mis en file d’envoi"}})
		if d.SentAt != 0 && d.BatchSize != 0 {
			steps = append(steps, Step{
				Kind: "batched", At: when(d.SentAt), Title: batchTitle(d.BatchSize), Data: map[string]any{"recipients": d.BatchSize, "attempt": d.Attempts},
			})
		}
		last, err := a.lastStep(ctx, d)
		if err != nil {
			return nil, err
		}
		steps = append(append(steps, last...), receiptSteps(d, receipts[d.ID])...)
	}
	return steps, nil
}

func batchTitle(size int) Words {
	if size == 1 {
		return Words{"Sent to Braze", "Envoyé à Braze"}
	}
	return Words{fmt.Sprintf("Sent to Braze in one call with %d recipients", size), fmt.Sprintf("Envoyé à Braze en un appel pour %d destinataires", size)}
}

func (a *API) lastStep(ctx context.Context, d chat.Delivery) ([]Step, error) {
	s := Step{At: when(max(d.DoneAt, d.SentAt, d.QueuedAt)), Detail: d.Reason, Data: map[string]any{}}
	switch d.State {
	case chat.Accepted:
		s.Kind, s.Title = "accepted", Words{"Accepted by Braze", "Accepté par Braze"}
	case chat.Unknown:
		s.Kind, s.Title = "unknown", Words{"Nobody can tell whether it arrived", "Impossible de savoir s’il est arrivé"}
	case chat.Dead:
		s.Kind, s.Title = "dead", Words{"Not sent", "Non envoyé"}
	case chat.Cancelled:
		s.Kind, s.Title = "cancelled", Words{"Withdrawn: somebody else took over", "Retiré : quelqu’un d’autre a pris la main"}
		if d.Reason == window.ReasonOldAnswer {
			s.Title = Words{"Withdrawn: the customer came back too late for this answer", "Retiré : le client est revenu trop tard pour cette réponse"}
		}
	case chat.Withheld:
		s.Kind, s.Title = "withheld", Words{"Waits for the customer’s return", "Attend le retour du client"}
	default:
		if d.Attempts == 0 || d.Reason == "" {
			return nil, nil
		}
		s.Kind, s.Title = "retried", Words{"Will be sent again", "Sera renvoyé"}
	}
	if d.DispatchID != "" {
		s.Data["dispatchId"] = d.DispatchID
	}
	ex, ok, err := a.Store.Exchange(ctx, d.ExchangeID)
	if err != nil {
		return nil, err
	}
	if ok {
		s.Data["exchange"] = map[string]any{
			"method": ex.Method, "path": ex.Path, "status": ex.Status, "millis": ex.Millis, "requestId": ex.RequestID,
			"request": ex.Request, "response": ex.Response,
		}
	}
	return []Step{s}, nil
}
