package bot

import (
	"fmt"
	"strings"
	"time"
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
	t := catalogue(baseLanguage(language))
	switch {
	case o.Free || o.Position == 0:
		return text
	case o.Online:
		return join(text, t.place(o))
	}
	return join(text, t.absent(o)+" "+t.kept)
}

// PlaceKept is what a customer is told for whom nobody came for some time.
func PlaceKept(language string, o Outlook) string {
	t := catalogue(baseLanguage(language))
	if o.Online {
		return t.patience + " " + t.place(o) + " " + t.kept
	}
	return t.patience + " " + t.absent(o) + " " + t.kept
}

// place is where the customer stands in the line and, if anybody knows, for how long.
func (t *texts) place(o Outlook) string {
	place := t.next
	if o.Position > 1 {
		place = fmt.Sprintf(t.number, o.Position)
	}
	if wait := t.wait(o.Wait); wait != "" {
		return place + wait + "."
	}
	return place + "."
}

// wait is told coarsely and rounded up: nobody minds being early.
func (t *texts) wait(d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	switch {
	case minutes <= 0:
		return ""
	case minutes == 1:
		return t.aMinute
	case minutes > 60:
		return t.overAnHour
	case minutes > 10:
		minutes = (minutes + 4) / 5 * 5
	}
	return fmt.Sprintf(t.minutes, minutes)
}

// absent is that nobody is there, and when that changes if anybody knows.
func (t *texts) absent(o Outlook) string {
	if o.Open || o.OpensAt.IsZero() {
		return t.nobody + "."
	}
	return t.nobody + fmt.Sprintf(t.back, t.day(o), o.OpensAt.Format(t.clock), t.zone(o.OpensAt.Location().String())) + "."
}

func (t *texts) day(o Outlook) string {
	today, opens := o.Now.In(o.OpensAt.Location()), o.OpensAt
	midnight := func(at time.Time) time.Time {
		y, m, d := at.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	switch days := int(midnight(opens).Sub(midnight(today)) / (24 * time.Hour)); {
	case days == 0:
		return t.today
	case days == 1:
		return t.tomorrow
	case days < 7:
		return fmt.Sprintf(t.onWeekday, t.weekdays[opens.Weekday()])
	}
	return fmt.Sprintf(t.onDate, t.weekdays[opens.Weekday()], opens.Day(), t.months[opens.Month()-1])
}

// zone names a time zone by its city.
func (t *texts) zone(name string) string {
	city := strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
	if city == "UTC" {
		return city
	}
	of := t.cityTime
	if strings.ContainsRune("AEIOUÉÎ", []rune(city)[0]) {
		of = t.cityTimeVowel
	}
	return fmt.Sprintf(of, city)
}
