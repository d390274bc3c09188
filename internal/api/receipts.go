package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"

	"parley/internal/channel/receipts"
	"parley/internal/chat"
	told "parley/internal/store/receipts"
)

// currentsBytes is the largest body of a request of Currents: a hundred events, each with
// a text of 4,096 characters and the answers of a flow.
const currentsBytes = 8 << 20

// currents is where Braze's custom HTTP connector posts. Braze tries most refused
// requests again and switches a connector off after days of failure (Braze docs, "Custom
// HTTP connector"), so only what no other attempt can mend is refused.
func (a *API) currents(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, currentsBytes))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			a.Receipts.TooLarge()
			plain(w, http.StatusRequestEntityTooLarge, "the body is larger than 8 MiB; let the connector send fewer events at once")
			return
		}
		plain(w, http.StatusServiceUnavailable, "the body could not be read; send it again")
		return
	}
	taken, err := a.Receipts.Accept(r.Context(), bearer(r), body)
	var bad *receipts.BodyError
	switch {
	case err == nil:
		respond(w, http.StatusOK, taken)
	case errors.Is(err, receipts.ErrOff):
		plain(w, http.StatusNotFound, err.Error())
	case errors.Is(err, receipts.ErrSecret):
		plain(w, http.StatusUnauthorized, err.Error())
	case errors.As(err, &bad):
		plain(w, http.StatusBadRequest, err.Error())
	default:
		plain(w, http.StatusServiceUnavailable, "the events could not be stored; send them again")
	}
}

// MessageFailure says why a message that Braze took did not reach the customer.
type MessageFailure struct {
	Code  string `json:"code" doc:"WhatsApp's code, or the type of Braze's abort."`
	Title Words  `json:"title"`
	Cure  Words  `json:"cure"`
}

func failure(r told.Receipt) *MessageFailure {
	title, cure := receipts.Explain(r)
	return &MessageFailure{Code: r.Code, Title: Words(title), Cure: Words(cure)}
}

// receiptSteps are what a delivery has gone through since Braze took it.
func receiptSteps(d chat.Delivery, r told.Receipt) []Step {
	var steps []Step
	add := func(at int64, kind string, title Words, detail string) {
		if at != 0 {
			// Braze's times are whole seconds, and nothing happens before we asked for it.
			steps = append(steps, Step{Kind: kind, At: when(max(at, d.DoneAt)), Title: title, Detail: detail})
		}
	}
	add(r.SentAt, "sent", Words{"Braze passed it to WhatsApp", "Transmis à WhatsApp par Braze"}, "")
	add(r.RetriedAt, "retried", Words{"Braze will try again by itself", "Braze réessaiera de lui-même"}, "")
	if r.FailedAt != 0 {
		f := failure(r)
		add(r.FailedAt, "failed", f.Title, r.Detail)
		steps[len(steps)-1].Data = map[string]any{"code": r.Code, "cure": f.Cure}
	}
	add(r.DeliveredAt, "delivered", Words{"Delivered to the customer’s phone", "Remis sur le téléphone du client"}, "")
	add(r.ReadAt, "read", Words{"Read by the customer", "Lu par le client"}, "")
	slices.SortStableFunc(steps, func(a, b Step) int { return a.At.Compare(b.At) })
	return steps
}

// receiptsOf reads what has been told of the deliveries of messages.
func (a *API) receiptsOf(ctx context.Context, parts map[chat.MessageID][]chat.Delivery) (map[chat.DeliveryID]told.Receipt, error) {
	var ids []chat.DeliveryID
	for _, list := range parts {
		for _, d := range list {
			ids = append(ids, d.ID)
		}
	}
	return told.Of(ctx, a.Store, ids)
}
