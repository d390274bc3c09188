package doctor_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"parley/internal/bot/remote/wire"
	"parley/internal/config"
	"parley/internal/doctor"
	"parley/internal/sign"
	"parley/internal/store"
)

// brain gives the route a brain that answers with a status and does not look at signatures: with 0
// it hangs, with -1 nobody is there.
func (w *ward) brain(status int, action wire.Action) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if status == 0 {
			_, _ = io.ReadAll(r.Body) // else nobody sees the caller go
			<-r.Context().Done()
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.Header().Set("Location", "/elsewhere")
		rw.WriteHeader(status)
		answer(rw, r, action)
	}))
	w.t.Cleanup(server.Close)
	b := config.Brain{URL: server.URL, Secret: config.Secret(sign.NewSecret()), Timeout: 10 * time.Second}
	switch status {
	case 0:
		b.Timeout = 50 * time.Millisecond
	case -1:
		server.Close()
	}
	w.shop().Routes[0].Brain = b
}

func answer(rw http.ResponseWriter, r *http.Request, action wire.Action) {
	var turn wire.Turn
	body, _ := io.ReadAll(r.Body)
	if json.Unmarshal(body, &turn) == nil && turn.Test {
		_ = json.NewEncoder(rw).Encode(wire.Answer{Turn: turn.ID, Action: action})
	}
}

// A brain that answers what Parley has signed, and nothing else, is in good health.
func TestExamine_brainIsThere(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), "sqlite:"+t.TempDir()+"/p.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := newWard(t, s)
	secret := sign.NewSecret()
	var refused, taken int
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		want := http.Header{}
		at, err := time.ParseDuration(r.Header.Get("Webhook-Timestamp") + "s")
		if err != nil || sign.Set(want, r.Header.Get("Webhook-Id"), at.Milliseconds(), string(body), secret) != nil || want.Get("Webhook-Signature") != r.Header.Get("Webhook-Signature") {
			refused++
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		taken++
		var turn wire.Turn
		_ = json.Unmarshal(body, &turn)
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(wire.Answer{Turn: turn.ID, Action: wire.Keep})
	}))
	t.Cleanup(server.Close)
	w.shop().Routes[0].Brain = config.Brain{URL: server.URL, Secret: config.Secret(secret), Timeout: 10 * time.Second}
	found := w.examine()
	if !slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Check == "brain" && f.Level == doctor.OK }) || taken != 1 || refused != 1 {
		t.Errorf("%d turns taken, %d refused: %s", taken, refused, names(found))
	}
	if slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Check == "brain_signature" }) {
		t.Error("a brain that checks signatures is reproached with not doing so")
	}
}
