package whatsapp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/internal/sandbox/clock"
)

// written is what a file would hold of a network.
func written(t rapid.TB, n *Network) string {
	phones, messages := n.Export()
	b, err := json.Marshal(map[string]any{"phones": phones, "messages": messages})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// again is a network that goes on with what another one wrote.
func again(t rapid.TB, file string, r Rules, offset time.Duration) (*Network, *clock.Clock) {
	var state struct {
		Phones   []KeptPhone
		Messages []KeptMessage
	}
	if err := json.Unmarshal([]byte(file), &state); err != nil {
		t.Fatal(err)
	}
	n, c := network(r)
	c.Advance(offset)
	if err := n.Import(state.Phones, state.Messages); err != nil {
		t.Fatal(err)
	}
	return n, c
}

// Whatever people and the business did, a network that goes on with what was written is the same one, and
// takes what happens next in the same way; also when it has begun to forget.
func TestNetwork_goesOnWithWhatItExported(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := DefaultRules()
		r.MessagesPerPhone, r.NoticesPerPhone = 5, 3
		r.MessagesInAll = rapid.SampledFrom([]int{8, 1000}).Draw(t, "in all")
		r.PairBurst = rapid.IntRange(1, 4).Draw(t, "burst")
		n, c := network(r)
		numbers := []string{"+15550000001", "+33600000002", "+4915550000003"}
		act := func(n *Network, c *clock.Clock, step, on int, number string) {
			switch step {
			case 0, 1:
				_, _ = n.Write(number, fmt.Sprint("business", on%2), fmt.Sprint("text ", on), MediaOf([]string{"https://m.test/a.pdf"}[:on%2]), "")
			case 2, 3:
				n.Send(number, "business0", "dispatch", Content{Layout: QuickReply, Text: "choose", Header: "h", Buttons: []Button{{"yes"}, {"no"}}}, nil)
			case 4:
				n.Send(number, "business1", "dispatch", Content{Layout: ListLayout, Text: "choose", List: &List{"open", []Section{{"s", []Row{{"r", "d"}}}}}}, nil)
			case 5:
				yes := on%8 < 4
				_, _ = n.Patch(number, []Change{{Online: &yes}, {Blocked: &yes}, {ReadReceipts: &yes}, {Name: &number}}[on%4])
			case 6:
				_ = n.MarkRead(number, int64(on))
			case 7:
				n.Notify(number, "failed", Bilingual{"no", "non"}, "doc")
			case 8:
				n.SetIdentity(number, Identity{ExternalID: "u", BrazeID: fmt.Sprint("b", on), Subscribed: on%2 == 0})
			case 9:
				c.Advance(time.Duration(on) * time.Hour)
			}
		}
		play := func(t *rapid.T, what string, most int, all ...func(step, on int, number string)) {
			for range rapid.IntRange(0, most).Draw(t, what) {
				step, on := rapid.IntRange(0, 9).Draw(t, "step"), rapid.IntRange(0, 9).Draw(t, "on")
				number := rapid.SampledFrom(numbers).Draw(t, "number")
				for _, f := range all {
					f(step, on, number)
				}
			}
		}
		play(t, "before", 60, func(step, on int, number string) { act(n, c, step, on, number) })
		file := written(t, n)
		next, nextClock := again(t, file, r, c.Offset())
		if got := written(t, next); got != file {
			t.Fatalf("was\n%s\nis\n%s", file, got)
		}
		if r.MessagesInAll < 1000 {
			return // the first network still counts what a phone's own bound made it forget
		}
		play(t, "after", 20,
			func(step, on int, number string) { act(n, c, step, on, number) },
			func(step, on int, number string) { act(next, nextClock, step, on, number) })
		if was, is := anonymous(written(t, n)), anonymous(written(t, next)); was != is {
			t.Fatalf("went on as\n%s\nnot as\n%s", is, was)
		}
	})
}

// anonymous replaces the ids of messages, which are random.
func anonymous(file string) string {
	parts := strings.Split(file, `"id":"wamid.`)
	for i := 1; i < len(parts); i++ {
		parts[i] = parts[i][strings.IndexByte(parts[i], '"'):]
	}
	return strings.Join(parts, "")
}

// A window that was open when the file was written ends when it would have.
func TestNetwork_endsWindowsAfterImport(t *testing.T) {
	t.Parallel()
	n, _ := network(DefaultRules())
	if _, err := n.Write("+15550000001", "business", "hello", nil, ""); err != nil {
		t.Fatal(err)
	}
	phones, messages := n.Export()
	told := 0
	c := clock.New(func() time.Time { return start })
	next := New(c, func(kind string, _ any) {
		if kind == "phone" {
			told++
		}
	}, func(string, Message) {})
	if err := next.Import(phones, messages); err != nil {
		t.Fatal(err)
	}
	if told != 0 {
		t.Errorf("import tells %d changes, want none", told)
	}
	c.Advance(23 * time.Hour)
	if told != 0 {
		t.Errorf("the window ended early")
	}
	c.Advance(time.Hour)
	if told != 1 {
		t.Errorf("the end of the window was told %d times, want once", told)
	}
}

func TestNetwork_refusesWhatDoesNotFitTogether(t *testing.T) {
	t.Parallel()
	message := func(phone string, n int64) KeptMessage {
		return KeptMessage{Phone: phone, Message: Message{N: n, Direction: In, Status: Sent}}
	}
	const one = "+15550000001"
	for name, tc := range map[string]struct {
		phones   []KeptPhone
		messages []KeptMessage
		want     string
	}{
		"no number":         {[]KeptPhone{{Phone: "555"}}, nil, "is not a phone number"},
		"twice":             {[]KeptPhone{{Phone: one}, {Phone: one}}, nil, "the phone " + one + " is there twice"},
		"nobody's message":  {nil, []KeptMessage{message(one, 1)}, "is no phone of the file"},
		"message zero":      {[]KeptPhone{{Phone: one, Count: 1}}, []KeptMessage{message(one, 0)}, "message 0 of " + one + " is out of order"},
		"beyond the count":  {[]KeptPhone{{Phone: one, Count: 1}}, []KeptMessage{message(one, 2)}, "message 2 of " + one + " is out of order"},
		"gap":               {[]KeptPhone{{Phone: one, Count: 3}}, []KeptMessage{message(one, 1), message(one, 3)}, "message 3 of " + one + " is out of order"},
		"missing last ones": {[]KeptPhone{{Phone: one, Count: 3}}, []KeptMessage{message(one, 1), message(one, 2)}, "the last of the 3 messages of " + one},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, _ := network(DefaultRules())
			if err := n.Import(tc.phones, tc.messages); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("import says %v, want %q", err, tc.want)
			}
		})
	}
}
