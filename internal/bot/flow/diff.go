package flow

import (
	"fmt"
	"strings"
)

// Diff compares two versions line by line: lines that went begin with "-", new ones with
// "+", and a line "@@ N" says that what follows stands at line N of the newer. It is empty
// when nothing differs; up to context equal lines stand around a change. Either may be nil.
func Diff(older, newer *Flow, context int) []string {
	a, b := lines(older), lines(newer)
	// keep[i][j] is how many lines a[i:] and b[j:] have in common, in order.
	keep := make([][]int, len(a)+1)
	for i := range keep {
		keep[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				keep[i][j] = keep[i+1][j+1] + 1
			} else {
				keep[i][j] = max(keep[i+1][j], keep[i][j+1])
			}
		}
	}
	type line struct {
		mark byte
		text string
		at   int
	}
	var all []line
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			all = append(all, line{' ', a[i], j + 1})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || keep[i+1][j] >= keep[i][j+1]):
			all = append(all, line{'-', a[i], j + 1})
			i++
		default:
			all = append(all, line{'+', b[j], j + 1})
			j++
		}
	}
	var out []string
	shown := -1
	for n := range all {
		near := false
		for k := max(0, n-context); k <= min(len(all)-1, n+context); k++ {
			near = near || all[k].mark != ' '
		}
		if !near {
			continue
		}
		if n != shown+1 || n == 0 {
			out = append(out, fmt.Sprintf("@@ %d", all[n].at))
		}
		shown = n
		out = append(out, string(all[n].mark)+" "+all[n].text)
	}
	return out
}

func lines(f *Flow) []string {
	if f == nil || len(f.Source) == 0 {
		return nil
	}
	return strings.Split(strings.TrimRight(string(f.Source), "\n"), "\n")
}
