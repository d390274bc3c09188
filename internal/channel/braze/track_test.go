package braze

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func tracks() Track {
	return Track{Objects: []Tracked{
		{Who: Recipient{ExternalUserID: "customer-0042"}, Attributes: map[string]any{"mood": "cheerful", "n": map[string]any{"inc": 1}}},
		{Who: Recipient{BrazeID: "braze-id-0042"}, Event: "resolved", Time: testNow, Properties: map[string]any{"outcome": "happy"}},
		{Who: Recipient{UserAlias: &UserAlias{Name: "+15550001", Label: "phone"}}, Attributes: map[string]any{"x": nil}},
	}}
}

func TestTrack_writesTheDocumentedBody(t *testing.T) {
	t.Parallel()
	var body, path string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		body, path = string(raw), r.URL.Path
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"message":"success","attributes_processed":1,"events_processed":1,"errors":[
			{"type":"bad value of customer-0042","input_array":"attributes","index":1},{"type":"more","input_array":"attributes","index":1},
			{"type":"no","input_array":"purchases","index":0},{"type":"no","input_array":"events","index":9},"words"]}`)
	})
	result, exchange, err := c.Track(t.Context(), tracks())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"attributes":[{"_update_existing_only":true,"external_id":"customer-0042","mood":"cheerful","n":{"inc":1}},` +
		`{"_update_existing_only":true,"user_alias":{"alias_name":"+15550001","alias_label":"phone"},"x":null}],` +
		`"events":[{"_update_existing_only":true,"braze_id":"braze-id-0042","name":"resolved","properties":{"outcome":"happy"},"time":"2026-11-22T20:04:46.000Z"}]}`
	if path != "/users/track" || body != want {
		t.Errorf("%s %s", path, cmp.Diff(want, body))
	}
	if diff := cmp.Diff(map[int]string{2: "bad value of …0042; more"}, result.Refused); diff != "" {
		t.Errorf("the object that Braze named (-want +got):\n%s", diff)
	}
	if len(result.Notes) != 3 {
		t.Errorf("errors that name no object of ours: %q", result.Notes)
	}
	for _, secret := range []string{"customer-0042", "cheerful", "happy", "+15550001", testKey} {
		if strings.Contains(string(exchange.Request)+string(exchange.Response), secret) {
			t.Errorf("the record of the call shows %q", secret)
		}
	}
	if !strings.Contains(string(exchange.Request), `"resolved"`) {
		t.Errorf("the record does not name the event: %s", exchange.Request)
	}
}

func TestTrack_errors(t *testing.T) {
	t.Parallel()
	status := http.StatusTooManyRequests
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-RateLimit-Limit", "3000")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", "1795377889")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"message":"no, customer-0042"}`)
	})
	var e *Error
	if _, _, err := c.Track(t.Context(), tracks()); !errors.As(err, &e) || !e.Retryable() || e.RetryAfter() <= 0 || e.RetryAfter() > time.Hour {
		t.Errorf("a 429 is %+v", err)
	}
	status = http.StatusBadRequest
	if _, _, err := c.Track(t.Context(), tracks()); !errors.As(err, &e) || e.Kind != KindInvalid || strings.Contains(e.Message, "customer-0042") {
		t.Errorf("a 400 is %+v", err)
	}
	for words, call := range map[string]Track{
		"there are 0 objects": {}, "there are 76 objects": {Objects: make([]Tracked, 76)}, "has 0 identifiers": {Objects: make([]Tracked, 1)},
	} {
		if _, made, err := c.Track(t.Context(), call); err == nil || !strings.Contains(err.Error(), words) || made.Path != "" {
			t.Errorf("%s: %v", words, err)
		}
	}
}
