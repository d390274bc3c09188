package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/chat"
)

// Hours are when a team's people are there. A nil *Hours means always.
type Hours struct {
	Timezone string   `json:"timezone"` // of the IANA database, such as Europe/Paris
	Weekly   []Span   `json:"weekly"`
	Holidays []string `json:"holidays"` // days off, as 2026-12-25
}

// Span is a stretch of one day of the week. To may be 24:00.
type Span struct {
	Day  string `json:"day"` // monday to sunday
	From string `json:"from"`
	To   string `json:"to"`
}

var weekdays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// Check says what is wrong, as a chat.Error.
func (h *Hours) Check() error {
	if h == nil {
		return nil
	}
	if _, err := time.LoadLocation(h.Timezone); err != nil || h.Timezone == "" || h.Timezone == "Local" {
		return chat.Errorf(chat.Invalid, "hours: %q is no time zone; write one such as Europe/Paris", h.Timezone)
	}
	if len(h.Weekly) == 0 {
		return chat.Errorf(chat.Invalid, "hours: no day of the week is open; add one, or leave the hours out for always open")
	}
	for _, s := range h.Weekly {
		if !slices.Contains(weekdays, s.Day) {
			return chat.Errorf(chat.Invalid, "hours: %q is no day; write monday to sunday", s.Day)
		}
		from, errFrom := clock(s.From)
		to, errTo := clock(s.To)
		switch {
		case errFrom != nil:
			return chat.Errorf(chat.Invalid, "hours of %s: %v", s.Day, errFrom)
		case errTo != nil:
			return chat.Errorf(chat.Invalid, "hours of %s: %v", s.Day, errTo)
		case from >= to:
			return chat.Errorf(chat.Invalid, "hours of %s: %s is not before %s; write hours over midnight as two days", s.Day, s.From, s.To)
		}
	}
	for _, day := range h.Holidays {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return chat.Errorf(chat.Invalid, "hours: %q is no day; write holidays as 2026-12-25", day)
		}
	}
	return nil
}

// clock reads HH:MM as minutes of the day, 24:00 included.
func clock(text string) (int, error) {
	h, m, ok := strings.Cut(text, ":")
	hours, okH := digits(h)
	minutes, okM := digits(m)
	if !ok || !okH || !okM || minutes > 59 || hours*60+minutes > 24*60 {
		return 0, fmt.Errorf("%q is no time of the day; write one such as 09:00", text)
	}
	return hours*60 + minutes, nil
}

func digits(text string) (int, bool) {
	if len(text) != 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' {
		return 0, false
	}
	return int(text[0]-'0')*10 + int(text[1]-'0'), true
}

// Location is the time zone in which the hours are told.
func (h *Hours) Location() *time.Location {
	if h != nil {
		if l, err := time.LoadLocation(h.Timezone); err == nil {
			return l
		}
	}
	return time.UTC
}

// Open says whether people are expected to be there.
func (h *Hours) Open(now time.Time) bool {
	if h == nil {
		return true
	}
	now = now.In(h.Location())
	for _, s := range h.spans(now) {
		if !now.Before(s.from) && now.Before(s.to) {
			return true
		}
	}
	return false
}

// Opens gives the next time from now on at which people come, in the team's time zone;
// ok is false while it is open and when there is none within a year.
func (h *Hours) Opens(now time.Time) (at time.Time, ok bool) {
	if h.Open(now) {
		return time.Time{}, false
	}
	now = now.In(h.Location())
	for day := range 366 {
		y, m, d := now.Date()
		for _, s := range h.spans(time.Date(y, m, d+day, 12, 0, 0, 0, now.Location())) {
			if s.from.After(now) && (!ok || s.from.Before(at)) {
				at, ok = s.from, true
			}
		}
		if ok {
			return at, true
		}
	}
	return time.Time{}, false
}

type stretch struct{ from, to time.Time }

// spans are the open stretches of a day. They are told by the clock on the wall, so a
// day on which it is put forward or back keeps its hours.
func (h *Hours) spans(day time.Time) []stretch {
	if slices.Contains(h.Holidays, day.Format(time.DateOnly)) {
		return nil
	}
	y, m, d := day.Date()
	at := func(minutes int) time.Time { return time.Date(y, m, d, minutes/60, minutes%60, 0, 0, day.Location()) }
	var out []stretch
	for _, s := range h.Weekly {
		from, errFrom := clock(s.From)
		to, errTo := clock(s.To)
		if s.Day == weekdays[day.Weekday()] && errFrom == nil && errTo == nil {
			out = append(out, stretch{at(from), at(to)})
		}
	}
	return out
}
