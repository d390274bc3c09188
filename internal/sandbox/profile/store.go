package profile

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"
)

// Ref names a profile in one of Braze's ways; the first field that is set counts.
type Ref struct {
	ExternalID string
	BrazeID    string
	Alias      *Alias
	Email      string
	Phone      string
}

// Store holds the profiles. It is safe for concurrent use.
type Store struct {
	now    func() time.Time
	change func(*User) // told of every new version of a user, in order; must not call back
	keep   int         // recent events kept per user

	mu       sync.RWMutex
	byBraze  map[string]*record
	external map[string]*record
	alias    map[Alias]*record
	phone    map[string][]*record
	email    map[string][]*record
	sender   map[string]*record
	order    []*record
	changes  uint64
}

type record struct {
	user     *User
	received map[string]time.Time // last message of each campaign
	capped   []time.Time          // messages that count towards frequency caps, oldest first
	removed  bool
	changed  uint64 // grows with every change of any profile
}

// NewStore returns an empty store. changed is told of every new version of a user.
func NewStore(now func() time.Time, changed func(*User)) *Store {
	s := &Store{now: now, change: changed, keep: 50}
	s.Clear()
	return s
}

// Clear removes all profiles.
func (s *Store) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byBraze = map[string]*record{}
	s.external = map[string]*record{}
	s.alias = map[Alias]*record{}
	s.phone = map[string][]*record{}
	s.email = map[string][]*record{}
	s.sender = map[string]*record{}
	s.order = nil
}

// Find returns the profile that ref names, or nil.
func (s *Store) Find(ref Ref) *User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if r := s.find(ref); r != nil {
		return r.user
	}
	return nil
}

func (s *Store) find(ref Ref) *record {
	switch {
	case ref.ExternalID != "":
		return s.external[ref.ExternalID]
	case ref.BrazeID != "":
		return s.byBraze[ref.BrazeID]
	case ref.Alias != nil:
		return s.alias[*ref.Alias]
	case ref.Email != "":
		return first(s.email[strings.ToLower(ref.Email)])
	case ref.Phone != "":
		return first(s.phone[ref.Phone])
	}
	return nil
}

func first(all []*record) *record {
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// WithEmail returns all profiles with the address, in the order they were made.
func (s *Store) WithEmail(email string) []*User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return users(s.email[strings.ToLower(email)])
}

// WithPhone returns all profiles with the number, in the order they were made.
func (s *Store) WithPhone(number string) []*User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return users(s.phone[number])
}

// All returns all profiles in the order they were made.
func (s *Store) All() []*User {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return users(s.order)
}

func users(records []*record) []*User {
	all := make([]*User, 0, len(records))
	for _, r := range records {
		if !r.removed {
			all = append(all, r.user)
		}
	}
	return all
}

// Create makes a profile; edit fills it in. It fails when the external id or an alias is taken.
func (s *Store) Create(edit func(*User) error) (*User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.create(edit)
}

func (s *Store) create(edit func(*User) error) (*User, error) {
	now := s.now()
	u := &User{
		BrazeID: newBrazeID(), Created: now, Updated: now,
		Standard: map[string]any{}, Custom: map[string]any{}, Groups: map[string]bool{},
	}
	if err := edit(u); err != nil {
		return nil, err
	}
	r := &record{received: map[string]time.Time{}}
	if err := s.free(u, r); err != nil {
		return nil, err
	}
	u.seal()
	r.user = u
	s.order = append(s.order, r)
	s.index(r)
	s.change(u)
	return u, nil
}

// Change edits the profile that ref names and returns its new version, or nil when there is none.
func (s *Store) Change(ref Ref, edit func(*User) error) (*User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.find(ref)
	if r == nil {
		return nil, nil
	}
	return s.edit(r, edit)
}

// ChangeOrCreate is Change, or Create when ref names nobody; create fills in what identifies the user.
func (s *Store) ChangeOrCreate(ref Ref, create, edit func(*User) error) (u *User, created bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.find(ref); r != nil {
		u, err = s.edit(r, edit)
		return u, false, err
	}
	u, err = s.create(func(u *User) error {
		if err := create(u); err != nil {
			return err
		}
		return edit(u)
	})
	return u, true, err
}

func (s *Store) edit(r *record, edit func(*User) error) (*User, error) {
	next := r.user.clone()
	if err := edit(next); err != nil {
		return nil, err
	}
	next.Updated = s.now()
	if err := s.free(next, r); err != nil {
		return nil, err
	}
	next.seal()
	s.unindex(r)
	r.user = next
	s.index(r)
	s.change(next)
	return next, nil
}

// TakenError says that an external id or alias belongs to another profile.
type TakenError struct{ What string }

func (e *TakenError) Error() string { return e.What + " belongs to another profile" }

func (s *Store) free(u *User, r *record) error {
	if other := s.external[u.ExternalID]; u.ExternalID != "" && other != nil && other != r {
		return &TakenError{"the external id"}
	}
	for _, a := range u.Aliases {
		if other := s.alias[a]; other != nil && other != r {
			return &TakenError{"the alias " + a.Label + "/" + a.Name}
		}
	}
	return nil
}

func (s *Store) index(r *record) {
	u := r.user
	s.changes++
	r.changed = s.changes
	s.byBraze[u.BrazeID] = r
	if u.ExternalID != "" {
		s.external[u.ExternalID] = r
	}
	for _, a := range u.Aliases {
		s.alias[a] = r
	}
	if u.Phone != "" {
		s.phone[u.Phone] = append(s.phone[u.Phone], r)
	}
	if u.Email != "" {
		key := strings.ToLower(u.Email)
		s.email[key] = append(s.email[key], r)
	}
	if u.SenderID != "" {
		s.sender[u.SenderID] = r
	}
}

func (s *Store) unindex(r *record) {
	u := r.user
	delete(s.byBraze, u.BrazeID)
	delete(s.external, u.ExternalID)
	for _, a := range u.Aliases {
		delete(s.alias, a)
	}
	drop(s.phone, u.Phone, r)
	drop(s.email, strings.ToLower(u.Email), r)
	if s.sender[u.SenderID] == r {
		delete(s.sender, u.SenderID)
	}
}

func drop(index map[string][]*record, key string, r *record) {
	if key == "" {
		return
	}
	rest := slices.DeleteFunc(index[key], func(other *record) bool { return other == r })
	if len(rest) == 0 {
		delete(index, key)
		return
	}
	index[key] = rest
}

// remove takes a profile out for good.
func (s *Store) remove(r *record) {
	s.unindex(r)
	r.removed = true
	s.order = slices.DeleteFunc(s.order, func(other *record) bool { return other == r })
}

func newBrazeID() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
