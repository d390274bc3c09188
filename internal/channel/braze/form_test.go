package braze

import (
	"encoding/json"
	"testing"

	"parley/internal/chat"
	"parley/internal/testkit"
)

func TestFormFields_readsAnswersInOrder(t *testing.T) {
	t.Parallel()
	for response, want := range map[string][]chat.Field{
		`{"order_number":"A-17","size":"M","flow_token":"secret"}`:           {{Name: "Order number", Value: "A-17"}, {Name: "Size", Value: "M"}},
		`{"screen_0_Reason_1":" too small ","screen_1_When_2":"2026-11-30"}`: {{Name: "Reason", Value: "too small"}, {Name: "When", Value: "2026-11-30"}},
		`{"b":["x","",["y"]],"a":12.50,"c":true,"d":null,"e":"","é":{"k":1}}`: {
			{Name: "B", Value: "x, y"}, {Name: "A", Value: "12.50"}, {Name: "C", Value: "true"}, {Name: "É", Value: `{"k":1}`},
		},
		`{"":"x"}`: {{Name: "?", Value: "x"}},
		`{}`:       nil,
		`["x"]`:    nil,
		`"text"`:   nil,
		`{"a":`:    nil,
	} {
		testkit.Diff(t, FormFields(json.RawMessage(response)), want)
	}
}
