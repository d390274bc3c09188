package run_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/examples/shop"
	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
	"parley/internal/store"
	"parley/internal/store/calls"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// childEnv makes the test's program a process that makes one call: it holds a child as JSON.
const childEnv = "PARLEY_TEST_TOOL_CALL"

// child is what such a process is told.
type child struct {
	Database, Tools, Shop string
	Who                   run.Who
	Call                  tool.Call
	Later                 time.Duration // how far ahead its clock goes
}

func TestMain(m *testing.M) {
	raw := os.Getenv(childEnv)
	if raw == "" {
		m.Run()
		return
	}
	if err := callOnce(raw); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// callOnce makes the call and prints its result.
func callOnce(raw string) error {
	var c child
	if err := json.Unmarshal([]byte(raw), &c); err != nil {
		return err
	}
	tools, err := tool.Parse("tools.yaml", []byte(c.Tools), func(name string) (string, bool) {
		return map[string]string{"SHOP_URL": c.Shop, "SHOP_TOKEN": token}[name], true
	})
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(ctx, c.Database)
	if err != nil {
		return err
	}
	r := run.New(run.Settings{Catalogue: tools, Now: func() time.Time { return time.Now().Add(c.Later) }}, s, slog.New(slog.DiscardHandler))
	result, err := r.Run(ctx, c.Who, c.Call)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// start begins such a process.
func (c child) start(t *testing.T) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childEnv+"="+string(raw))
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

func (c child) result(t *testing.T) (r tool.Result) {
	t.Helper()
	cmd, out := c.start(t)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := json.Unmarshal([]byte(out.String()), &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

// TestRun_killedAtTheWorstMoment kills the process with SIGKILL while the shop has its
// request: after the shop has done the write and before the ledger can know, and just
// before the shop does it. After a restart the write has happened once at most, and the
// ledger says what is true.
func TestRun_killedAtTheWorstMoment(t *testing.T) {
	t.Parallel()
	once := strings.Replace(string(shop.ToolsYAML), "    idempotent: true\n    retries: 1\n", "", 1) // return_start comes first
	for _, c := range []struct {
		name, tools string
		after       bool // killed after the effect
		want        tool.State
		effects     int
	}{
		{"idempotent, after the effect", string(shop.ToolsYAML), true, tool.Done, 1},
		{"idempotent, before the effect", string(shop.ToolsYAML), false, tool.Done, 1},
		{"not idempotent, after the effect", once, true, tool.Unknown, 1},
		{"not idempotent, before the effect", once, false, tool.Unknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.EachURL(t, func(t *testing.T, database string) {
				s, err := store.Open(t.Context(), database)
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				orders := shop.New(token, time.Now)
				var mu sync.Mutex
				var victim *exec.Cmd
				requests := 0
				url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					if requests++; requests > 1 {
						orders.Handler().ServeHTTP(w, r)
						return
					}
					if c.after {
						orders.Handler().ServeHTTP(httptest.NewRecorder(), r)
					}
					if err := victim.Process.Kill(); err != nil {
						t.Error(err)
					}
					_ = victim.Wait() // it has been killed, which Wait calls an error
					panic(http.ErrAbortHandler)
				}))
				who := grace("return_item")
				call := tool.Call{MessageID: "m1", Tool: "return_start", Confirmed: true, Args: map[string]any{"order_number": "AB-12346", "item": "Sun hat", "reason": "damaged"}}
				first := child{Database: database, Tools: c.tools, Shop: url, Who: who, Call: call}
				mu.Lock()
				cmd, _ := first.start(t)
				victim = cmd
				mu.Unlock()
				waitFor(t, func() bool { mu.Lock(); defer mu.Unlock(); return requests == 1 })
				list, err := calls.Of(t.Context(), s, who.Conversation)
				if err != nil || len(list) != 1 || list[0].State != tool.Started {
					t.Fatalf("after the kill the ledger has %v %+v", err, list)
				}

				again := first
				again.Later = time.Minute // its lease has run out
				for range 2 {             // and whoever asks once more gets the same
					got := again.result(t)
					if got.State != c.want || got.State == tool.Done && got.Data["return_id"] != "R-12346C" {
						t.Errorf("after the restart: %+v, want %s", got, c.want)
					}
				}
				if n := len(orders.Returns()); n != c.effects {
					t.Errorf("the shop has started %d returns, want %d", n, c.effects)
				}
			})
		})
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	testkit.Eventually(t, 30*time.Second, done)
}
