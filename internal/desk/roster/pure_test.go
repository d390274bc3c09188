package roster

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/internal/store/roster"
)

func office() *Hours {
	h := &Hours{Timezone: "Europe/Paris", Holidays: []string{"2026-12-25"}}
	for _, day := range weekdays[1:6] {
		h.Weekly = append(h.Weekly, Span{day, "09:00", "12:30"}, Span{day, "13:30", "18:00"})
	}
	return h
}

func TestHours_openAndNextOpening(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, paris)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ now, opens string }{
		{"2026-11-23 09:00", ""},                 // Monday, on the minute
		{"2026-11-23 12:29", ""},                 //
		{"2026-11-23 12:30", "2026-11-23 13:30"}, // lunch
		{"2026-11-23 18:00", "2026-11-24 09:00"}, //
		{"2026-11-21 11:00", "2026-11-23 09:00"}, // Saturday
		{"2026-12-24 19:00", "2026-12-28 09:00"}, // over Christmas and the weekend
		{"2026-03-27 18:30", "2026-03-30 09:00"}, // the clock is put forward in between
		{"2026-10-23 18:30", "2026-10-26 09:00"}, // and back
	} {
		now := at(c.now).UTC() // whatever the zone it is told in
		opens, ok := office().Opens(now)
		if ok == office().Open(now) || ok != (c.opens != "") || ok && !opens.Equal(at(c.opens)) {
			t.Errorf("at %s it opens at %v (%v), want %q", c.now, opens, ok, c.opens)
		}
	}
	var always *Hours
	if _, ok := always.Opens(at("2026-11-21 03:00")); ok || !always.Open(at("2026-11-21 03:00")) {
		t.Error("no hours are not always")
	}
}

func TestHours_whatOpensIsOpen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &Hours{Timezone: rapid.SampledFrom([]string{"Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"}).Draw(t, "zone")}
		for range rapid.IntRange(1, 5).Draw(t, "spans") {
			from := rapid.IntRange(0, 23).Draw(t, "from")
			clock := func(h int) string { return time.Date(2026, 1, 1, h, 0, 0, 0, time.UTC).Format("15:04") }
			to := clock(rapid.IntRange(from+1, 24).Draw(t, "to"))
			if to == "00:00" {
				to = "24:00"
			}
			h.Weekly = append(h.Weekly, Span{rapid.SampledFrom(weekdays).Draw(t, "day"), clock(from), to})
		}
		if err := h.Check(); err != nil {
			t.Fatal(err)
		}
		now := time.Unix(rapid.Int64Range(1_760_000_000, 1_860_000_000).Draw(t, "now"), 0)
		opens, ok := h.Opens(now)
		switch {
		case h.Open(now):
			if ok {
				t.Fatalf("open at %s, and opens at %s", now, opens)
			}
		case !ok:
			t.Fatalf("never opens after %s: %+v", now, h)
		case !opens.After(now) || opens.Sub(now) > 8*24*time.Hour:
			t.Fatalf("at %s opens at %s", now, opens)
		case !h.Open(opens.Add(time.Hour-time.Second)) && !h.Open(opens):
			t.Fatalf("opens at %s and is closed then: %+v", opens, h)
		}
	})
}

func TestHours_sayWhatIsWrong(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Hours){
		"no time zone":            func(h *Hours) { h.Timezone = "Paris" },
		`"" is no time zone`:      func(h *Hours) { h.Timezone = "" },
		"is no day; write monday": func(h *Hours) { h.Weekly[0].Day = "Monday" },
		"no time of the day":      func(h *Hours) { h.Weekly[0].From = "9:00" },
		"is not before":           func(h *Hours) { h.Weekly[0].From, h.Weekly[0].To = "22:00", "06:00" },
		"write holidays as":       func(h *Hours) { h.Holidays = []string{"25.12.2026"} },
		"no day of the week":      func(h *Hours) { h.Weekly = nil },
	} {
		h := office()
		change(h)
		if err := h.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	for text, want := range map[string]int{"00:00": 0, "24:00": 1440, "09:30": 570, "24:01": -1, "12:60": -1, "-1:00": -1, "1200": -1, "12:0x": -1} {
		if got, err := clock(text); (err == nil) != (want >= 0) || err == nil && got != want {
			t.Errorf("%q is read as %d (%v)", text, got, err)
		}
	}
}

func TestPresence_isWhatIsWantedAndSeen(t *testing.T) {
	t.Parallel()
	const away, minute = 10 * time.Minute, int64(60_000)
	var p roster.Presence
	want := func(now int64, state State, since int64) {
		t.Helper()
		if got, at := stateOf(p, away, now); got != state || at != since {
			t.Errorf("at minute %d: %s since %d, want %s since %d", now/minute, got, at/minute, state, since/minute)
		}
	}
	want(1, Offline, 0)
	p = beat(p, away, false, 100*minute) // the page opens: somebody opened it
	want(100*minute, Online, 100*minute)
	for m := int64(101); m <= 112; m++ { // nobody touches it
		p = beat(p, away, false, m*minute)
	}
	want(112*minute, Away, 110*minute)
	p = beat(p, away, true, 113*minute)
	want(113*minute, Online, 113*minute)
	p = beat(p, away, true, 114*minute)
	want(114*minute, Online, 113*minute)
	want(116*minute, Offline, 116*minute) // the page is gone
	p = wish(p, away, Away, 120*minute)
	p = beat(p, away, true, 121*minute)
	want(121*minute, Away, 120*minute) // a wish stays, however busy the hands
	p = wish(p, away, Offline, 122*minute)
	p = beat(p, away, true, 123*minute)
	want(123*minute, Offline, 122*minute)
	p = wish(p, away, Online, 124*minute)
	want(124*minute, Online, 124*minute)
}

func TestExpectedWait_isHonest(t *testing.T) {
	t.Parallel()
	const minute = int64(60_000)
	now := 10_000 * minute
	take := func(ago, waited int64) roster.Take { return roster.Take{At: now - ago*minute, Waited: waited * minute} }
	quiet := []roster.Take{take(5, 2), take(40, 3), take(90, 4)}
	for name, c := range map[string]struct {
		takes    []roster.Take
		position int
		oldest   int64
		want     int64
	}{
		"nothing is known":                {nil, 1, 0, 0},
		"two are chance":                  {quiet[:2], 1, 0, 0},
		"who did not wait says nothing":   {[]roster.Take{take(1, 0), take(2, 0), take(3, 0), take(4, 3)}, 1, 0, 0},
		"as long as others":               {quiet, 1, 0, 3},
		"not less than the one ahead":     {quiet, 2, now - 12*minute, 12},
		"alone, nobody is ahead":          {quiet, 1, now - 12*minute, 3},
		"a long line goes by its pace":    {[]roster.Take{take(1, 9), take(3, 9), take(5, 9), take(7, 9)}, 10, 0, 20},
		"a short line by what others had": {[]roster.Take{take(1, 9), take(3, 9), take(5, 9), take(7, 9)}, 1, 0, 9},
	} {
		if got := expectedWait(c.takes, c.position, c.oldest, now); got != time.Duration(c.want)*time.Minute {
			t.Errorf("%s: %s, want %d minutes", name, got, c.want)
		}
	}
}
