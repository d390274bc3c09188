package doctor

import (
	"parley/internal/chat"
	"parley/internal/store/signs"
)

// Stage is one step of a message's way through Parley and back.
type Stage string

// The stages, in their order.
const (
	Arrived Stage = "arrived" // Braze's webhook brought it
	Decided Stage = "decided" // the bot has taken its turn, or leaves it to people
	Left    Stage = "left"    // Braze has taken the answer, or it will not leave
)

// Reached is a stage that a message of the loop test has come to.
type Reached struct {
	Stage Stage `json:"stage"`
	Level Level `json:"level"`
	What  Words `json:"what"`
}

// Progress lists the stages that a message has come to; done says that no more will come.
// An answer that Braze takes in several parts reaches its last stage once for each.
func Progress(step signs.Step) (out []Reached, done bool) {
	route := ""
	if step.Message.Arrival != nil {
		route = step.Message.Arrival.Route
	}
	out = append(out, Reached{Arrived, OK, bothf("It arrived through route %s.", "Il est arrivé par la route %s.", route)})
	if step.Action == "" {
		if step.Owner != chat.OwnerBot {
			return append(out, Reached{Decided, Note, both("People have this conversation; the bot stays silent.", "Des personnes ont cette conversation ; le bot se tait.")}), true
		}
		return out, false
	}
	out = append(out, Reached{Decided, OK, bothf("The bot decided: %s.", "Le bot a décidé : %s.", step.Action)})
	open := 0
	for _, d := range step.Deliveries {
		switch d.State {
		case chat.Accepted:
			out = append(out, Reached{Left, OK, bothf(
				"Braze took the answer (dispatch %s). If the phone stays silent now, see the list of what no API shows.",
				"Braze a accepté la réponse (envoi %s). Si le téléphone reste muet, voyez la liste de ce qu’aucune API ne montre.", d.DispatchID)})
		case chat.Dead, chat.Unknown, chat.Cancelled:
			out = append(out, Reached{Left, Fail, bothf("The answer did not leave: %s", "La réponse n’est pas partie : %s", d.Reason)})
		default:
			open++
		}
	}
	return out, open == 0
}
