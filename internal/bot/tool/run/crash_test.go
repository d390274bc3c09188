package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"

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
	if os.Getenv(serverEnv) != "" {
		if err := orderServer(nil).Run(context.Background(), &mcp.StdioTransport{}); err != nil && !errors.Is(err, io.EOF) {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
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
	storetest.EachURL(t, func(t *testing.T, database string) {
		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
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
			orders := shop.New(token, time.Now)
			url, victim := killing(t, orders, c.after)
			who := grace("return_item")
			call := tool.Call{MessageID: "m1", Tool: "return_start", Confirmed: true, Args: map[string]any{"order_number": "AB-12346", "item": "Sun hat", "reason": "damaged"}}
			first := child{Database: database, Tools: c.tools, Shop: url, Who: who, Call: call}
			cmd, out := first.start(t)
			select {
			case victim <- cmd:
				<-victim
			case <-time.After(time.Minute):
				t.Fatalf("%s: the call has not come: %s", c.name, out)
			}
			list, err := calls.Of(t.Context(), s, who.Conversation)
			if err != nil || len(list) != 1 || list[0].State != tool.Started {
				t.Fatalf("%s: after the kill the ledger has %v %+v", c.name, err, list)
			}

			again := first
			again.Later = time.Minute // its lease has run out
			got := again.result(t)
			if got.State != c.want || got.State == tool.Done && got.Data["return_id"] != "R-12346C" {
				t.Errorf("%s: after the restart: %+v, want %s", c.name, got, c.want)
			}
			asked := must(t)(runner(t, c.tools, url, s).Run(t.Context(), who, call))
			testkit.Diff(t, asked, got) // whoever asks once more gets the same
			if n := len(orders.Returns()); n != c.effects {
				t.Errorf("%s: the shop has started %d returns, want %d", c.name, n, c.effects)
			}
		}
	})
}

// killing serves the shop, and at the first request kills the process that the channel is
// given, before or after the shop has done what was asked. It gives the process back then.
func killing(t *testing.T, orders *shop.Shop, after bool) (url string, victim chan *exec.Cmd) {
	victim = make(chan *exec.Cmd)
	var requests atomic.Int64
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) > 1 {
			orders.Handler().ServeHTTP(w, r)
			return
		}
		cmd := <-victim
		if after {
			orders.Handler().ServeHTTP(httptest.NewRecorder(), r)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it has been killed, which Wait calls an error
		victim <- cmd
		panic(http.ErrAbortHandler)
	})), victim
}
