package intake

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/routes"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

func TestTally_countsEveryOutcomeAndWritesItDown(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := 10 * time.Hour.Milliseconds()
		in := New([]Route{
			{ID: "support", Workspace: "shop", Secrets: []string{"the-first-secret-of-all", "the-second-secret-of-all"}, Dedupe: store.Dedupe{WithDispatch: 1000}},
			{ID: "closed", Workspace: "shop", Secrets: []string{"the-first-secret-of-all"}, AllowFrom: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}},
		}, s, obs.NewMetrics("test", []string{"support", "closed"}, []string{"shop"}), slog.New(slog.DiscardHandler), func() int64 { return now }, func(int64) {}, func(store.Topic) {})
		post := func(route, secret, body string) {
			_, _ = in.Accept(t.Context(), Webhook{Route: route, Secret: secret, ContentType: "application/json", Body: []byte(body), From: netip.MustParseAddr("198.51.100.1")})
		}
		hello := `{"external_id": "ann", "dispatch_id": "d1", "message": "hello"}`
		post("support", "the-first-secret-of-all", hello)
		post("support", "the-second-secret-of-all", hello)
		post("support", "the-second-secret-of-all", `{"external_id": "bob", "message": "I said "no""}`)
		post("support", "the-second-secret-of-all", "no JSON at all")
		post("support", "a guess", hello)
		post("closed", "the-first-secret-of-all", hello)
		post("nowhere", "the-first-secret-of-all", hello)

		// What could not be written down is kept for the next time.
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := in.flush(ended); err == nil {
			t.Fatal("wrote with a context that has ended")
		}
		now += time.Hour.Milliseconds()
		if err := in.Close(); err != nil {
			t.Fatal(err)
		}
		if err := in.Close(); err != nil { // nothing is counted twice
			t.Fatal(err)
		}
		got, err := routes.Since(t.Context(), s, 0)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, got, map[string]routes.Counts{
			"support": {Received: 2, Duplicates: 1, Repaired: 1, Unreadable: 1, Rejected: 1},
			"closed":  {Rejected: 1},
		})
		used, err := routes.Secrets(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		at := routes.Use{First: 10 * time.Hour.Milliseconds(), Last: 10 * time.Hour.Milliseconds()}
		testkit.Diff(t, used, map[routes.Secret]routes.Use{
			{Route: "support", Fingerprint: Fingerprint("the-first-secret-of-all")}:  at,
			{Route: "support", Fingerprint: Fingerprint("the-second-secret-of-all")}: at,
		})
	})
}

func TestFingerprint_isShortAndNoPartOfTheSecret(t *testing.T) {
	t.Parallel()
	const secret = "the-first-secret-of-all"
	got := Fingerprint(secret)
	if len(got) != 6 || strings.Contains(secret, got) || got != Fingerprint(secret) || got == Fingerprint(secret+"x") {
		t.Errorf("fingerprint %q", got)
	}
}
