package app_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// outage is a way for Braze to fail, over ten people with four messages each.
type outage struct {
	name string
	// during is what Braze does with a call of the outage; nil refuses connections.
	during func(c *call, reset time.Time) verdict
	// calls is how many calls the outage lasts, 0 until the reset.
	calls int
	// sure says that nothing can be taken twice: every failure said that nothing was sent.
	sure bool
}

var outages = []outage{
	{name: "connection refused", sure: true},
	{
		name: "5xx for a while", calls: 4, sure: true,
		during: func(c *call, _ time.Time) verdict { return verdict{status: []int{500, 502, 503, 504}[c.n%4]} },
	},
	{
		name: "rate limited until a reset", sure: true,
		during: func(_ *call, reset time.Time) verdict {
			return verdict{status: http.StatusTooManyRequests, reset: reset}
		},
	},
	{
		name: "cut after it was taken", calls: 5,
		during: func(*call, time.Time) verdict { return verdict{cut: true} },
	},
	{
		name: "cut before it was taken", calls: 5,
		during: func(*call, time.Time) verdict { return verdict{noEntry: true} },
	},
}

// TestOutage lets Braze fail and come back: everything is delivered afterwards, in order, and
// nothing twice but what was marked as possibly sent.
func TestOutage(t *testing.T) {
	t.Parallel()
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			storetest.EachURL(t, func(t *testing.T, database string) { o.test(t, database) })
		})
	}
}

const outagePeople, outageMessages = 10, 4

func (o outage) test(t *testing.T, database string) {
	braze := newRecorder(t)
	address := strings.TrimPrefix(braze.URL, "http://")
	r := newRig(t, settings(t, database, braze.URL))
	reset := time.Now().Truncate(time.Second).Add(3 * time.Second)
	early := 0 // calls before the reset
	if o.during == nil {
		braze.down()
	}
	braze.answer(func(c *call) verdict {
		switch {
		case o.during == nil:
			return verdict{}
		case o.calls == 0 && time.Now().Before(reset):
			early++
			return o.during(c, reset)
		case c.n <= o.calls:
			return o.during(c, reset)
		}
		return verdict{}
	})
	for m := range outageMessages {
		for p := range outagePeople {
			r.accepted(said{from: person(p), phone: fmt.Sprintf("+1555300%04d", p), text: question(m)})
		}
	}
	if o.during == nil {
		r.failed(chat.Queued)
		braze.listen(address)
	}
	r.settled()
	r.checkDelivered(t, braze, o.sure)
	if inFlight := r.cfg.Workspaces[0].Braze.CallsInFlight; early > inFlight {
		t.Errorf("%d calls were made before the reset; %d may have been under way when Braze spoke", early, inFlight)
	}
	if o.during != nil && braze.calls <= o.calls {
		t.Errorf("Braze got %d calls, so the outage never ended", braze.calls)
	}
}

func person(p int) string { return fmt.Sprintf("person-%03d", p) }

// failed waits until a delivery was tried and is in a state with a reason.
func (r *rig) failed(state chat.State) chat.Delivery {
	r.t.Helper()
	var found chat.Delivery
	testkit.Eventually(r.t, patience, func() bool {
		for _, c := range r.conversations() {
			for _, d := range deliveriesOf(r.t, r.app.Store(), c.ID) {
				if d.State == state && d.Attempts > 0 && d.Reason != "" {
					found = d.Delivery
					return true
				}
			}
		}
		return false
	})
	return found
}

// checkDelivered holds what Braze took against what was queued.
func (r *rig) checkDelivered(t *testing.T, braze *recorder, sure bool) {
	t.Helper()
	taken := braze.takenByPerson()
	marked := 0
	for _, c := range r.conversations() {
		who := c.Contact.ExternalID
		lines := r.lines(c.ID)
		r.everyLineIsCovered(c, lines)
		deliveries := deliveriesOf(t, r.app.Store(), c.ID)
		for _, d := range deliveries {
			marked += d.Ambiguous
			if d.State != chat.Accepted && d.State != chat.Unknown {
				t.Errorf("%s: a delivery ended %s: %s", who, d.State, d.Reason)
			}
		}
		checkSends(t, who, deliveries, taken[who])
		inOrder(t, who, slices.Compact(slices.Clone(taken[who])))
	}
	if sure && marked > 0 {
		t.Errorf("%d sends were marked as ambiguous; none was", marked)
	}
	if !sure && marked == 0 {
		t.Error("connections were cut and nothing is marked as ambiguous")
	}
}

// checkSends holds one person's deliveries, in order, against what was sent to them: each one
// the first time, then as often again as its outcome was marked unknown, and never out of
// order. An accepted one was sent.
func checkSends(t *testing.T, who string, deliveries []line, sent []string) {
	t.Helper()
	at := 0
	for _, d := range deliveries {
		n := 0
		for at < len(sent) && sent[at] == d.Text {
			at, n = at+1, n+1
		}
		if most := 1 + d.Ambiguous; n > most {
			t.Errorf("%s: sent %d times, %d at most allowed: %q", who, n, most, d.Text)
		}
		if n == 0 && d.State == chat.Accepted {
			t.Errorf("%s: accepted, but never sent: %q", who, d.Text)
		}
	}
	if at < len(sent) {
		t.Errorf("%s: sent out of order, or never queued: %q; queued were %d", who, sent[at:], len(deliveries))
	}
}

// TestOutage_holdsWhatMayHaveArrived leaves a cut call to people where the policy says so.
func TestOutage_holdsWhatMayHaveArrived(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		cfg := settings(t, database, braze.URL)
		cfg.Workspaces[0].Delivery.Ambiguous = "hold"
		r := newRig(t, cfg)
		braze.answer(func(c *call) verdict { return verdict{cut: c.n == 1} })
		r.accepted(said{from: "held", text: question(0)})
		d := r.failed(chat.Unknown)
		r.accepted(said{from: "held", text: question(1)})
		r.settled()
		if got := braze.taken("held"); len(got) != 2 || got[0] != d.Text || !strings.Contains(got[1], answerTo(1)) {
			t.Errorf("Braze took %q", got)
		}
	})
}

// TestOutage_oneBadRecipient puts one person whom Braze refuses among 49 others.
func TestOutage_oneBadRecipient(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		cfg := settings(t, database, "")
		badRecipients(t, cfg, 50, 0, func(p int) bool { return p == 33 })
	})
}

// TestOutage_manyBadRecipients makes the search for those at fault take longer than a lease.
func TestOutage_manyBadRecipients(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		cfg := settings(t, database, "")
		cfg.Workspaces[0].Delivery.Lease, cfg.Workspaces[0].Braze.Timeout = 3*time.Second, 2500*time.Millisecond
		badRecipients(t, cfg, 12, 200*time.Millisecond, func(p int) bool { return p%2 == 0 })
	})
}

// badRecipients lets Braze refuse some people, taking its time for each call: they end with the
// reason, and everybody else gets their message once.
func badRecipients(t *testing.T, cfg config.Config, people int, took time.Duration, bad func(p int) bool) {
	t.Helper()
	braze := newRecorder(t)
	together := false
	braze.answer(func(c *call) verdict {
		// Until one call takes everybody, Braze only asks to wait.
		if together = together || len(c.sends) == people; !together {
			return verdict{status: http.StatusTooManyRequests, reset: time.Now().Add(time.Second)}
		}
		for p := range people {
			if bad(p) && c.names(person(p)) {
				return verdict{took: took, status: http.StatusBadRequest, body: `{"message": "The recipient cannot be used"}`}
			}
		}
		return verdict{took: took}
	})
	cfg.Workspaces[0].Braze.Endpoint, cfg.Workspaces[0].Braze.CallsInFlight = braze.URL, 2
	r := newRig(t, cfg)
	for p := range people {
		r.accepted(said{from: person(p), text: question(p)})
	}
	r.settled()
	for _, c := range r.conversations() {
		who := c.Contact.ExternalID
		var p int
		if _, err := fmt.Sscanf(who, "person-%d", &p); err != nil {
			t.Fatal(err)
		}
		d := deliveriesOf(t, r.app.Store(), c.ID)[0]
		sent := braze.taken(who)
		switch refused := bad(p); {
		case refused && (d.State != chat.Dead || !strings.Contains(d.Reason, "The recipient cannot be used") || len(sent) != 0):
			t.Errorf("%s, who is refused, is %s, reason %q, sent %d times", who, d.State, d.Reason, len(sent))
		case !refused && (d.State != chat.Accepted || len(sent) != 1):
			t.Errorf("%s is %s, sent %d times", who, d.State, len(sent))
		}
	}
}

// TestOutage_wrongKey lets Braze refuse the key: nothing is lost, and everything is sent
// once the key works again. The key is nowhere to be found.
func TestOutage_wrongKey(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		braze.answer(func(c *call) verdict {
			if c.key != "Bearer "+brazeKey {
				braze.odd = append(braze.odd, "the call brings another key")
			}
			return verdict{status: http.StatusUnauthorized, body: `{"message": "Invalid API key: ` + brazeKey + `"}`}
		})
		r := newRig(t, settings(t, database, braze.URL))
		for p := range outagePeople {
			r.accepted(said{from: person(p), phone: fmt.Sprintf("+1555400%04d", p), text: question(p)})
		}
		d := r.failed(chat.Queued)
		if !strings.Contains(d.Reason, "Check the REST API key") {
			t.Errorf("the reason does not say what to do: %q", d.Reason)
		}
		braze.answer(nil)
		r.ahead.Store(time.Minute.Milliseconds()) // people need a while to mend a key
		r.settled()
		r.checkDelivered(t, braze, true)
		for p := range outagePeople {
			if got := braze.taken(person(p)); len(got) != 1 {
				t.Errorf("%s was sent %q", person(p), got)
			}
		}
		r.checkKeyIsNowhere(t)
	})
}

// checkKeyIsNowhere searches all that the desk API tells for the key.
func (r *rig) checkKeyIsNowhere(t *testing.T) {
	t.Helper()
	d := r.desk()
	look := func(path string) string {
		body := d.get(path)
		if strings.Contains(body, brazeKey) {
			t.Errorf("GET %s shows the key: %s", path, body)
		}
		return body
	}
	look("/conversations?limit=200")
	exchanges := 0
	for _, c := range r.conversations() {
		look("/conversations/" + string(c.ID))
		look("/conversations/" + string(c.ID) + "/messages")
		for _, m := range r.lines(c.ID) {
			if strings.Contains(look("/messages/"+string(m.ID)+"/life"), `"exchange"`) {
				exchanges++
			}
		}
	}
	if exchanges == 0 {
		t.Error("no exchange was shown, so nothing was searched")
	}
	for table, rows := range dump(t, string(r.cfg.Database)) {
		if strings.Contains(rows, brazeKey) {
			t.Errorf("table %s holds the key", table)
		}
	}
}

// TestStop_underLoad stops the gateway while people write and Braze is slow: the stop keeps its
// limit, and what was acknowledged is answered after the next start.
func TestStop_underLoad(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		const limit = 10 * time.Second
		braze := newRecorder(t)
		release := make(chan struct{})
		braze.answer(func(*call) verdict { return verdict{hold: release} })
		cfg := settings(t, database, braze.URL)
		cfg.Limits.StopSeconds = int(limit / time.Second)
		cfg.Workspaces[0].Braze.Timeout, cfg.Workspaces[0].Delivery.Lease = 2*time.Minute, 5*time.Minute // longer than people write
		r := newRig(t, cfg)
		acknowledged := r.load(8, 200, func() {
			braze.called(1)
			time.AfterFunc(100*time.Millisecond, func() { close(release) }) // while the stop waits
		})
		braze.answer(nil)
		r.start()
		r.settled()
		r.checkAcknowledged(t, braze, acknowledged)
	})
}

// TestStop_isBounded stops the gateway while Braze does not answer at all: the stop ends in
// time, says so, and what hung is resolved after the next start.
func TestStop_isBounded(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		release := make(chan struct{})
		braze.answer(func(*call) verdict { return verdict{hold: release} })
		cfg := settings(t, database, braze.URL)
		cfg.Limits.StopSeconds = 1
		cfg.Workspaces[0].Delivery.Lease = 6 * time.Second
		r := newRig(t, cfg)
		r.accepted(said{from: "hung", text: question(0)})
		braze.called(1)
		began := time.Now()
		err := r.app.Stop()
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("the stop took %s", took)
		}
		if err == nil || !strings.Contains(err.Error(), "cut off") {
			t.Errorf("the stop says %v", err)
		}
		r.app = nil
		close(release)
		braze.answer(nil)
		r.start()
		r.settled()
		d := deliveriesOf(t, r.app.Store(), r.conversations()[0].ID)[0]
		if d.State != chat.Accepted || d.Ambiguous != 1 {
			t.Errorf("what hung is %s, ambiguous %d times: %s", d.State, d.Ambiguous, d.Reason)
		}
		checkSends(t, "hung", []line{d}, braze.taken("hung"))
	})
}

// load lets people write until the gateway is stopped, which happens once so many messages are
// acknowledged and ready returns. It gives each one's acknowledged texts.
func (r *rig) load(people int, messages int64, ready func()) [][]string {
	r.t.Helper()
	acknowledged := make([][]string, people)
	var all atomic.Int64
	url, stopped := r.url(), make(chan struct{})
	var writers sync.WaitGroup
	for p := range people {
		writers.Go(func() {
			for m := 0; ; m++ {
				s := said{from: person(p), text: asked(m, m)}
				status, _, err := post(r.t.Context(), r.http, url+"/braze/inbound/support", s.body(), "Bearer "+webhookSecret)
				switch {
				case err == nil && status == http.StatusOK:
					acknowledged[p] = append(acknowledged[p], s.text)
					all.Add(1)
				case err == nil && status != http.StatusServiceUnavailable:
					r.t.Errorf("webhook answers %d", status)
				}
				select {
				case <-stopped:
					return
				default:
				}
				if err != nil {
					<-stopped
					return
				}
			}
		})
	}
	testkit.Eventually(r.t, patience, func() bool { return all.Load() >= messages })
	ready()
	r.stop()
	close(stopped)
	writers.Wait()
	return acknowledged
}

// checkAcknowledged demands that every acknowledged message is stored, in order, and answered.
func (r *rig) checkAcknowledged(t *testing.T, braze *recorder, acknowledged [][]string) {
	t.Helper()
	total := 0
	taken := braze.takenByPerson()
	for _, c := range r.conversations() {
		who := c.Contact.ExternalID
		var p int
		if _, err := fmt.Sscanf(who, "person-%d", &p); err != nil {
			t.Fatal(err)
		}
		lines := r.lines(c.ID)
		stored := texts(lines, chat.In)
		total += len(acknowledged[p])
		// The last message may be stored although its acknowledgement was lost on the way.
		if len(stored) < len(acknowledged[p]) || len(stored) > len(acknowledged[p])+1 || !slices.Equal(stored[:len(acknowledged[p])], acknowledged[p]) {
			t.Errorf("%s: %d were acknowledged, %d stored", who, len(acknowledged[p]), len(stored))
		}
		if c.Owner == chat.OwnerBot {
			r.everyLineIsCovered(c, lines)
		}
		checkSends(t, who, deliveriesOf(t, r.app.Store(), c.ID), taken[who])
	}
	if total == 0 {
		t.Error("nothing was acknowledged")
	}
	t.Logf("%d messages were acknowledged", total)
}
