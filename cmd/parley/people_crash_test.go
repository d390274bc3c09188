package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/signs"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	crashPassword = "crash-password-of-the-desk"
	wantPerson    = "I want to talk to a person"
)

// TestServe_survivesKillsWhilePeopleAreAssigned lets customers ask for a person while the
// program is killed again and again, and people finish conversations so that there is always
// something to assign. Afterwards everybody who asked for a person has one, waits for one, or is
// done; nobody was assigned twice, beyond their capacity, or to somebody who is not there; and
// everybody was told. PARLEY_KILLS sets how often it is killed, 3 by default.
func TestServe_survivesKillsWhilePeopleAreAssigned(t *testing.T) {
	t.Parallel()
	kills := 3
	if text := os.Getenv("PARLEY_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("PARLEY_KILLS: %v", err)
		}
	}
	program := binary(t)
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newTaker(t)
		p := &process{t: t, program: program, config: crashConfig(t, database, braze.url)}
		t.Cleanup(p.kill)
		p.start()
		crew := newCrew(t, p)

		customers := startCustomers(t, p)
		working := crew.work()
		for range kills {
			time.Sleep(50*time.Millisecond + rand.N(500*time.Millisecond)) // any moment
			p.kill()
			p.start()
		}
		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		testkit.Eventually(t, crashPatience, func() bool { // a slow machine may not have come to it yet
			return slices.ContainsFunc(crashConversations(t, s), func(l store.Listed) bool { return l.Owner == chat.OwnerNone })
		})
		asked := customers.stop()
		working()
		testkit.Eventually(t, crashPatience, func() bool {
			b, err := signs.Waiting(t.Context(), s, 1<<60)
			return err == nil && b.Turns == 0 && b.Deliveries == 0 && crew.settled(crashConversations(t, s))
		})
		p.stop()
		crew.check(s, braze, asked)
	})
}

// crew is the people of the desk: two who are there, one who never comes and one who has left.
type crew struct {
	t     *testing.T
	p     *process
	there map[string]int // capacity of those who are there, by user id
	desks []*deskPage
}

func newCrew(t *testing.T, p *process) *crew {
	t.Helper()
	c := &crew{t: t, p: p, there: map[string]int{}}
	add := func(name, role string) {
		cmd := exec.Command(p.program, "user", "add", name+"@example.com", "--name", name, "--role", role, "--config", p.config)
		cmd.Stdin = strings.NewReader(crashPassword + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("add %s: %v\n%s", name, err, out)
		}
	}
	for name, role := range map[string]string{"ben": "agent", "mia": "agent", "never": "agent", "left": "agent", "boss": "supervisor"} {
		add(name, role)
	}
	boss := newDeskPage(t, p, "boss")
	var people struct{ Items []struct{ ID, Name string } }
	boss.must(http.MethodGet, "/people", nil, &people)
	var members []string
	for _, who := range people.Items {
		if who.Name != "boss" {
			members = append(members, who.ID)
		}
		if capacity := map[string]int{"ben": 4, "mia": 7}[who.Name]; capacity > 0 {
			boss.must(http.MethodPut, "/people/"+who.ID+"/skills", map[string]any{"capacity": capacity, "languages": []string{}, "topics": []string{}}, nil)
			c.there[who.ID] = capacity
		}
	}
	boss.must(http.MethodPost, "/teams", map[string]any{"name": "Support", "strategy": "least_busy", "autoAssign": true, "members": members}, nil)
	left := newDeskPage(t, p, "left")
	left.must(http.MethodPost, "/me/heartbeat", map[string]any{"active": true}, nil)
	if out, err := exec.Command(p.program, "user", "disable", "left@example.com", "--config", p.config).CombinedOutput(); err != nil {
		t.Fatalf("disable: %v\n%s", err, out)
	}
	for _, name := range []string{"ben", "mia"} {
		page := newDeskPage(t, p, name)
		page.must(http.MethodPost, "/me/heartbeat", map[string]any{"active": true}, nil)
		c.desks = append(c.desks, page)
	}
	return c
}

// work lets those who are there finish conversations until the returned function is called.
func (c *crew) work() (stop func()) {
	ended := make(chan struct{})
	var working sync.WaitGroup
	for _, d := range c.desks {
		working.Go(func() {
			for {
				select {
				case <-ended:
					return
				case <-time.After(rand.N(60 * time.Millisecond)): // people are not faster either
				}
				d.finishOne()
			}
		})
	}
	return func() {
		close(ended)
		working.Wait()
		for _, d := range c.desks { // a last sign, so that nobody counts as gone while the rest is handed out
			d.must(http.MethodPost, "/me/heartbeat", map[string]any{"active": true}, nil)
		}
	}
}

// settled says whether everything was handed out that there was room for.
func (c *crew) settled(list []store.Listed) bool {
	load, waiting, room := c.load(list), 0, false
	for _, l := range list {
		if l.Owner == chat.OwnerQueue {
			waiting++
		}
	}
	for who, capacity := range c.there {
		room = room || load[who] < capacity
	}
	return waiting == 0 || !room
}

func (c *crew) load(list []store.Listed) map[string]int {
	load := map[string]int{}
	for _, l := range list {
		if l.Owner == chat.OwnerAgent {
			load[l.Agent]++
		}
	}
	return load
}

func (c *crew) check(s *store.Store, braze *taker, asked map[string]bool) {
	t := c.t
	t.Helper()
	list := crashConversations(t, s)
	load := c.load(list)
	for who, n := range load {
		if capacity, ok := c.there[who]; !ok || n > capacity {
			t.Errorf("%s has %d of %d conversations", who, n, capacity)
		}
	}
	owners, assigned := map[chat.Owner]int{}, 0
	for _, l := range list {
		who := l.Contact.ExternalID
		owners[l.Owner]++
		switch {
		case l.Pending():
			t.Errorf("%s was not answered", who)
		case asked[who] && (l.Owner == chat.OwnerBot || l.HandedAt == 0):
			t.Errorf("%s asked for a person and has owner %s", who, l.Owner)
		}
		delete(asked, who)
		events, err := s.Transitions(t.Context(), l.ID, 100)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[chat.Kind]int{}
		for i, e := range events {
			kinds[e.Kind]++
			if e.Epoch != int64(i)+2 || i > 0 && e.From != events[i-1].To {
				t.Errorf("%s: change %d is %+v after %+v", who, i, e, events[max(i-1, 0)])
			}
		}
		if kinds[chat.Offer] > 1 || kinds[chat.Assign] > 1 || kinds[chat.Resolve] > 1 {
			t.Errorf("%s: %v", who, kinds)
		}
		assigned += kinds[chat.Assign]
		c.told(s, l, braze.sent[who])
	}
	if len(asked) > 0 {
		t.Errorf("%d people who asked for a person are nowhere: %v", len(asked), asked)
	}
	if assigned == 0 || owners[chat.OwnerNone] == 0 {
		t.Errorf("%d were assigned, owners %v: nothing was tried", assigned, owners)
	}
	t.Logf("%d conversations, %d assigned, owners %v", len(list), assigned, owners)
}

// told demands that who was handed over heard of it: as often as was tried and no oftener.
// Only who was done before it could leave need not.
func (c *crew) told(s *store.Store, l store.Listed, sent []string) {
	c.t.Helper()
	_, out := crashLines(c.t, s, l)
	for _, d := range out {
		n := 0
		for _, text := range sent {
			if text == d.Text {
				n++
			}
		}
		switch {
		case n > 1+d.Ambiguous:
			c.t.Errorf("%s was told %d times, the outcome was open %d times", l.Contact.ExternalID, n, d.Ambiguous)
		case d.State == chat.Accepted && n == 0:
			c.t.Errorf("%s: a line is accepted and never went out", l.Contact.ExternalID)
		case d.State == chat.Cancelled && l.Owner == chat.OwnerNone:
		case d.State != chat.Accepted && d.State != chat.Unknown:
			c.t.Errorf("%s: a line ended %s: %s", l.Contact.ExternalID, d.State, d.Reason)
		}
	}
}

// deskPage is the page of somebody at the desk; it outlives the program behind it.
type deskPage struct {
	t    *testing.T
	p    *process
	http *http.Client
	csrf string
}

func newDeskPage(t *testing.T, p *process, name string) *deskPage {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &deskPage{t: t, p: p, http: &http.Client{Jar: jar, Transport: &http.Transport{}, Timeout: 20 * time.Second}}
	t.Cleanup(d.http.CloseIdleConnections)
	var session struct{ CSRFToken string }
	d.must(http.MethodPost, "/session", map[string]any{"email": name + "@example.com", "password": crashPassword}, &session)
	d.csrf = session.CSRFToken
	return d
}

// must calls the program until it answers, as a page does, and demands that it agrees.
func (d *deskPage) must(method, path string, in, out any) {
	d.t.Helper()
	testkit.Eventually(d.t, crashPatience, func() bool {
		status, err := d.call(method, path, in, out)
		if err == nil && status >= 400 && status != http.StatusServiceUnavailable {
			d.t.Fatalf("%s %s answers %d", method, path, status)
		}
		return err == nil && status < 300
	})
}

func (d *deskPage) call(method, path string, in, out any) (status int, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.p.url.Load().(string)+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF-Token", d.csrf)
	res, err := d.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && out != nil && res.StatusCode < 300 {
		err = json.Unmarshal(answer, out)
	}
	return res.StatusCode, err
}

// finishOne resolves the first of my conversations, if the program is there to hear of it.
func (d *deskPage) finishOne() {
	var mine struct {
		Items []struct {
			ID    string
			Epoch int64
		}
	}
	if _, err := d.call(http.MethodPost, "/me/heartbeat", map[string]any{"active": true}, nil); err != nil {
		return
	}
	if _, err := d.call(http.MethodGet, "/conversations?view=mine&limit=20", nil, &mine); err != nil || len(mine.Items) < 2 {
		return
	}
	one := mine.Items[rand.N(len(mine.Items))]
	_, _ = d.call(http.MethodPost, "/conversations/"+one.ID+"/owner", map[string]any{"kind": "resolve", "epoch": one.Epoch}, nil) // the next one will do as well
}

// customers ask something, then for a person, each message again until it is acknowledged.
type customers struct {
	*load
	mu    sync.Mutex
	asked map[string]bool
}

func startCustomers(t *testing.T, p *process) *customers {
	c := &customers{load: &load{t: t, p: p, ended: make(chan struct{}), texts: map[string][]string{}}, asked: map[string]bool{}}
	for i := range 4 {
		c.writers.Go(func() { c.come(i) })
	}
	return c
}

func (c *customers) stop() map[string]bool {
	c.load.stop()
	return c.asked
}

func (c *customers) come(door int) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for n := 0; ; n++ {
		select {
		case <-c.ended:
			return
		default:
		}
		who := fmt.Sprintf("customer-%d-%d", door, n)
		for i, text := range []string{fmt.Sprintf(crashPhrasings[n%len(crashPhrasings)], crashTopics[n%len(crashTopics)]), wantPerson} {
			body := fmt.Sprintf(`{"v":1,"external_id":%q,"message":%q,"dispatch_id":"%016x%016x"}`, who, text, door+1, 2*n+i)
			deadline := time.Now().Add(crashPatience)
			for !c.post(client, body) {
				if time.Now().After(deadline) {
					c.t.Errorf("%s could not deliver a message for %s", who, crashPatience)
					return
				}
				time.Sleep(5 * time.Millisecond) // Braze's pause before it tries again
			}
		}
		c.mu.Lock()
		c.asked[who] = true
		c.mu.Unlock()
		time.Sleep(rand.N(100 * time.Millisecond)) // people do not come any faster
	}
}
