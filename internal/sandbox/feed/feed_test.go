package feed

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHub_replaysWaitsAndResyncs(t *testing.T) {
	t.Parallel()
	h := NewHub(3)
	list, wait, ok := h.After(0, 10)
	if len(list) != 0 || wait == nil || !ok {
		t.Fatalf("empty hub: %v %v", list, ok)
	}
	h.Publish("a", 1)
	select {
	case <-wait:
	default:
		t.Error("a publish does not wake who waits")
	}
	h.Publish("b", 2)
	h.Publish("c", 3)
	list, _, ok = h.After(1, 1)
	if diff := cmp.Diff([]Event{{2, "b", 2}}, list); !ok || diff != "" {
		t.Errorf("limited replay: %s", diff)
	}
	h.Publish("d", 4)
	if _, _, ok := h.After(0, 10); ok {
		t.Error("a cursor whose next event is gone is accepted")
	}
	if list, _, ok := h.After(1, 10); !ok || len(list) != 3 || list[2].ID != h.Last() {
		t.Errorf("oldest cursor: %v %v", list, ok)
	}
	if _, _, ok := h.After(5, 10); ok {
		t.Error("a cursor of the future is accepted")
	}
}

func TestLog_ringFilterAndClear(t *testing.T) {
	t.Parallel()
	l := NewLog(4, NewHub(8))
	for _, e := range []Entry{{Kind: "a"}, {Kind: "b", Phone: "+1"}, {Kind: "a", Phone: "+1"}, {Kind: "b"}, {Kind: "a", Phone: "+1", Outcome: "x"}} {
		l.Add(e)
	}
	numbers := func(f Filter) []int64 {
		f.Limit = 10
		all, _ := l.Entries(f)
		n := []int64{}
		for _, e := range all {
			n = append(n, e.N)
		}
		return n
	}
	for name, c := range map[string]struct {
		f    Filter
		want []int64
	}{
		"ring":    {Filter{}, []int64{5, 4, 3, 2}},
		"phone":   {Filter{Phone: "+1"}, []int64{5, 3, 2}},
		"kind":    {Filter{Kind: "a", Phone: "+1"}, []int64{5, 3}},
		"outcome": {Filter{Outcome: "x"}, []int64{5}},
		"after":   {Filter{After: 3}, []int64{5, 4}},
		"before":  {Filter{Before: 4}, []int64{3, 2}},
	} {
		if diff := cmp.Diff(c.want, numbers(c.f)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	l.Clear()
	if n := numbers(Filter{}); len(n) != 0 {
		t.Errorf("after clear: %v", n)
	}
	l.Add(Entry{})
	if diff := cmp.Diff([]int64{6}, numbers(Filter{})); diff != "" {
		t.Errorf("numbering goes on: %s", diff)
	}
}
