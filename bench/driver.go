package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// driver plays Braze's webhook sender.
type driver struct {
	url       string
	transport *http.Transport
	client    *http.Client
}

func newDriver(url string, callers int) *driver {
	transport := &http.Transport{MaxIdleConnsPerHost: max(callers, 256), MaxIdleConns: 0}
	return &driver{url: url, transport: transport, client: &http.Client{Transport: transport, Timeout: time.Minute}}
}

func (d *driver) close() { d.transport.CloseIdleConnections() }

// body is the recommended webhook body as Braze would render it for the i-th
// message of a part, which comes from the i-th person. All parts are written by
// the same people but the warm-up, whose people are others.
func body(part string, i int) []byte {
	person := i
	if part == warmUp {
		person += 10_000_000
	}
	return fmt.Appendf(nil, `{"v":1,"external_id":"customer-%d","braze_id":"%024x","phone":"+1555%08d","first_name":"Grace","language":"en",`+
		`"message":"What are your opening hours? (%d)","media_urls":"","dispatch_id":"%s%d","campaign_id":"00000000-0000-4000-8000-000000000001"}`,
		person, person, person, i, part, i)
}

const warmUp = "warm-up"

func (d *driver) one(ctx context.Context, part string, i int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(body(part, i)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := d.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("webhook answered %s", res.Status)
	}
	return nil
}

// post sends messages 0 to n-1 of a part from several callers; sent, if not nil, gets each one's time.
func (d *driver) post(ctx context.Context, part string, n, callers int, sent []time.Time) (time.Duration, []time.Duration, error) {
	latencies := make([]time.Duration, n)
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, callers)
	began := time.Now()
	for c := range callers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				at := time.Now()
				if sent != nil {
					sent[i] = at
				}
				if err := d.one(ctx, part, i); err != nil {
					errs[c] = err
					return
				}
				latencies[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	return time.Since(began), latencies, errors.Join(errs...)
}

// fakeBraze takes replies at once and remembers when each person got theirs.
type fakeBraze struct {
	url    string
	server *http.Server
	calls  atomic.Int64

	mu       sync.Mutex
	got      [][]time.Time
	answered int
	last     time.Time
	changed  chan struct{}
}

func newFakeBraze() (*fakeBraze, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &fakeBraze{url: "http://" + l.Addr().String(), changed: make(chan struct{}, 1)}
	f.server = &http.Server{Handler: http.HandlerFunc(f.send), ReadHeaderTimeout: time.Minute}
	go func() { _ = f.server.Serve(l) }() // ended by close
	return f, nil
}

func (f *fakeBraze) close() { _ = f.server.Close() }

func (f *fakeBraze) begin(messages int) (calls int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got, f.answered = make([][]time.Time, messages), 0
	return f.calls.Load()
}

func (f *fakeBraze) send(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Recipients []struct {
			ExternalUserID string `json:"external_user_id"`
		} `json:"recipients"`
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	n := f.calls.Add(1)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"dispatch_id":"%032x","message":"success"}`, n) // the gateway will notice
	now := time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, to := range call.Recipients {
		if i, err := strconv.Atoi(strings.TrimPrefix(to.ExternalUserID, "customer-")); err == nil {
			i %= 10_000_000
			if i >= len(f.got) {
				continue
			}
			if len(f.got[i]) == 0 {
				f.answered++
			}
			f.got[i] = append(f.got[i], now)
			f.last = now
		}
	}
	select {
	case f.changed <- struct{}{}:
	default:
	}
}

// wait returns when everybody has a reply, with the time of the last one; or with
// what there is once nothing has come for a while.
func (f *fakeBraze) wait(ctx context.Context, messages int) (time.Time, error) {
	const stall = 15 * time.Second
	for {
		f.mu.Lock()
		answered, last := f.answered, f.last
		f.mu.Unlock()
		if answered == messages {
			return last, nil
		}
		select {
		case <-f.changed:
		case <-time.After(stall):
			return last, fmt.Errorf("%d of %d messages were answered, then nothing for %s", answered, messages, stall)
		case <-ctx.Done():
			return last, ctx.Err()
		}
	}
}

func (f *fakeBraze) replies() [][]time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.got
}
