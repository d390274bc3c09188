package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"parley/internal/channel/intake"
)

// inbound is where Braze's webhook campaigns post. The answer is for Braze's logs
// and for people trying it by hand: nobody else reads it. What Braze does with
// each status decides which are used (Braze docs, "Webhook errors"): a 4xx is
// final, so only what no retry can mend gets one.
func (a *API) inbound(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, a.set.BodyBytes))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			a.Intake.TooLarge(r.PathValue("route"), time.Since(started))
			plain(w, http.StatusRequestEntityTooLarge, "the body is larger than limits.body_bytes allows")
			return
		}
		plain(w, http.StatusServiceUnavailable, "the body could not be read; send it again")
		return
	}
	outcome, err := a.Intake.Accept(r.Context(), intake.Webhook{
		Route: r.PathValue("route"), Secret: bearer(r), Signature: r.Header.Get("X-Parley-Signature"), From: a.clientAddr(r), ContentType: r.Header.Get("Content-Type"), Body: body,
	})
	switch {
	case err == nil:
		respond(w, http.StatusOK, map[string]string{"status": string(outcome)})
	case errors.Is(err, intake.ErrSecret), errors.Is(err, intake.ErrSignature):
		plain(w, http.StatusUnauthorized, err.Error())
	case errors.Is(err, intake.ErrNotAllowed):
		plain(w, http.StatusForbidden, err.Error())
	case errors.Is(err, intake.ErrNoRoute):
		plain(w, http.StatusNotFound, err.Error())
	default:
		plain(w, http.StatusServiceUnavailable, "the message could not be stored; send it again")
	}
}

// bearer gives the secret of an Authorization header, or nothing.
func bearer(r *http.Request) string {
	scheme, secret, ok := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

func plain(w http.ResponseWriter, status int, message string) {
	respond(w, status, map[string]string{"message": message})
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller has gone; nobody is left to tell
}
