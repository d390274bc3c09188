package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// again is a store that goes on with what another one wrote; file is what it writes itself.
func again(t rapid.TB, s *Store) (next *Store, was, is string) {
	body, err := json.Marshal(s.Export())
	if err != nil {
		t.Fatal(err)
	}
	var all []Kept
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := dec.Decode(&all); err != nil {
		t.Fatal(err)
	}
	next = store()
	if err := next.Import(all); err != nil {
		t.Fatal(err)
	}
	after, err := json.Marshal(next.Export())
	if err != nil {
		t.Fatal(err)
	}
	return next, string(body), string(after)
}

// Whatever was done to the profiles, a store that goes on with what was written has the same ones, finds
// them in the same ways and prefers the same one of several.
func TestStore_goesOnWithWhatItExported(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := store()
		phones := []string{"+15550000001", "+33600000002"}
		ids := []string{"a", "b", "c"}
		for i := range rapid.IntRange(0, 25).Draw(t, "steps") {
			ref := Ref{ExternalID: rapid.SampledFrom(ids).Draw(t, "id")}
			phone := rapid.SampledFrom(phones).Draw(t, "phone")
			at := start.Add(time.Duration(i) * time.Minute)
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1:
				attributes := rapid.MapOfN(rapid.SampledFrom([]string{"list", "n", "object", "first_name", "email"}), value(2), 0, 4).Draw(t, "attributes")
				attributes["phone"] = phone
				edit := func(u *User) error {
					Apply(u, attributes, DefaultLimits(), func(string) bool { return true })
					u.Groups[fmt.Sprint("group", i%2)] = i%3 == 0
					return nil
				}
				_, _, _ = s.ChangeOrCreate(ref, func(u *User) error { u.ExternalID = ref.ExternalID; return nil }, edit)
			case 2:
				s.RecordEvent(ref, Event{Name: "bought", Time: at, Properties: map[string]any{"n": json.Number("3"), "x": json.Number("0.5")}})
			case 3:
				s.RecordPurchase(ref, "hat", at)
			case 4:
				_ = s.AddAlias(rapid.SampledFrom([]string{"", ref.ExternalID}).Draw(t, "of"), Alias{fmt.Sprint("name", i%4), "label"})
			case 5:
				s.Sender(phone, "US."+phone[1:], "", i%2 == 0, false)
			case 6:
				if u := s.Find(ref); u != nil {
					s.Receive(u.BrazeID, Once{CampaignID: fmt.Sprint("campaign", i%2), Again: true, Cap: 5, CapWindow: time.Hour}, at)
				}
			}
		}
		next, was, is := again(t, s)
		// Changed is renumbered, its order stays.
		if !cmp.Equal(changedLess(was), changedLess(is)) {
			t.Fatalf("was\n%s\nis\n%s", was, is)
		}
		for _, u := range s.All() {
			other := next.Find(Ref{BrazeID: u.BrazeID})
			if !cmp.Equal(u, other, cmp.AllowUnexported(User{}), cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }), cmp.Comparer(sameNames)) {
				t.Fatalf("was\n%+v\nis\n%+v", u, other)
			}
			if !cmp.Equal(s.Received(u.BrazeID), next.Received(u.BrazeID)) {
				t.Fatalf("received %v, now %v", s.Received(u.BrazeID), next.Received(u.BrazeID))
			}
			if again := next.Find(Ref{ExternalID: u.ExternalID}); u.ExternalID != "" && again != other {
				t.Fatalf("%s is not found by its external id", u.ExternalID)
			}
		}
		for _, phone := range phones {
			if !cmp.Equal(brazeIDs(s.WithPhone(phone)), brazeIDs(next.WithPhone(phone))) {
				t.Fatalf("%s belongs to %v, now %v", phone, brazeIDs(s.WithPhone(phone)), brazeIDs(next.WithPhone(phone)))
			}
		}
	})
}

// sameNames compares aliases, where none and an empty list are the same.
func sameNames(a, b []Alias) bool { return slices.Equal(a, b) }

func brazeIDs(all []*User) []string {
	ids := []string{}
	for _, u := range all {
		ids = append(ids, u.BrazeID)
	}
	return ids
}

func changedLess(file string) any {
	var all []map[string]any
	_ = json.Unmarshal([]byte(file), &all)
	for _, one := range all {
		delete(one, "changed")
	}
	return all
}

func TestStore_refusesWhatDoesNotFitTogether(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		all  []Kept
		want string
	}{
		"no braze_id":     {[]Kept{{BrazeID: "1"}, {}}, "profile 2 has no braze_id"},
		"twice":           {[]Kept{{BrazeID: "1"}, {BrazeID: "1"}}, "the profile 1 is there twice"},
		"external id":     {[]Kept{{BrazeID: "1", ExternalID: "u"}, {BrazeID: "2", ExternalID: "u"}}, "profile 2: the external id belongs to another profile"},
		"somebody else's": {[]Kept{{BrazeID: "1", Aliases: []Alias{{"n", "l"}}}, {BrazeID: "2", Aliases: []Alias{{"n", "l"}}}}, "profile 2: the alias l/n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := store().Import(tc.all); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("import says %v, want %q", err, tc.want)
			}
		})
	}
}
