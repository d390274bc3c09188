package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/routes"
)

// flushEvery is how often counts are written down, and so the most that is lost of
// them, never of messages, when the process is killed.
const flushEvery = 2 * time.Second

// Fingerprint is a short name of a secret, to tell two of them apart. It is too short
// to confirm a guess with.
func Fingerprint(secret string) string {
	sum := sha256.Sum256([]byte("parley route secret\x00" + secret))
	return hex.EncodeToString(sum[:3])
}

// tally counts in memory what came in, until it is written down. Webhooks thus cost no
// more for being counted, and whoever guesses secrets causes no writes.
type tally struct {
	mu     sync.Mutex
	counts map[routes.Hour]routes.Counts
	used   map[routes.Secret]routes.Use
}

func newTally() *tally {
	t := &tally{}
	t.take()
	return t
}

func (t *tally) take() (map[routes.Hour]routes.Counts, map[routes.Secret]routes.Use) {
	t.mu.Lock()
	defer t.mu.Unlock()
	counts, used := t.counts, t.used
	t.counts, t.used = map[routes.Hour]routes.Counts{}, map[routes.Secret]routes.Use{}
	return counts, used
}

// answered counts what a webhook turned out to be.
func (t *tally) answered(route string, outcome obs.WebhookOutcome, at int64) {
	var c routes.Counts
	switch outcome {
	case obs.WebhookAccepted:
		c.Received = 1
	case obs.WebhookDuplicate:
		c.Duplicates = 1
	case obs.WebhookDeadLetter:
		c.Unreadable = 1
	case obs.WebhookUnauthorized, obs.WebhookForbidden:
		c.Rejected = 1
	case obs.WebhookTest:
		c.Tests = 1
	default:
		return // Braze comes again, or nothing here has that name
	}
	t.add(route, c, at)
}

func (t *tally) add(route string, c routes.Counts, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	hour := routes.Hour{Route: route, At: routes.HourOf(at)}
	t.counts[hour] = plus(t.counts[hour], c)
}

func plus(a, b routes.Counts) routes.Counts {
	return routes.Counts{
		Received: a.Received + b.Received, Duplicates: a.Duplicates + b.Duplicates, Repaired: a.Repaired + b.Repaired,
		Unreadable: a.Unreadable + b.Unreadable, Rejected: a.Rejected + b.Rejected, Tests: a.Tests + b.Tests,
	}
}

func (t *tally) knows(route, fingerprint string, first, last int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := routes.Secret{Route: route, Fingerprint: fingerprint}
	u, ok := t.used[key]
	if !ok {
		u.First = first
	}
	t.used[key] = routes.Use{First: min(u.First, first), Last: max(u.Last, last)}
}

// Run writes the counts down every two seconds until ctx ends.
func (in *Intake) Run(ctx context.Context) {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := in.flush(ctx); err != nil && ctx.Err() == nil {
				in.log.WarnContext(ctx, "count webhooks; trying again", obs.Error(err))
			}
		}
	}
}

// Close writes the last counts down. Nothing may be accepted any more.
func (in *Intake) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return in.flush(ctx)
}

func (in *Intake) flush(ctx context.Context) error {
	counts, used := in.tally.take()
	if len(counts) == 0 && len(used) == 0 {
		return nil
	}
	err := in.store.Write(ctx, func(tx *store.Tx) error { return routes.Add(ctx, tx, counts, used) })
	if err != nil { // for the next time
		for h, c := range counts {
			in.tally.add(h.Route, c, h.At)
		}
		for s, u := range used {
			in.tally.knows(s.Route, s.Fingerprint, u.First, u.Last)
		}
	}
	return err
}
