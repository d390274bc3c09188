package bot

import (
	"fmt"
	"strings"
	"time"

	"parley/internal/bot/texts"
)

// Outlook is what a customer who is handed over may expect of the people who take over.
type Outlook struct {
	Free     bool          // somebody gets it at once
	Online   bool          // somebody is there, with their hands full or not
	Position int           // place in the line, from 1
	Wait     time.Duration // 0 when nobody can tell
	Open     bool          // people are expected to be there now
	OpensAt  time.Time     // when they will be, in their time zone; zero if nobody knows
	Now      time.Time
}

// Expect adds to a handoff's text what the customer may expect: nothing if somebody is
// there for them, else their place and the wait, or that nobody is there and when that
// changes. What it says is true when it is said and promises nothing else.
func Expect(text, language string, o Outlook) string {
	t := texts.Of(baseLanguage(language))
	switch {
	case o.Free || o.Position == 0:
		return text
	case o.Online:
		return join(text, place(t, o))
	}
	return join(text, absent(t, o)+" "+t.Kept)
}

// PlaceKept is what a customer is told for whom nobody came for some time.
func PlaceKept(language string, o Outlook) string {
	t := texts.Of(baseLanguage(language))
	if o.Online {
		return t.Patience + " " + place(t, o) + " " + t.Kept
	}
	return t.Patience + " " + absent(t, o) + " " + t.Kept
}

// place is where the customer stands in the line and, if anybody knows, for how long.
func place(t *texts.Texts, o Outlook) string {
	place := t.Next
	if o.Position > 1 {
		place = fmt.Sprintf(t.Number, o.Position)
	}
	if wait := wait(t, o.Wait); wait != "" {
		return place + wait + "."
	}
	return place + "."
}

// wait is told coarsely and rounded up: nobody minds being early.
func wait(t *texts.Texts, d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	switch {
	case minutes <= 0:
		return ""
	case minutes == 1:
		return t.AMinute
	case minutes > 60:
		return t.OverAnHour
	case minutes > 10:
		minutes = (minutes + 4) / 5 * 5
	}
	return fmt.Sprintf(t.Minutes, minutes)
}

// absent is that nobody is there, and when that changes if anybody knows.
func absent(t *texts.Texts, o Outlook) string {
	if o.Open || o.OpensAt.IsZero() {
		return t.Nobody + "."
	}
	return t.Nobody + fmt.Sprintf(t.Back, day(t, o), o.OpensAt.Format(t.Clock), zone(t, o.OpensAt.Location().String())) + "."
}

func day(t *texts.Texts, o Outlook) string {
	today, opens := o.Now.In(o.OpensAt.Location()), o.OpensAt
	midnight := func(at time.Time) time.Time {
		y, m, d := at.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	switch days := int(midnight(opens).Sub(midnight(today)) / (24 * time.Hour)); {
	case days == 0:
		return t.Today
	case days == 1:
		return t.Tomorrow
	case days < 7:
		return fmt.Sprintf(t.OnWeekday, t.Weekdays[opens.Weekday()])
	}
	return fmt.Sprintf(t.OnDate, t.Weekdays[opens.Weekday()], opens.Day(), t.Months[opens.Month()-1])
}

// zone names a time zone by its city.
func zone(t *texts.Texts, name string) string {
	city := strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
	if city == "UTC" {
		return city
	}
	of := t.CityTime
	if strings.ContainsRune("AEIOUÉÎ", []rune(city)[0]) {
		of = t.CityTimeVowel
	}
	return fmt.Sprintf(of, city)
}
