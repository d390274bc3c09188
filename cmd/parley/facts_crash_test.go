package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/facts"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// TestServe_survivesKillsWhileFactsAreTold lets people write, of each of whom Braze shall know
// three attributes and an event, while the program is killed again and again. Afterwards every
// attribute stands as it should; every event was told once, or the ledger says that nobody knows,
// which it says only where a call was cut off. PARLEY_PEOPLE sets how many write, 60 by default,
// PARLEY_KILLS how often it is killed, 3 by default.
func TestServe_survivesKillsWhileFactsAreTold(t *testing.T) {
	t.Parallel()
	people, kills := fromEnv(t, "PARLEY_PEOPLE", 60), fromEnv(t, "PARLEY_KILLS", 3)
	program := binary(t)
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRegister(t)
		p := &process{t: t, program: program, config: crashConfig(t, database, braze.url)}
		p.settings("    profile: {templates: [support, topics], events: [told_started=conversation_started], wait: 200ms}\n")
		t.Cleanup(p.kill)
		p.start()

		killed := make(chan struct{})
		go func() {
			defer close(killed)
			for range kills {
				time.Sleep(50*time.Millisecond + rand.N(time.Duration(people)*10*time.Millisecond))
				p.kill()
				p.start()
			}
		}()
		topics := writeOnce(t, p, people)
		<-killed

		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		testkit.Eventually(t, crashPatience+time.Duration(people)*20*time.Millisecond, func() bool {
			b, err := s.Backlog(t.Context(), 1<<60)
			if err != nil || b.Turns+b.Deliveries > 0 {
				return false
			}
			due, err := facts.Due(t.Context(), s, "crash")
			return err == nil && due == 0 && braze.knows(people)
		})
		p.stop()
		unknown := 0
		for _, c := range crashConversations(t, s) {
			unknown += braze.check(t, s, c, topics[c.Contact.ExternalID])
		}
		t.Logf("%d people, %d kills, %d calls of /users/track; of %d events nobody knows", people, kills, braze.tracked, unknown)
	})
}

func fromEnv(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// settings adds lines to the workspace of the settings.
func (p *process) settings(lines string) {
	p.t.Helper()
	text, err := os.ReadFile(p.config)
	if err == nil {
		err = os.WriteFile(p.config, append(text, lines...), 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// writeOnce lets people write one message each, and says what about.
func writeOnce(t *testing.T, p *process, people int) map[string]string {
	l := &load{t: t, p: p}
	var writers sync.WaitGroup
	topics := map[string]string{}
	for n := range people {
		topics[fmt.Sprintf("person-%d", n)] = crashTopics[n%len(crashTopics)]
	}
	for w := range crashWriters {
		writers.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
			defer client.CloseIdleConnections()
			for n := w; n < people; n += crashWriters {
				text := fmt.Sprintf(crashPhrasings[0], crashTopics[n%len(crashTopics)])
				body := fmt.Sprintf(`{"v":1,"external_id":"person-%d","message":%q,"dispatch_id":"%032x"}`, n, text, n+1)
				for deadline := time.Now().Add(crashPatience); !l.post(client, body); time.Sleep(5 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Errorf("person-%d could not deliver a message for %s", n, crashPatience)
						return
					}
				}
			}
		})
	}
	writers.Wait()
	return topics
}

// register plays Braze: it takes every call after a moment, and keeps what profiles then say.
type register struct {
	url string

	mu         sync.Mutex
	attributes map[string]map[string]any
	events     map[string]int
	tracked    int
}

func newRegister(t *testing.T) *register {
	b := &register{attributes: map[string]map[string]any{}, events: map[string]int{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *register) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Recipients []struct {
			ExternalUserID string         `json:"external_user_id"`
			Attributes     map[string]any `json:"attributes"`
		} `json:"recipients"`
		Attributes []map[string]any `json:"attributes"`
		Events     []struct {
			ExternalID string `json:"external_id"`
			Name       string `json:"name"`
		} `json:"events"`
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		return // half a call of a program that was killed
	}
	b.mu.Lock()
	for _, p := range call.Recipients {
		b.write(p.ExternalUserID, p.Attributes)
	}
	for _, p := range call.Attributes {
		who, _ := p["external_id"].(string)
		b.write(who, p)
	}
	for _, e := range call.Events {
		b.events[e.ExternalID+" "+e.Name]++
	}
	if strings.HasSuffix(r.URL.Path, "/users/track") {
		b.tracked++
	}
	b.mu.Unlock()
	time.Sleep(rand.N(60 * time.Millisecond)) // the time in which a kill leaves the outcome open
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"dispatch_id":"%032x","message":"success"}`, rand.Uint64())
}

func (b *register) write(who string, attributes map[string]any) {
	if b.attributes[who] == nil {
		b.attributes[who] = map[string]any{}
	}
	for name, value := range attributes {
		b.attributes[who][name] = value
	}
}

// knows says whether so many people have come by.
func (b *register) knows(people int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.attributes) >= people
}

// check compares what a profile says with what it should; it counts events of which nobody
// knows whether they were told.
func (b *register) check(t *testing.T, s *store.Store, c store.Listed, topic string) (unknown int) {
	t.Helper()
	who := c.Contact.ExternalID
	k := b.attributes[who]
	if k["parley_status"] != "bot" || k["parley_last_topic"] != "about_"+topic || k["parley_topics"] == nil {
		t.Errorf("%s wrote about the %s; the profile says %v", who, topic, k)
	}
	l, err := facts.Read(t.Context(), s, c.ContactID, 100)
	if err != nil {
		t.Fatal(err)
	}
	state := facts.State("")
	for _, told := range l.Tellings {
		if told.Kind == facts.Event {
			state = told.State
		}
	}
	switch n := b.events[who+" told_started"]; {
	case state == facts.Accepted && n == 1:
	case state == facts.Unknown && n <= 1:
		unknown++
	default:
		t.Errorf("%s: the event was told %d times, the ledger says %q", who, n, state)
	}
	if c.Owner != chat.OwnerBot {
		t.Errorf("%s: owner %s", who, c.Owner)
	}
	return unknown
}
