package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/examples/shop"
	"parley/internal/bot/tool"
	"parley/internal/store"
	"parley/internal/store/calls"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// TestServe_killedBetweenEffectAndCommit lets a customer say yes to a return, and kills the program with SIGKILL when the
// shop has started it and nobody else can know. Started again, the program finishes the turn from its ledger: the shop has
// one return, and the customer reads once that it is done.
func TestServe_killedBetweenEffectAndCommit(t *testing.T) {
	t.Parallel()
	program := binary(t)
	storetest.EachURL(t, func(t *testing.T, database string) {
		const token, customer = "token-of-the-example-shop", "grace"
		braze, orders := newTaker(t), shop.New(token, time.Now)
		p := &process{t: t, program: program}
		var writes atomic.Int64
		done := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || writes.Add(1) > 1 {
				orders.Handler().ServeHTTP(w, r)
				return
			}
			orders.Handler().ServeHTTP(httptest.NewRecorder(), r)
			p.kill()
			close(done)
			panic(http.ErrAbortHandler)
		}))
		t.Cleanup(server.Close)
		p.config = crashFlow(t, database, braze.url, server.URL, token)
		t.Cleanup(p.kill)
		p.start()

		client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
		defer client.CloseIdleConnections()
		write := func(n int, text string) {
			body := fmt.Sprintf(`{"v":1,"external_id":%q,"message":%q,"dispatch_id":"%032x"}`, customer, text, n+1)
			if !(&load{t: t, p: p}).post(client, body) {
				t.Fatalf("%q was not taken", text)
			}
		}
		for n, text := range []string{"RETURN", "AB-12346", "Linen shirt", "Too small"} {
			write(n, text)
			testkit.Eventually(t, crashPatience, func() bool { return len(braze.said(customer)) > n })
		}
		write(4, "yes")
		<-done
		if n := len(orders.Returns()); n != 1 {
			t.Fatalf("the shop has %d returns at the kill", n)
		}
		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		conversation := crashConversations(t, s)[0].ID
		if made, err := calls.Of(t.Context(), s, conversation); err != nil || made[len(made)-1].State != tool.Started {
			t.Fatalf("the ledger has %+v, %v", made, err)
		}
		leave(t, s)

		p.start()
		// What was being sent at the kill may come once more; that it is done is told afterwards, and once.
		told := func() int {
			return strings.Count(strings.Join(braze.said(customer), "\n"), "Linen shirt is registered")
		}
		testkit.Eventually(t, crashPatience, func() bool { return told() > 0 })
		p.stop()
		if told() != 1 {
			t.Errorf("the customer is told %q", braze.said(customer))
		}
		if got := orders.Returns(); len(got) != 1 || got[0].Item != "Linen shirt" {
			t.Errorf("the shop has %+v", got)
		}
		made, err := calls.Of(t.Context(), s, conversation)
		if err != nil || made[len(made)-1].State != tool.Done || made[len(made)-1].Effect != tool.Write {
			t.Errorf("the ledger has %+v, %v", made, err)
		}
		if n := writes.Load(); n != 2 {
			t.Errorf("the shop was asked %d times; the second must be the same request again", n)
		}
	})
}

// said are the texts that a person has got so far.
func (b *taker) said(who string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.sent[who]...)
}

// leave lets the leases of what was killed run out, as waiting would.
func leave(t *testing.T, s *store.Store) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		for _, table := range []string{"conversations", "tool_calls"} {
			if _, err := tx.ExecContext(t.Context(), "UPDATE "+table+" SET lease_until = 1 WHERE lease_until > 1"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// crashFlow writes the settings with the flow of returns and the tools of the example shop.
func crashFlow(t *testing.T, database, braze, shopURL, token string) string {
	t.Helper()
	path := crashConfig(t, database, braze)
	tools := filepath.Join(filepath.Dir(path), "tools.yaml")
	if err := os.WriteFile(tools, []byte(strings.NewReplacer("${SHOP_URL}", shopURL, "${SHOP_TOKEN}", token).Replace(string(shop.ToolsYAML))), 0o600); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(raw), "{id: support, ", "{id: support, flow: return_item, ", 1) + fmt.Sprintf("    flows: builtin\n    tools: %q\n", tools)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
