package profile

import (
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func store() *Store { return NewStore(func() time.Time { return start }, func(*User) {}) }

func make1(t *testing.T, s *Store, edit func(*User)) *User {
	t.Helper()
	u, err := s.Create(func(u *User) error { edit(u); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// value draws any JSON value, with Braze's operators among its keys.
func value(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.StringN(0, 300, -1).AsAny(),
		rapid.Custom(func(t *rapid.T) any { return json.Number(fmt.Sprint(rapid.IntRange(-5, 5).Draw(t, "n"))) }),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	key := rapid.SampledFrom([]string{"a", "b", "inc", "add", "remove", "$add", "$update", "$remove", "$identifier_key", "$identifier_value", "$new_object", "$time", "x.y"})
	return rapid.OneOf(append(leaves,
		rapid.Custom(func(t *rapid.T) any { return rapid.SliceOfN(value(depth-1), 0, 4).Draw(t, "list") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.MapOfN(key, value(depth-1), 0, 3).Draw(t, "object") }),
	)...)
}

// Whatever is sent, Apply neither panics nor stores a text that is too long, and leaves earlier versions of
// the user as they were.
func TestApply_keepsItsLimitsAndOldVersions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := store()
		first, _ := s.Create(func(u *User) error {
			u.ExternalID = "u"
			u.Custom["list"] = []any{"x", map[string]any{"a": 1}}
			return nil
		})
		before, _ := json.Marshal(first.Custom)
		for range 3 {
			attributes := rapid.MapOfN(rapid.SampledFrom([]string{"list", "n", "first_name", "email", "phone", "subscription_groups", "_merge_objects"}), value(3), 0, 4).Draw(t, "attributes")
			u, err := s.Change(Ref{ExternalID: "u"}, func(u *User) error {
				Apply(u, attributes, DefaultLimits(), func(string) bool { return false })
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			checkTexts(t, u.Custom)
		}
		if after, _ := json.Marshal(first.Custom); string(after) != string(before) {
			t.Fatalf("an earlier version changed from %s to %s", before, after)
		}
	})
}

func checkTexts(t *rapid.T, v any) {
	switch v := v.(type) {
	case string:
		if utf8.RuneCountInString(v) > 255 {
			t.Fatalf("a text of %d characters is stored", utf8.RuneCountInString(v))
		}
	case []any:
		for _, e := range v {
			checkTexts(t, e)
		}
	case map[string]any:
		for _, e := range v {
			checkTexts(t, e)
		}
	}
}

func TestReceive_onlyOneOfManyGetsThrough(t *testing.T) {
	t.Parallel()
	s := store()
	u := make1(t, s, func(u *User) { u.ExternalID = "u" })
	var wg sync.WaitGroup
	var mu sync.Mutex
	passed := 0
	for range 32 {
		wg.Go(func() {
			if s.Receive(u.BrazeID, Once{CampaignID: "c"}, start) == "" {
				mu.Lock()
				passed++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if passed != 1 {
		t.Errorf("%d sends passed", passed)
	}
}

func TestStore_identifiersAreUnique(t *testing.T) {
	t.Parallel()
	s := store()
	make1(t, s, func(u *User) { u.ExternalID = "u"; u.Aliases = []Alias{{"n", "l"}} })
	for name, edit := range map[string]func(*User){
		"external id": func(u *User) { u.ExternalID = "u" },
		"alias":       func(u *User) { u.Aliases = []Alias{{"n", "l"}} },
	} {
		if _, err := s.Create(func(u *User) error { edit(u); return nil }); err == nil {
			t.Errorf("a second profile gets the same %s", name)
		}
	}
	if n := len(s.All()); n != 1 {
		t.Errorf("%d profiles", n)
	}
}

func TestStore_indexesFollowChanges(t *testing.T) {
	t.Parallel()
	s := store()
	make1(t, s, func(u *User) { u.ExternalID, u.Phone, u.Email = "u", "+15550000001", "A@x.test" })
	if _, err := s.Change(Ref{ExternalID: "u"}, func(u *User) error { u.Phone, u.Email = "+15550000002", "b@x.test"; return nil }); err != nil {
		t.Fatal(err)
	}
	counts := []int{len(s.WithPhone("+15550000001")), len(s.WithPhone("+15550000002")), len(s.WithEmail("a@x.test")), len(s.WithEmail("B@x.test"))}
	if diff := cmp.Diff([]int{0, 1, 0, 1}, counts); diff != "" {
		t.Error(diff)
	}
}

func TestIdentify_keepsBothWhenTheLabelIsTaken(t *testing.T) {
	t.Parallel()
	s := store()
	make1(t, s, func(u *User) { u.ExternalID = "u"; u.Aliases = []Alias{{"one", "phone"}} })
	make1(t, s, func(u *User) { u.Aliases = []Alias{{"two", "phone"}} })
	if _, err := s.Identify(Ref{Alias: &Alias{"two", "phone"}}, "u"); err != nil {
		t.Fatal(err)
	}
	if n := len(s.All()); n != 2 {
		t.Errorf("%d profiles", n)
	}
}

func TestIdentify_givesAnAnonymousProfileItsID(t *testing.T) {
	t.Parallel()
	s := store()
	anonymous := make1(t, s, func(u *User) { u.Aliases = []Alias{{"two", "phone"}} })
	u, err := s.Identify(Ref{Alias: &Alias{"two", "phone"}}, "new")
	if err != nil || u.BrazeID != anonymous.BrazeID || s.Find(Ref{ExternalID: "new"}) == nil {
		t.Errorf("%+v %v", u, err)
	}
}

func TestSender_afterTheProfileLostItsNumber(t *testing.T) {
	t.Parallel()
	for _, phoneless := range []bool{false, true} {
		s := store()
		first, created := s.Sender("+15550000077", "US.1", "", phoneless, false)
		if !created {
			t.Fatal("not made")
		}
		if _, err := s.Change(Ref{BrazeID: first.BrazeID}, func(u *User) error { u.Phone, u.SenderID = "", ""; return nil }); err != nil {
			t.Fatal(err)
		}
		again, created := s.Sender("+15550000077", "US.1", "", phoneless, false)
		if created || again.BrazeID != first.BrazeID {
			t.Errorf("phoneless %v: another profile", phoneless)
		}
	}
}

func TestNormalizeNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"+33 6 00 00 00 02": "+33600000002", "555-000-0001": "+15550000001", "15550000001": "+15550000001", "12": "12"} {
		if got := NormalizeNumber(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}

func TestParseAudience(t *testing.T) {
	t.Parallel()
	s := store()
	u := make1(t, s, func(u *User) { u.Custom = map[string]any{"n": 5, "tags": []any{"vip"}, "city": "Paris"} })
	filter := func(name, comparison, value string) string {
		return fmt.Sprintf(`{"custom_attribute":{"custom_attribute_name":%q,"comparison":%q,"value":%s}}`, name, comparison, value)
	}
	for source, want := range map[string]bool{
		filter("n", "equals", "5"): true, filter("n", "not_equal", "5"): false, filter("n", "greater_than", "4.5"): true,
		filter("n", "less_than", "5"): false, filter("n", "less_than_or_equal_to", "5"): true, filter("tags", "includes_value", `"vip"`): true,
		filter("tags", "does_not_include_value", `"vip"`): false, filter("gone", "does_not_exist", "null"): true, filter("city", "exists", "null"): true,
		filter("city", "greater_than", `"Oslo"`): true, filter("city", "greater_than", "3"): false,
		`{"OR":[` + filter("n", "equals", "1") + `,` + filter("n", "equals", "5") + `]}`:  true,
		`{"AND":[` + filter("n", "equals", "1") + `,` + filter("n", "equals", "5") + `]}`: false,
		`null`: true,
	} {
		a, err := ParseAudience([]byte(source))
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got := a.Has(u); got != want {
			t.Errorf("%s: %v", source, got)
		}
	}
	for _, source := range []string{`{}`, `{"push_subscription_status":{}}`, `{"AND":[]}`, filter("n", "sounds_like", "5"), `[]`} {
		if _, err := ParseAudience([]byte(source)); err == nil {
			t.Errorf("%s is accepted", source)
		}
	}
}
