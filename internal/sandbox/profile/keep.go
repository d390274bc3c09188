package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Kept is a profile as a file keeps it. Numbers in Standard, Custom and the properties of Recent may be
// json.Number when it is read.
type Kept struct {
	BrazeID    string               `json:"braze_id"`
	ExternalID string               `json:"external_id,omitempty"`
	Phone      string               `json:"phone,omitempty"`
	SenderID   string               `json:"sender_id,omitempty"`
	Email      string               `json:"email,omitempty"`
	Aliases    []Alias              `json:"aliases,omitempty"`
	Standard   map[string]any       `json:"standard,omitempty"`
	Custom     map[string]any       `json:"custom,omitempty"`
	Groups     map[string]bool      `json:"groups,omitempty"`
	Events     map[string]Tally     `json:"events,omitempty"`
	Purchases  map[string]Tally     `json:"purchases,omitempty"`
	Recent     []Event              `json:"recent,omitempty"`
	Created    time.Time            `json:"created"`
	Updated    time.Time            `json:"updated"`
	Received   map[string]time.Time `json:"received,omitempty"` // last message of each campaign
	Capped     []time.Time          `json:"capped,omitempty"`   // messages that count towards frequency caps
	Changed    uint64               `json:"changed"`            // puts the profiles in the order of their last change
}

// Export returns all profiles in the order they were made. What is returned shares its parts with the store
// and must not be changed.
func (s *Store) Export() []Kept {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Kept, len(s.order))
	for i, r := range s.order {
		u := r.user
		all[i] = Kept{
			BrazeID: u.BrazeID, ExternalID: u.ExternalID, Phone: u.Phone, SenderID: u.SenderID, Email: u.Email, Aliases: u.Aliases,
			Standard: u.Standard, Custom: u.Custom, Groups: u.Groups, Events: u.Events, Purchases: u.Purchases, Recent: u.Recent,
			Created: u.Created, Updated: u.Updated, Received: maps.Clone(r.received), Capped: slices.Clone(r.capped), Changed: r.changed,
		}
	}
	return all
}

// Import adds what Export returned to an empty store, which owns it from then on; nobody is told of a change.
// The error names the profile that does not fit with the others; the store is then of no use.
func (s *Store) Import(all []Kept) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := make([]*record, len(all))
	for i := range all {
		k := &all[i]
		if k.BrazeID == "" {
			return fmt.Errorf("profile %d has no braze_id", i+1)
		}
		records[i] = &record{user: k.user(), received: k.Received, capped: k.Capped, changed: k.Changed}
		if records[i].received == nil {
			records[i].received = map[string]time.Time{}
		}
	}
	s.order = slices.Clone(records)
	slices.SortStableFunc(records, func(a, b *record) int { return cmp.Compare(a.changed, b.changed) })
	for _, r := range records {
		if s.byBraze[r.user.BrazeID] != nil {
			return fmt.Errorf("the profile %s is there twice", r.user.BrazeID)
		}
		if err := s.free(r.user, r); err != nil {
			return fmt.Errorf("profile %s: %w", r.user.BrazeID, err)
		}
		r.user.seal()
		s.index(r)
	}
	return nil
}

func (k *Kept) user() *User {
	for i := range k.Recent {
		k.Recent[i].Properties = values(k.Recent[i].Properties)
	}
	groups := map[string]bool{}
	maps.Copy(groups, k.Groups)
	u := &User{
		BrazeID: k.BrazeID, ExternalID: k.ExternalID, Phone: k.Phone, SenderID: k.SenderID, Email: k.Email, Aliases: k.Aliases,
		Standard: map[string]any{}, Custom: map[string]any{}, Groups: groups, Events: k.Events, Purchases: k.Purchases, Recent: k.Recent,
		Created: k.Created, Updated: k.Updated,
	}
	maps.Copy(u.Standard, values(k.Standard))
	maps.Copy(u.Custom, values(k.Custom))
	return u
}

// values turns decoded JSON into template values, in place.
func values(decoded map[string]any) map[string]any {
	for name, v := range decoded {
		decoded[name] = plain(v)
	}
	return decoded
}
