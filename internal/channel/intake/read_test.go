package intake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/channel/braze"
)

func TestArrival_readsAttributesAndAnswers(t *testing.T) {
	t.Parallel()
	extra := map[string]json.RawMessage{
		"tier": json.RawMessage(`"gold"`), "vip": json.RawMessage(`true`), "orders": json.RawMessage(`12.5`), "blank": json.RawMessage(`"  "`),
		"list": json.RawMessage(`[1]`), "object": json.RawMessage(`{}`), "none": json.RawMessage(`null`), "long": json.RawMessage(`"` + strings.Repeat("x", 300) + `"`),
		"odd": json.RawMessage(`"a\u0000b"`),
	}
	r := &route{Route: Route{ID: "support", Workspace: "shop", Surveyed: true}}
	a := r.arrival(braze.Inbound{ExternalID: "u1", Text: "4/5", Extra: extra})
	if diff := cmp.Diff(map[string]string{"tier": "gold", "vip": "true", "orders": "12.5", "odd": "a\uFFFDb"}, a.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if !a.Surveyed || a.Score != 4 {
		t.Errorf("a score: %+v", a)
	}
	for i := range 100 {
		extra[fmt.Sprint("x", i)] = json.RawMessage(`"y"`)
	}
	if n := len(r.arrival(braze.Inbound{Extra: extra}).Attributes); n != 30 {
		t.Errorf("%d attributes of one message", n)
	}
	r.Surveyed = false
	if a := r.arrival(braze.Inbound{ExternalID: "u1", Text: "5"}); a.Surveyed || a.Score != 0 || a.Comment || a.Attributes != nil {
		t.Errorf("without surveys: %+v", a)
	}
}

// What asks for something must reach the bot, whatever was asked before.
func TestRemark_isNothingThatAsks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"nobody called me back": true, "trop lent": true, "the agent was rude": true,
		"where is my refund?": false, "": false, "I want to talk to a person": false, "STOP": false, "my lawyer will write to you": false,
		"merci": false, "delete my personal data": false,
	} {
		if got := remark(text, "en"); got != want {
			t.Errorf("remark(%q) = %v", text, got)
		}
	}
}
