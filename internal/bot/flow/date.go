package flow

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/internal/bot/entity"
	"parley/internal/bot/intent"
)

func isDay(v string) bool {
	_, err := time.Parse(time.DateOnly, v)
	return err == nil
}

// relative are words for days, folded, by how far off they are.
var relative = map[string]int{
	"today": 0, "tonight": 0, "tomorrow": 1, "day after tomorrow": 2, "the day after tomorrow": 2, "yesterday": -1,
	"aujourd hui": 0, "aujourdhui": 0, "ce soir": 0, "demain": 1, "apres demain": 2, "hier": -1,
}

var weekdays = map[string]time.Weekday{
	"sunday": 0, "monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6,
	"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6,
	"dimanche": 0, "lundi": 1, "mardi": 2, "mercredi": 3, "jeudi": 4, "vendredi": 5, "samedi": 6,
}

var shortDate = regexp.MustCompile(`(?:^|[^\d/.])(\d{1,2})[/.](\d{1,2})(?:[^\d/.]|$)`)

// readDate finds the one day that a text means, as 2026-11-20.
func readDate(text, language string, now time.Time) (string, bool) {
	var days []string
	for _, e := range entity.Find(text, language) {
		if e.Name != entity.Date {
			continue
		}
		if isDay(e.Value) {
			days = append(days, e.Value)
			continue
		}
		if v, ok := withYear(e.Text, language, now); ok {
			days = append(days, v)
		}
	}
	if len(days) == 0 {
		if m := shortDate.FindStringSubmatch(text); m != nil {
			if v, ok := withYear(m[1]+"/"+m[2]+"/", language, now); ok {
				days = append(days, v)
			}
		}
	}
	if len(days) == 0 {
		if v, ok := spokenDay(text, now); ok {
			days = append(days, v)
		}
	}
	if len(days) == 0 {
		return "", false
	}
	for _, d := range days[1:] {
		if d != days[0] {
			return "", false
		}
	}
	return days[0], true
}

// withYear completes a day without one: the nearest such day, from a month ago on.
func withYear(text, language string, now time.Time) (string, bool) {
	for _, year := range []int{now.Year(), now.Year() + 1} {
		full := text + " " + strconv.Itoa(year)
		if strings.HasSuffix(text, "/") {
			full = text + strconv.Itoa(year)
		}
		for _, e := range entity.Find(full, language) {
			if e.Name == entity.Date && isDay(e.Value) && e.Value >= now.AddDate(0, -1, 0).Format(time.DateOnly) {
				return e.Value, true
			}
		}
	}
	return "", false
}

// spokenDay reads "tomorrow" and "next friday".
func spokenDay(text string, now time.Time) (string, bool) {
	folded := intent.Fold(text)
	best := ""
	for phrase := range relative { // the longest wins: "the day after tomorrow" holds "tomorrow"
		if strings.Contains(" "+folded+" ", " "+phrase+" ") && len(phrase) > len(best) {
			best = phrase
		}
	}
	if best != "" {
		return now.AddDate(0, 0, relative[best]).Format(time.DateOnly), true
	}
	found := ""
	for _, w := range strings.Fields(folded) {
		day, ok := weekdays[w]
		if !ok {
			continue
		}
		off := (int(day-now.Weekday())+6)%7 + 1
		v := now.AddDate(0, 0, off).Format(time.DateOnly)
		if found != "" && found != v {
			return "", false
		}
		found = v
	}
	return found, found != ""
}

var (
	dayNames = map[string][7]string{
		"en": {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		"fr": {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	}
	monthNames = map[string][12]string{
		"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		"fr": {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	}
)

// spoken says a day in words where the language is known, and anything else as it is.
func spoken(v, language string) string {
	day, err := time.Parse(time.DateOnly, v)
	names, ok := dayNames[language]
	if err != nil || !ok {
		return v
	}
	n := strconv.Itoa(day.Day())
	if language == "fr" && day.Day() == 1 {
		n = "1er"
	}
	return fmt.Sprintf("%s %s %s", names[day.Weekday()], n, monthNames[language][day.Month()-1])
}
