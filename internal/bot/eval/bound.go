package eval

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Hold checks the figures of a report against floors and ceilings by their names in JSON. The error names all that do
// not hold; a name that is no figure, or a figure that is missing, is one of them.
func Hold(report any, floors, ceilings map[string]float64) error {
	raw, err := json.Marshal(report)
	if err != nil {
		return err
	}
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return err
	}
	figures := map[string]float64{}
	for name, v := range all {
		if f, ok := v.(float64); ok {
			figures[name] = f
		}
	}
	var broken []string
	check := func(word string, bounds map[string]float64, holds func(figure, bound float64) bool) {
		for _, name := range slices.Sorted(maps.Keys(bounds)) {
			figure, ok := figures[name]
			switch {
			case !ok:
				broken = append(broken, fmt.Sprintf("%s is not measured; there are %s", name, strings.Join(slices.Sorted(maps.Keys(figures)), ", ")))
			case !holds(figure, bounds[name]):
				broken = append(broken, fmt.Sprintf("%s is %g, %s %g", name, figure, word, bounds[name]))
			}
		}
	}
	check("below", floors, func(figure, bound float64) bool { return figure >= bound })
	check("above", ceilings, func(figure, bound float64) bool { return figure <= bound })
	if len(broken) > 0 {
		return fmt.Errorf("does not hold: %s", strings.Join(broken, "; "))
	}
	return nil
}
