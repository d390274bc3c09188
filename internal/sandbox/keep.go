package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"parley/internal/sandbox/currents"
	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/keep"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
)

// keepPause is how long changes gather before they are written, and keepShare how many times longer than
// writing the pause is at least, so that a large sandbox under load does other things than write.
const (
	keepPause = 500 * time.Millisecond
	keepShare = 9
)

// Open is New for a sandbox that goes on with what cfg.File holds and keeps itself there: from Start until
// Stop, which writes last. What is under way (webhooks and their retries, faults, delayed messages), the
// activity log and live events are not kept. Without a File it is New. The error names what is wrong with
// the file, and the cure.
func Open(cfg Config) (*Server, error) {
	s := build(cfg)
	s.file = cfg.File
	if s.file == "" {
		s.seed()
		return s, nil
	}
	st, err := keep.Read(s.file)
	if err != nil {
		return nil, err
	}
	if st == nil {
		s.seed()
	} else {
		s.setUp()
		if err := s.adopt(st); err != nil {
			return nil, keep.Unusable(s.file, err)
		}
	}
	return s, s.save() // says now, not later, that the file cannot be written
}

// changes grows with every change of what is kept: each comes in a call, which touches, or later, and then
// is published or logged.
func (s *Server) changes() int64 { return s.hub.Last() + s.touched.Load() }

// keepOn writes changes until ctx ends.
func (s *Server) keepOn(ctx context.Context) {
	failing := false
	for wait := keepPause; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		began := time.Now()
		err := s.save()
		if err != nil && !failing {
			s.log.Error("sandbox state not written; trying on", "error", err)
		}
		failing = err != nil
		wait = max(keepPause, keepShare*time.Since(began))
	}
}

// save writes what has changed since the last time. It must not be called twice at once.
func (s *Server) save() error {
	changes := s.changes() // before the state is taken: a change during it is written next time
	if s.file == "" || (s.saved && changes == s.savedAt) {
		return nil
	}
	if err := s.state().Write(s.file); err != nil {
		return err
	}
	s.saved, s.savedAt = true, changes
	return nil
}

// state is what is kept. Phones come before profiles: a profile made in between is found again by its
// number, while a phone would name one that is nowhere.
func (s *Server) state() *keep.State {
	phones, messages := s.net.Export()
	st := &keep.State{
		GatewayURL: s.cfg.GatewayURL, ClockOffset: s.clock.Offset(), Switches: s.switches.Load().Beyond(&s.first),
		Phones: phones, Messages: make([]keep.Message, len(messages)), Profiles: s.users.Export(), Sent: map[string]keep.Span{},
	}
	for i := range messages {
		st.Messages[i] = keep.Message{KeptMessage: messages[i], Receipt: keptReceipt(&messages[i])}
	}
	if target := s.stream.out.Target(); target != s.firstTarget() {
		st.Currents = &target
	}
	st.Templates = s.templates.Changed()
	s.mu.RLock()
	for _, id := range s.order {
		if d := s.campaigns[id].Definition; !keep.Same(d, s.seeded[id]) {
			st.Campaigns = append(st.Campaigns, d)
		}
	}
	st.Keys, st.SendIDs = maps.Clone(s.keys), maps.Clone(s.sendIDs)
	s.mu.RUnlock()
	s.flow.Lock()
	for id, span := range s.lastSent {
		st.Sent[id] = keep.Span{First: span.first, Last: span.last}
	}
	s.flow.Unlock()
	return st
}

// adopt goes on with a state; the server must be set up and have no phones.
func (s *Server) adopt(st *keep.State) error {
	s.clock.Advance(st.ClockOffset)
	if err := s.adoptSetUp(st); err != nil {
		return err
	}
	if err := s.users.Import(st.Profiles); err != nil {
		return err
	}
	messages := make([]whatsapp.KeptMessage, len(st.Messages))
	for i := range messages {
		messages[i] = st.Messages[i].KeptMessage
		if r := st.Messages[i].Receipt; r != nil {
			messages[i].Ref = s.receipt(r, messages[i].DispatchID)
		}
	}
	return s.net.Import(st.Phones, messages)
}

// adoptSetUp takes over what was set up. Seed campaigns that nobody changed are those of this run, so that
// they follow its configuration; what posted to the gateway posts to where it is now.
func (s *Server) adoptSetUp(st *keep.State) error {
	changed, err := json.Marshal(st.Switches)
	if err != nil {
		return err
	}
	sw, err := s.first.Changed(changed)
	if err != nil {
		return err
	}
	anyPort := sw
	anyPort.AnyPort = true // a campaign was allowed its port when it was made
	s.useSwitches(anyPort)
	for _, d := range st.Campaigns {
		if d.Webhook != nil {
			d.Webhook.URL = keep.Moved(d.Webhook.URL, st.GatewayURL, s.cfg.GatewayURL)
		}
		if _, err := s.putCampaign(d); err != nil {
			return fmt.Errorf("campaign %q: %w", d.ID, err)
		}
	}
	s.useSwitches(sw)
	for _, t := range st.Templates {
		if _, err := s.templates.Put(t); err != nil {
			return fmt.Errorf("template %q: %w", t.Name, err)
		}
	}
	if st.Currents != nil {
		s.stream.out.SetTarget(currents.Target{
			Enabled: st.Currents.Enabled, URL: keep.Moved(st.Currents.URL, st.GatewayURL, s.cfg.GatewayURL), Token: st.Currents.Token,
		})
	}
	s.flow.Lock()
	for id, span := range st.Sent {
		s.lastSent[id] = sentSpan{span.First, span.Last}
	}
	s.flow.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = map[string]*gate.Key{}
	for id, k := range st.Keys {
		if k == nil {
			return fmt.Errorf("key %q is null", id)
		}
		if err := k.Prepare(); err != nil {
			return fmt.Errorf("key %q: %w", id, err)
		}
		s.keys[id] = k
	}
	maps.Copy(s.sendIDs, st.SendIDs)
	return nil
}

// keptReceipt is the receipt of a message whose status may still change, else nil.
func keptReceipt(m *whatsapp.KeptMessage) *keep.Receipt {
	r, ok := m.Ref.(*receipt)
	if !ok || m.Lost || m.Status == whatsapp.Read {
		return nil
	}
	id, _ := r.out.id()
	return &keep.Receipt{Kind: r.out.kind, CampaignID: id, Group: r.out.group, BrazeID: r.user.BrazeID}
}

// receipt is what a kept message is remembered by.
func (s *Server) receipt(k *keep.Receipt, dispatchID string) *receipt {
	r := &receipt{
		user: s.users.Find(profile.Ref{BrazeID: k.BrazeID}),
		out:  &outgoing{kind: k.Kind, campaign: s.campaign(k.CampaignID), group: k.Group, dispatchID: dispatchID},
	}
	if r.user == nil { // merged into another profile since
		r.user = &profile.User{BrazeID: k.BrazeID}
	}
	r.logged.Store(true)
	return r
}
