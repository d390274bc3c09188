package doctor_test

import (
	"testing"

	"parley/internal/chat"
	"parley/internal/doctor"
	"parley/internal/store/signs"
)

func TestProgress_stopsWhereTheMessageDoes(t *testing.T) {
	t.Parallel()
	message := chat.Message{Arrival: &chat.Arrived{Route: "support"}}
	in := func(states ...chat.State) (out []chat.Delivery) {
		for _, s := range states {
			out = append(out, chat.Delivery{State: s})
		}
		return out
	}
	for name, c := range map[string]struct {
		step signs.Step
		want []doctor.Level
		done bool
	}{
		"before the turn":   {signs.Step{Message: message, Owner: chat.OwnerBot}, []doctor.Level{doctor.OK}, false},
		"people have it":    {signs.Step{Message: message, Owner: chat.OwnerAgent}, []doctor.Level{doctor.OK, doctor.Note}, true},
		"on its way":        {signs.Step{Message: message, Owner: chat.OwnerBot, Action: "answer", Deliveries: in(chat.Queued)}, []doctor.Level{doctor.OK, doctor.OK}, false},
		"the first part":    {signs.Step{Message: message, Action: "answer", Deliveries: in(chat.Accepted, chat.Queued)}, []doctor.Level{doctor.OK, doctor.OK, doctor.OK}, false},
		"taken":             {signs.Step{Message: message, Action: "answer", Deliveries: in(chat.Accepted)}, []doctor.Level{doctor.OK, doctor.OK, doctor.OK}, true},
		"refused":           {signs.Step{Message: message, Action: "answer", Deliveries: in(chat.Dead)}, []doctor.Level{doctor.OK, doctor.OK, doctor.Fail}, true},
		"the bot is silent": {signs.Step{Message: message, Action: "silent"}, []doctor.Level{doctor.OK, doctor.OK}, true},
	} {
		reached, done := doctor.Progress(c.step)
		var got []doctor.Level
		for _, r := range reached {
			got = append(got, r.Level)
			if r.What.EN == "" || r.What.FR == "" || r.What.EN == r.What.FR {
				t.Errorf("%s: says %+v", name, r.What)
			}
		}
		if done != c.done || len(got) != len(c.want) {
			t.Errorf("%s: %v, done %v", name, got, done)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
}
