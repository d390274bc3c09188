package profile

import (
	"slices"
	"time"
)

// Once is a campaign's rule on sending to the same user again.
type Once struct {
	CampaignID string
	Again      bool          // re-eligibility is on
	After      time.Duration // how long after receipt a user is eligible again
	Cap        int           // at most so many capped messages per CapWindow; 0 is no cap
	CapWindow  time.Duration
}

// Eligible says whether the user may get the campaign's message now: "" when so, else not_re_eligible
// or frequency_capped.
func (s *Store) Eligible(brazeID string, rule Once, now time.Time) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.eligible(s.byBraze[brazeID], rule, now)
}

func (s *Store) eligible(r *record, rule Once, now time.Time) string {
	if r == nil {
		return ""
	}
	if last, ok := r.received[rule.CampaignID]; ok && (!rule.Again || now.Before(last.Add(rule.After))) {
		return "not_re_eligible"
	}
	if rule.Cap > 0 {
		n := 0
		for _, t := range r.capped {
			if t.After(now.Add(-rule.CapWindow)) {
				n++
			}
		}
		if n >= rule.Cap {
			return "frequency_capped"
		}
	}
	return ""
}

// Receive records that the user gets the campaign's message, unless another send got there first.
// It returns what Eligible would.
func (s *Store) Receive(brazeID string, rule Once, now time.Time) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.byBraze[brazeID]
	if why := s.eligible(r, rule, now); why != "" || r == nil {
		return why
	}
	r.received[rule.CampaignID] = now
	if rule.Cap > 0 {
		r.capped = slices.DeleteFunc(append(r.capped, now), func(t time.Time) bool {
			return !t.After(now.Add(-max(rule.CapWindow, 24*time.Hour)))
		})
		r.capped = r.capped[max(0, len(r.capped)-1000):]
	}
	return ""
}

// Received returns when the user last got each campaign, by campaign id.
func (s *Store) Received(brazeID string) map[string]time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := map[string]time.Time{}
	if r := s.byBraze[brazeID]; r != nil {
		for id, t := range r.received {
			all[id] = t
		}
	}
	return all
}
