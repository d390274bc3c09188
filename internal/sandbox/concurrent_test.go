package sandbox_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"parley/internal/sandbox"
)

// Everything at once, for the race detector: people write, the business answers, the clock moves, faults
// and switches change, events are followed, and in the end the sandbox is reset.
func TestServer_concurrentUse(t *testing.T) {
	t.Parallel()
	b := start(t, fast)
	events := b.follow("message")
	var wg sync.WaitGroup
	do := func(n int, f func(i int)) {
		wg.Go(func() {
			for i := range n {
				f(i)
			}
		})
	}
	for p := range 4 {
		number := fmt.Sprintf("+1555700%04d", p)
		do(50, func(i int) {
			_, _ = b.try("POST", phonePath(number)+"/messages", map[string]any{"text": fmt.Sprint(i)})
		})
		do(50, func(i int) {
			_, _ = b.try("POST", triggerPath, map[string]any{"campaign_id": sandbox.SeedReply, "recipients": to("external_user_id", "grace",
				"trigger_properties", text(fmt.Sprint(p, i)), "attributes", map[string]any{"n": map[string]any{"inc": 1}})})
		})
	}
	do(20, func(i int) { _, _ = b.try("POST", "/sandbox/clock", `{"advance":"20s"}`) })
	do(20, func(i int) {
		_, _ = b.try("PUT", "/sandbox/faults", fmt.Sprintf(`{"webhook":{"reorder":%v},"delivery":{"reorder":%v}}`, i%2 == 0, i%3 == 0))
	})
	do(20, func(i int) { _, _ = b.try("PUT", "/sandbox/switches", fmt.Sprintf(`{"window_hours":%d}`, 24+i)) })
	do(20, func(i int) { _, _ = b.try("GET", "/sandbox/activity", nil) })
	do(20, func(i int) { _, _ = b.try("POST", phonePath(grace)+"/read", `{"n":1000}`) })
	wg.Wait()
	await(t, events, "any message", func(event) bool { return true })
	if n := b.custom("grace")["n"]; n != 200.0 {
		t.Errorf("200 increments make %v", n)
	}
	b.must(http.StatusOK, "POST", "/sandbox/reset", nil)
	b.advance(time.Hour)
}
