// Package bench measures the gateway through real HTTP, beside a floor measured in
// the same run: absolute figures say more about the machine than about Parley, so
// the ratio to the floor is what to quote.
//
// Everything runs in this process and on loopback: the driver that plays Braze's
// webhooks, the gateway, and a fake Braze that takes the replies.
package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/app"
	"parley/internal/config"
)

// Options of a run.
type Options struct {
	Database string // as in the settings; fresh, for the run fills it
	Messages int    // in each burst
	Callers  int    // requests at the same time in a burst
	Rate     int    // messages a second in the fixed-rate part
	Seconds  int    // length of the fixed-rate part
	Progress func(string)
}

// Latency is a distribution in milliseconds.
type Latency struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

// Part is one measurement.
type Part struct {
	Name      string   `json:"name"`
	Messages  int      `json:"messages"`
	PerSecond float64  `json:"per_second"`
	OfFloor   float64  `json:"of_floor,omitempty"` // PerSecond over that of the floor
	Ack       *Latency `json:"ack,omitempty"`      // webhook to its answer
	EndToEnd  *Latency `json:"end_to_end,omitempty"`
	Calls     int64    `json:"braze_calls,omitempty"`
	Lost      int      `json:"lost,omitempty"`
	Doubled   int      `json:"doubled,omitempty"`
}

// Report is a whole run.
type Report struct {
	Database string `json:"database"`
	Parts    []Part `json:"parts"`
}

const secret = "bench-webhook-secret"

// Run measures the floor, a burst and a fixed rate.
func Run(ctx context.Context, o Options) (Report, error) {
	report := Report{}
	floor, err := echoFloor(ctx, o)
	if err != nil {
		return report, fmt.Errorf("floor: %w", err)
	}
	report.Parts = append(report.Parts, floor)

	r, err := newRig(ctx, o)
	if err != nil {
		return report, err
	}
	defer r.close()
	report.Database = r.app.Store().Dialect.Name
	o.Progress("warm-up")
	if _, _, err := r.burst(ctx, warmUp, min(o.Messages/4, 2000)); err != nil {
		return report, err
	}
	for _, who := range []string{"new customers", "known customers"} {
		o.Progress(fmt.Sprintf("burst of %d messages of %s, %d callers", o.Messages, who, o.Callers))
		ack, all, err := r.burst(ctx, who, o.Messages)
		if err != nil {
			return report, err
		}
		ack.OfFloor, all.OfFloor = ack.PerSecond/floor.PerSecond, all.PerSecond/floor.PerSecond
		report.Parts = append(report.Parts, ack, all)
	}
	if o.Rate > 0 && o.Seconds > 0 {
		o.Progress(fmt.Sprintf("%d messages a second for %d s", o.Rate, o.Seconds))
		steady, err := r.steady(ctx)
		if err != nil {
			return report, err
		}
		report.Parts = append(report.Parts, steady)
	}
	return report, nil
}

// echoFloor is how fast this machine moves the same requests when the server only
// reads them.
func echoFloor(ctx context.Context, o Options) (Part, error) {
	o.Progress("floor: HTTP echo")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Part{}, err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body[:min(len(body), 20)])
	})}
	go func() { _ = server.Serve(l) }() // ended by Close
	defer server.Close()
	d := newDriver("http://"+l.Addr().String()+"/braze/inbound/bench", o.Callers)
	defer d.close()
	if _, _, err := d.post(ctx, warmUp, min(o.Messages/4, 2000), o.Callers, nil); err != nil {
		return Part{}, err
	}
	took, latencies, err := d.post(ctx, "floor", o.Messages, o.Callers, nil)
	if err != nil {
		return Part{}, err
	}
	return Part{Name: "HTTP echo (floor)", Messages: o.Messages, PerSecond: float64(o.Messages) / took.Seconds(), Ack: distribution(latencies)}, nil
}

// rig is a gateway with a fake Braze behind it and a driver before it.
type rig struct {
	o      Options
	app    *app.App
	braze  *fakeBraze
	driver *driver
}

func newRig(ctx context.Context, o Options) (*rig, error) {
	braze, err := newFakeBraze()
	if err != nil {
		return nil, err
	}
	gateway, err := app.New(ctx, app.Options{
		Config: settings(o.Database, braze.url), Log: slog.New(slog.DiscardHandler), Version: "bench", Desk: http.NotFoundHandler(),
	})
	if err != nil {
		braze.close()
		return nil, err
	}
	gateway.Start()
	return &rig{o: o, app: gateway, braze: braze, driver: newDriver("http://"+gateway.Addr().String()+"/braze/inbound/bench", o.Callers)}, nil
}

// settings are those of the demo's gateway with all waiting turned off.
func settings(database, endpoint string) config.Config {
	cfg := config.Default()
	cfg.Listen, cfg.OpsListen, cfg.Database = "127.0.0.1:0", "127.0.0.1:0", config.DSN(database)
	w := config.NewWorkspace("bench")
	w.Braze.Endpoint, w.Braze.APIKey = endpoint, "bench-key"
	w.Routes = []config.Route{config.NewRoute("bench", secret)}
	w.Layouts.Text.CampaignID = "00000000-0000-4000-8000-000000000002"
	w.Turn.Settle, w.Turn.SettleMax, w.Turn.PerMinute, w.Delivery.PairInterval = 0, 0, 0, 0
	cfg.Workspaces = []config.Workspace{w}
	return cfg
}

func (r *rig) close() {
	r.driver.close()
	_ = r.app.Stop() // the run is over; its figures are taken
	r.braze.close()
}

// burst posts messages of different people as fast as the callers can and waits
// for all replies.
func (r *rig) burst(ctx context.Context, name string, messages int) (ack, all Part, err error) {
	sent := make([]time.Time, messages)
	calls := r.braze.begin(messages)
	began := time.Now()
	took, latencies, err := r.driver.post(ctx, name, messages, r.o.Callers, sent)
	if err != nil {
		return ack, all, err
	}
	ack = Part{Name: name + ": durable acknowledgement", Messages: messages, PerSecond: float64(messages) / took.Seconds(), Ack: distribution(latencies)}
	all, err = r.collect(ctx, name+": end to end", sent, began, calls)
	return ack, all, err
}

// collect waits for the replies of a part and says what became of each message.
func (r *rig) collect(ctx context.Context, name string, sent []time.Time, began time.Time, calls int64) (Part, error) {
	last, err := r.braze.wait(ctx, len(sent))
	if err != nil {
		return Part{}, fmt.Errorf("%s: %w", name, err)
	}
	p := Part{Name: name, Messages: len(sent), PerSecond: float64(len(sent)) / last.Sub(began).Seconds(), Calls: r.braze.calls.Load() - calls}
	var latencies []time.Duration
	for i, replies := range r.braze.replies() {
		switch len(replies) {
		case 0:
			p.Lost++
			continue
		case 1:
		default:
			p.Doubled++
		}
		latencies = append(latencies, replies[0].Sub(sent[i]))
	}
	p.EndToEnd = distribution(latencies)
	return p, nil
}

// steady posts at a fixed rate, whatever the answers take.
func (r *rig) steady(ctx context.Context) (Part, error) {
	messages := r.o.Rate * r.o.Seconds
	sent := make([]time.Time, messages)
	latencies := make([]time.Duration, messages)
	calls := r.braze.begin(messages)
	began := time.Now()
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	for i := range messages {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(r.o.Rate))
		if !sleepUntil(ctx, at) {
			return Part{}, ctx.Err()
		}
		wg.Go(func() {
			sent[i] = time.Now()
			if err := r.driver.one(ctx, "steady", i); err != nil {
				failed.Store(&err)
			}
			latencies[i] = time.Since(sent[i])
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return Part{}, *err
	}
	p, err := r.collect(ctx, fmt.Sprintf("%d/s for %d s", r.o.Rate, r.o.Seconds), sent, began, calls)
	p.Ack = distribution(latencies)
	return p, err
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	t := time.NewTimer(time.Until(at))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func distribution(list []time.Duration) *Latency {
	if len(list) == 0 {
		return nil
	}
	slices.Sort(list)
	at := func(q float64) float64 { return float64(list[int(q*float64(len(list)-1))].Microseconds()) / 1000 }
	return &Latency{P50: at(.5), P95: at(.95), P99: at(.99), Max: at(1)}
}
