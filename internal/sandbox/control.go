package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/feed"
	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/wire"
)

func (s *Server) controlRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/events", s.events)
	mux.HandleFunc("GET /sandbox/about", s.about)
	mux.HandleFunc("GET /sandbox/faults", func(w http.ResponseWriter, _ *http.Request) { wire.Write(w, http.StatusOK, s.faults.Current()) })
	mux.HandleFunc("PUT /sandbox/faults", s.putFaults)
	mux.HandleFunc("GET /sandbox/clock", func(w http.ResponseWriter, _ *http.Request) { wire.Write(w, http.StatusOK, s.clockState()) })
	mux.HandleFunc("POST /sandbox/clock", s.moveClock)
	mux.HandleFunc("GET /sandbox/activity", s.activity)
	mux.HandleFunc("GET /sandbox/campaigns", s.allCampaigns)
	mux.HandleFunc("GET /sandbox/campaigns/{id}", s.oneCampaign)
	mux.HandleFunc("PUT /sandbox/campaigns/{id}", s.replaceCampaign)
	mux.HandleFunc("GET /sandbox/keys", s.allKeys)
	mux.HandleFunc("PUT /sandbox/keys/{key}", s.putKey)
	mux.HandleFunc("GET /sandbox/switches", func(w http.ResponseWriter, _ *http.Request) { wire.Write(w, http.StatusOK, s.switchState()) })
	mux.HandleFunc("PUT /sandbox/switches", s.putSwitches)
	s.stream.out.Routes(mux)
	s.templates.Routes(mux)
	s.people.Routes(mux)
	mux.HandleFunc("POST /sandbox/reset", func(w http.ResponseWriter, _ *http.Request) {
		s.reset()
		wire.Write(w, http.StatusOK, map[string]any{"phones": s.net.Phones()})
	})
}

// about tells a page what it shows.
func (s *Server) about(w http.ResponseWriter, _ *http.Request) {
	wire.Write(w, http.StatusOK, map[string]any{
		"desk_url": s.cfg.DeskURL, "gateway_url": s.cfg.GatewayURL, "cursor": s.hub.Last(), "clock": s.clockState(),
		"webhooks_waiting": s.hooks.Waiting(),
		"subscription_groups": []map[string]string{
			{"id": SeedGroup, "name": "Parley demo", "phone": businessNumber(SeedGroup)},
			{"id": SeedSecondGroup, "name": "Parley demo, second number", "phone": businessNumber(SeedSecondGroup)},
		},
	})
}

func (s *Server) putFaults(w http.ResponseWriter, r *http.Request) {
	var sheet gate.Sheet
	if !wire.Read(w, r, &sheet) {
		return
	}
	if err := sheet.Validate(); err != nil {
		answer(w, 0, nil, err)
		return
	}
	s.faults.Put(sheet)
	s.net.SetRules(s.switches.Load().WhatsApp(sheet.Delivery.FailCode))
	s.hub.Publish("faults", s.faults.Current())
	wire.Write(w, http.StatusOK, s.faults.Current())
}

type clockState struct {
	Now      clock.Stamp `json:"now"`
	OffsetMS int64       `json:"offset_ms"`
}

func (s *Server) clockState() clockState {
	return clockState{Now: clock.Stamp(s.clock.Now()), OffsetMS: s.clock.Offset().Milliseconds()}
}

func (s *Server) moveClock(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Advance string     `json:"advance"`
		Set     *time.Time `json:"set"`
		Reset   bool       `json:"reset"`
	}
	if !wire.Read(w, r, &q) {
		return
	}
	given := 0
	for _, is := range []bool{q.Advance != "", q.Set != nil, q.Reset} {
		if is {
			given++
		}
	}
	by, err := time.ParseDuration(q.Advance)
	switch {
	case given != 1:
		answer(w, 0, nil, fmt.Errorf(`give one of "advance": "1h", "set": "2026-01-31T12:00:00Z", "reset": true`))
		return
	case q.Advance != "" && err != nil:
		answer(w, 0, nil, fmt.Errorf("advance %q is not a duration such as 90s, 25m or 24h", q.Advance))
		return
	case q.Advance != "":
		s.shiftClock(func() { s.clock.Advance(by) })
	case q.Set != nil:
		s.shiftClock(func() { s.clock.Set(*q.Set) })
	default:
		s.shiftClock(s.clock.Reset)
	}
	s.hooks.ClockMoved()
	s.hub.Publish("clock", s.clockState())
	wire.Write(w, http.StatusOK, s.clockState())
}

// shiftClock moves the clock and tells whoever follows it.
func (s *Server) shiftClock(move func()) {
	before := s.clock.Offset()
	move()
	if s.cfg.ClockMoved != nil {
		s.cfg.ClockMoved(s.clock.Offset() - before)
	}
}

func (s *Server) activity(w http.ResponseWriter, r *http.Request) {
	after, ok1 := queryNumber(w, r, "after", 0)
	if !ok1 {
		return
	}
	before, ok2 := queryNumber(w, r, "before", 0)
	if !ok2 {
		return
	}
	limit, ok3 := queryNumber(w, r, "limit", 100)
	if !ok3 {
		return
	}
	q := r.URL.Query()
	entries, last := s.audit.Entries(feed.Filter{
		Phone: q.Get("phone"), ExternalID: q.Get("external_id"), CampaignID: q.Get("campaign_id"), DispatchID: q.Get("dispatch_id"),
		Kind: q.Get("kind"), Outcome: q.Get("outcome"), After: after, Before: before, Limit: int(min(max(limit, 1), 1000)),
	})
	wire.Write(w, http.StatusOK, map[string]any{"entries": entries, "next_after": last})
}

func (s *Server) allCampaigns(w http.ResponseWriter, _ *http.Request) {
	s.mu.RLock()
	all := make([]campaign.Definition, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, s.campaigns[id].Definition)
	}
	s.mu.RUnlock()
	wire.Write(w, http.StatusOK, map[string]any{"campaigns": all})
}

func (s *Server) oneCampaign(w http.ResponseWriter, r *http.Request) {
	c := s.campaign(r.PathValue("id"))
	if c == nil {
		wire.Write(w, http.StatusNotFound, wire.Message{Message: "there is no campaign " + r.PathValue("id") + ": GET /sandbox/campaigns lists them"})
		return
	}
	wire.Write(w, http.StatusOK, c.Definition)
}

func (s *Server) replaceCampaign(w http.ResponseWriter, r *http.Request) {
	var d campaign.Definition
	if !wire.Read(w, r, &d) {
		return
	}
	id := r.PathValue("id")
	if d.ID != "" && d.ID != id {
		answer(w, 0, nil, fmt.Errorf("the body says id %q, the path %q: leave it out of the body, or make them equal", d.ID, id))
		return
	}
	d.ID = id
	if d.SubscriptionGroupID == "" {
		d.SubscriptionGroupID = SeedGroup
	}
	if !s.isGroup(d.SubscriptionGroupID) {
		answer(w, 0, nil, fmt.Errorf("subscription_group_id %q is no group of the sandbox: use %s or %s", d.SubscriptionGroupID, SeedGroup, SeedSecondGroup))
		return
	}
	isNew, err := s.putCampaign(d)
	status := http.StatusOK
	if isNew {
		status = http.StatusCreated
	}
	if err != nil {
		answer(w, 0, nil, err)
		return
	}
	wire.Write(w, status, s.campaign(id).Definition)
}

func (s *Server) allKeys(w http.ResponseWriter, _ *http.Request) {
	s.mu.RLock()
	all := make(map[string]*gate.Key, len(s.keys))
	for id, k := range s.keys {
		all[id] = k
	}
	s.mu.RUnlock()
	wire.Write(w, http.StatusOK, map[string]any{"keys": all})
}

func (s *Server) putKey(w http.ResponseWriter, r *http.Request) {
	var k gate.Key
	if !wire.Read(w, r, &k) {
		return
	}
	if err := k.Prepare(); err != nil {
		answer(w, 0, nil, err)
		return
	}
	s.mu.Lock()
	s.keys[r.PathValue("key")] = &k
	s.mu.Unlock()
	wire.Write(w, http.StatusOK, &k)
}

func (s *Server) switchState() map[string]any {
	sw := s.switches.Load()
	return map[string]any{"switches": sw, "about": sw.Report()}
}

// putSwitches takes {"name": value} or {"switches": {"name": value}}; what is not named stays.
func (s *Server) putSwitches(w http.ResponseWriter, r *http.Request) {
	body, ok := wire.ReadAll(w, r)
	if !ok {
		return
	}
	var wrapped struct {
		Switches json.RawMessage `json:"switches"`
	}
	if json.Unmarshal(body, &wrapped) == nil && wrapped.Switches != nil {
		body = wrapped.Switches
	}
	next, err := s.switches.Load().Changed(body)
	if err != nil {
		answer(w, 0, nil, err)
		return
	}
	s.useSwitches(next)
	wire.Write(w, http.StatusOK, s.switchState())
}
