package profile

import (
	"errors"
	"fmt"
	"maps"
	"time"
)

// RecordEvent adds a custom event to the profile that ref names; it reports whether there is one.
func (s *Store) RecordEvent(ref Ref, e Event) bool {
	properties, _ := plain(e.Properties).(map[string]any)
	e.Properties = properties
	u, _ := s.Change(ref, func(u *User) error {
		u.addEvent(e, s.keep)
		return nil
	})
	return u != nil
}

// RecordPurchase adds a purchase to the profile that ref names; it reports whether there is one.
func (s *Store) RecordPurchase(ref Ref, product string, at time.Time) bool {
	u, _ := s.Change(ref, func(u *User) error {
		u.Purchases = tallied(u.Purchases, product, at)
		return nil
	})
	return u != nil
}

// Sender returns the profile an inbound message belongs to, and makes an anonymous one for a sender that
// Braze does not know (Braze, "Handling unknown phone numbers"). With several profiles on one number the
// choice is: identified before anonymous, then the one changed last; oldest reverses the second part.
// phoneless is a sender whose number WhatsApp withholds.
func (s *Store) Sender(number, sender, language string, phoneless, oldest bool) (u *User, created bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var best *record
	if phoneless {
		best = s.sender[sender]
	} else {
		best = preferred(s.phone[number], oldest)
		if best == nil {
			best = s.sender[sender]
		}
	}
	if best != nil {
		u = best.user
		if u.SenderID == "" {
			u, _ = s.edit(best, func(u *User) error { u.SenderID = sender; return nil })
		}
		return u, false
	}
	name := Alias{Name: number, Label: "phone"}
	if phoneless {
		name = Alias{Name: sender, Label: "bsuid"}
	}
	if known := s.alias[name]; known != nil { // a profile that has lost its number: it is that person again
		return known.user, false
	}
	u, _ = s.create(func(u *User) error { // cannot fail: the only alias is free
		u.SenderID, u.Aliases = sender, []Alias{name}
		if !phoneless {
			u.Phone = number
		}
		return nil
	})
	return u, true
}

func preferred(all []*record, oldest bool) *record {
	var best *record
	for _, r := range all { // least recently changed first
		switch {
		case best == nil:
			best = r
		case (r.user.ExternalID != "") != (best.user.ExternalID != ""):
			if r.user.ExternalID != "" {
				best = r
			}
		case !oldest:
			best = r
		}
	}
	return best
}

// Errors of AddAlias and Identify.
var (
	ErrNoUser  = errors.New("no such user")
	ErrNoAlias = errors.New("no profile has that alias")
)

// AddAlias gives an alias to the user with the external id, or with none makes an alias-only profile.
func (s *Store) AddAlias(externalID string, a Alias) error {
	if externalID == "" {
		_, err := s.Create(func(u *User) error { u.Aliases = []Alias{a}; return nil })
		return err
	}
	u, err := s.Change(Ref{ExternalID: externalID}, func(u *User) error {
		for _, have := range u.Aliases {
			if have.Label == a.Label && have != a {
				return fmt.Errorf("the user already has an alias with the label %q", a.Label)
			}
			if have == a {
				return nil
			}
		}
		u.Aliases = append(u.Aliases, a)
		return nil
	})
	if err == nil && u == nil {
		return ErrNoUser
	}
	return err
}

// Identify gives the profile that ref names the external id. When a profile with that id exists, the
// anonymous one is merged into it and removed; an alias whose label the user already has stays unmerged
// (Braze, "Identify users").
func (s *Store) Identify(ref Ref, externalID string) (*User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(ref)
	if r == nil {
		return nil, ErrNoAlias
	}
	if r.user.ExternalID == externalID {
		return r.user, nil
	}
	into := s.external[externalID]
	if into == nil {
		if r.user.ExternalID != "" {
			return nil, fmt.Errorf("the profile already has another external id")
		}
		return s.edit(r, func(u *User) error { u.ExternalID = externalID; return nil })
	}
	from := r.user
	if from.ExternalID != "" {
		return nil, fmt.Errorf("the profile already has another external id")
	}
	for _, a := range from.Aliases {
		for _, have := range into.user.Aliases {
			if have.Label == a.Label {
				return into.user, nil
			}
		}
	}
	s.remove(r)
	maps.Copy(into.received, r.received)
	into.capped = append(into.capped, r.capped...)
	return s.edit(into, func(u *User) error { absorb(u, from); return nil })
}

// absorb fills what the user lacks from another profile; what the user has wins.
func absorb(u, from *User) {
	u.Aliases = append(u.Aliases, from.Aliases...)
	if u.Phone == "" {
		u.Phone = from.Phone
	}
	if u.SenderID == "" {
		u.SenderID = from.SenderID
	}
	if u.Email == "" {
		u.Email = from.Email
	}
	fill(u.Standard, from.Standard)
	fill(u.Custom, from.Custom)
	for group, subscribed := range from.Groups {
		if _, ok := u.Groups[group]; !ok {
			u.Groups[group] = subscribed
		}
	}
	for _, e := range from.Recent {
		u.addEvent(e, 50)
	}
}

func fill(to, from map[string]any) {
	for k, v := range from {
		if _, ok := to[k]; !ok {
			to[k] = v
		}
	}
}
