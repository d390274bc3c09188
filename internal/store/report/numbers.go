// Package report keeps the tables that reports are read from: what each conversation
// has been counted for, and the sums of it by day, route and team. It reads what
// there is to count and adds up; what counts as what is decided by package desk/report.
//
// The rule that everything rests on: a number of a day is the sum of what the
// conversations are counted for. [Apply] keeps it by putting the new count of a
// conversation in the place of its old one, in one transaction. Counting a
// conversation again therefore changes nothing unless the conversation has changed,
// whoever does it and however often.
package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Hour is one hour in milliseconds: the finest step of reports.
const Hour = int64(60 * 60 * 1000)

// Cell is one number: how often Name happened to Key in an hour, on a route and for
// a team. Hour counts from 1970 in UTC.
type Cell struct {
	Hour        int64
	Route, Team string
	Name, Key   string
}

// Counts are cells and how much is in them.
type Counts map[Cell]int64

// Add counts n more in a cell. What stands for text is cut to what can be stored.
func (c Counts) Add(cell Cell, n int64) {
	cell.Route, cell.Team, cell.Name, cell.Key = plain(cell.Route), plain(cell.Team), plain(cell.Name), plain(cell.Key)
	c[cell] += n
	if c[cell] == 0 {
		delete(c, cell)
	}
}

// AddAll counts all of other, times n.
func (c Counts) AddAll(other Counts, n int64) {
	for cell, m := range other {
		c.Add(cell, m*n)
	}
}

// plain keeps the separators of the stored form out of words that come from
// settings and knowledge bases, and bounds their length.
func plain(s string) string {
	const longest = 100
	clean := strings.IndexFunc(s, unicode.IsControl) < 0
	if clean && len(s) <= longest {
		return s
	}
	out := make([]rune, 0, longest)
	for _, r := range s {
		if len(out) == longest {
			break
		}
		if unicode.IsControl(r) {
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}

// encode writes counts as lines of tab-separated fields, in one order.
func (c Counts) encode() string {
	var b strings.Builder
	for _, cell := range slices.SortedFunc(maps.Keys(c), Cell.compare) {
		fmt.Fprintf(&b, "%d\t%s\t%s\t%s\t%s\t%d\n", cell.Hour, cell.Route, cell.Team, cell.Name, cell.Key, c[cell])
	}
	return b.String()
}

func (c Cell) compare(d Cell) int {
	return cmp.Or(cmp.Compare(c.Hour, d.Hour), cmp.Compare(c.Route, d.Route), cmp.Compare(c.Team, d.Team),
		cmp.Compare(c.Name, d.Name), cmp.Compare(c.Key, d.Key))
}

func decodeCounts(text string) (Counts, error) {
	out := Counts{}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 6 {
			return nil, fmt.Errorf("a line of report_conversations has %d fields and not 6", len(f))
		}
		hour, err := strconv.ParseInt(f[0], 10, 64)
		n, err2 := strconv.ParseInt(f[5], 10, 64)
		if err = cmp.Or(err, err2); err != nil {
			return nil, fmt.Errorf("report_conversations: %w", err)
		}
		out[Cell{hour, f[1], f[2], f[3], f[4]}] = n
	}
	return out, nil
}

// dayKey names one row of report_days.
type dayKey struct {
	day         int64 // since 1970 in UTC
	route, team string
}

// series is one number of a day in its 24 hours.
type series struct{ name, key string }

type numbers map[series]*[24]int64

// encode writes a line for each number: name, key, and the hours that are not zero
// as hour:n. It is empty when nothing is left.
func (n numbers) encode() string {
	var b strings.Builder
	for _, s := range slices.SortedFunc(maps.Keys(n), func(a, b series) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.key, b.key))
	}) {
		hours := n[s]
		if *hours == [24]int64{} {
			continue
		}
		b.WriteString(s.name + "\t" + s.key + "\t")
		first := true
		for hour, v := range hours {
			if v == 0 {
				continue
			}
			if !first {
				b.WriteByte(' ')
			}
			first = false
			b.WriteString(strconv.Itoa(hour) + ":" + strconv.FormatInt(v, 10))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func decodeNumbers(text string) (numbers, error) {
	out := numbers{}
	err := readNumbers(text, func(name, key string, hours *[24]int64) {
		kept := *hours
		out[series{name, key}] = &kept
	})
	return out, err
}

// readNumbers calls each for every number with its hours, which are good until each
// returns. It makes nothing but substrings of text, for a report of a year reads
// megabytes of it.
func readNumbers(text string, each func(name, key string, hours *[24]int64)) error {
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		name, rest, ok := strings.Cut(line, "\t")
		key, list, ok2 := strings.Cut(rest, "\t")
		if !ok || !ok2 {
			return fmt.Errorf("a line of report_days has no number: %q", line)
		}
		var hours [24]int64
		for list != "" {
			var one string
			one, list, _ = strings.Cut(list, " ")
			h, v, _ := strings.Cut(one, ":")
			hour, err := strconv.Atoi(h)
			n, err2 := strconv.ParseInt(v, 10, 64)
			if err != nil || err2 != nil || hour < 0 || hour > 23 {
				return fmt.Errorf("report_days has %q where an hour and a number should be", one)
			}
			hours[hour] = n
		}
		each(name, key, &hours)
	}
	return nil
}
