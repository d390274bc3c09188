package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"parley/internal/sandbox"
)

// fast takes away the limits that a load test would run into.
func fast(c *sandbox.Config) {
	c.Adjust = func(s *sandbox.Switches) {
		s.HourlyLimit, s.TrackLimit = 1_000_000_000, 1_000_000_000
		s.Throughput, s.PairLimit = 0, "off"
	}
}

// BenchmarkTriggerSend sends to 50 recipients in each call, all of whom get their message.
func BenchmarkTriggerSend(b *testing.B) {
	const people, perCall = 2000, 50
	cfg := sandbox.Config{}
	fast(&cfg)
	h := sandbox.New(cfg).Handler()
	post := func(path, body string, want int) {
		r := httptest.NewRequest("POST", path, bytes.NewReader([]byte(body)))
		r.Host = "127.0.0.1"
		r.Header.Set("Authorization", "Bearer "+sandbox.SeedKey)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			b.Fatalf("%s answers %d %s", path, w.Code, w.Body)
		}
	}
	var calls []string
	for i := 0; i < people; i += perCall {
		var list []any
		for j := i; j < i+perCall; j++ {
			number := fmt.Sprintf("+1555%07d", j+1000)
			post("/sandbox/phones", fmt.Sprintf(`{"phone":%q,"name":"Person %d","external_id":"p%d"}`, number, j, j), http.StatusCreated)
			post("/sandbox/phones/"+number+"/messages", `{"text":"hello"}`, http.StatusAccepted)
			list = append(list, map[string]any{
				"external_user_id":   fmt.Sprintf("p%d", j),
				"trigger_properties": map[string]string{"external_system_msg_body": "Your order is on its way and will arrive tomorrow."},
				"attributes":         map[string]any{"chat_status": "bot", "chat_last_intent": "order_status"},
			})
		}
		raw, err := json.Marshal(map[string]any{"campaign_id": sandbox.SeedReply, "recipients": list})
		if err != nil {
			b.Fatal(err)
		}
		calls = append(calls, string(raw))
	}
	n := 0
	for b.Loop() {
		post("/campaigns/trigger/send", calls[n%len(calls)], http.StatusCreated)
		n++
	}
	b.ReportMetric(float64(n*perCall)/b.Elapsed().Seconds(), "recipients/s")
}

// BenchmarkLoop is a customer's message out to a webhook over loopback HTTP.
func BenchmarkLoop(b *testing.B) {
	box := start(b, fast)
	received := make(chan struct{}, 100_000)
	box.gateway.respond(func(w http.ResponseWriter, _ *http.Request, _ int) { received <- struct{}{} })
	n := 0
	for b.Loop() {
		box.write(fmt.Sprintf("+1555%07d", n%500+1000), "hello")
		<-box.gateway.hits
		n++
	}
	for range n {
		<-received
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
}
