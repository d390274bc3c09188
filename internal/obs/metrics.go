package obs

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// other stands for a label value that is not in its closed set, so that no caller can make series without end.
const other = "other"

// WebhookOutcome is what became of one inbound webhook.
type WebhookOutcome string

// The outcomes of a webhook.
const (
	WebhookAccepted     WebhookOutcome = "accepted"
	WebhookDuplicate    WebhookOutcome = "duplicate"
	WebhookDeadLetter   WebhookOutcome = "dead_letter"
	WebhookUnauthorized WebhookOutcome = "unauthorized"
	WebhookForbidden    WebhookOutcome = "forbidden" // sender's address not allowed
	WebhookTooLarge     WebhookOutcome = "too_large"
	WebhookUnavailable  WebhookOutcome = "unavailable" // nothing could be stored
	WebhookUnknownRoute WebhookOutcome = "unknown_route"
	WebhookTest         WebhookOutcome = "test" // a test send from Braze's dashboard
)

var webhookOutcomes = []WebhookOutcome{
	WebhookAccepted, WebhookDuplicate, WebhookDeadLetter, WebhookUnauthorized, WebhookForbidden,
	WebhookTooLarge, WebhookUnavailable, WebhookUnknownRoute, WebhookTest,
}

// DuplicateReason is how a repeated message was recognised.
type DuplicateReason string

// The reasons for dropping a message as a duplicate.
const (
	DuplicateRedelivered DuplicateReason = "redelivered" // Braze delivered it again
	DuplicateOtherRoute  DuplicateReason = "other_route" // came through a keyword route and the catch-all
	DuplicateLate        DuplicateReason = "late"        // Currents had brought it already
)

var duplicateReasons = []DuplicateReason{DuplicateRedelivered, DuplicateOtherRoute, DuplicateLate}

// TurnAction is how one turn of the bot ended.
type TurnAction string

// The ends of a turn.
const (
	TurnAnswer     TurnAction = "answer"
	TurnChoices    TurnAction = "choices"
	TurnAsk        TurnAction = "ask"
	TurnHandoff    TurnAction = "handoff"
	TurnSilent     TurnAction = "silent"
	TurnSuperseded TurnAction = "superseded" // a newer message or a new owner came first
	TurnFailed     TurnAction = "failed"
)

var turnActions = []TurnAction{TurnAnswer, TurnChoices, TurnAsk, TurnHandoff, TurnSilent, TurnSuperseded, TurnFailed}

// DeliveryResult is what one attempt to send a message led to.
type DeliveryResult string

// The results of a delivery.
const (
	DeliverySent         DeliveryResult = "sent"          // Braze took it
	DeliveryRetry        DeliveryResult = "retry"         // will be tried again
	DeliveryUnknown      DeliveryResult = "unknown"       // connection broke after sending
	DeliveryDead         DeliveryResult = "dead"          // refused for good
	DeliveryExpired      DeliveryResult = "expired"       // older than its limit
	DeliveryWindowClosed DeliveryResult = "window_closed" // WhatsApp's 24 h are over
	DeliveryStale        DeliveryResult = "stale"         // the owner changed since it was written
	DeliveryHeld         DeliveryResult = "held"          // waits for the customer's return
)

var deliveryResults = []DeliveryResult{
	DeliverySent, DeliveryRetry, DeliveryUnknown, DeliveryDead, DeliveryExpired, DeliveryWindowClosed, DeliveryStale, DeliveryHeld,
}

// HookResult is what one attempt to deliver an outgoing webhook led to.
type HookResult string

// The results of an attempt.
const (
	HookDone  HookResult = "done"  // the receiver took it
	HookRetry HookResult = "retry" // will be tried again
	HookDead  HookResult = "dead"  // given up
)

var hookResults = []HookResult{HookDone, HookRetry, HookDead}

// Statuses of a Braze call that got no HTTP status.
const (
	CallRefused   = 0  // nothing was sent
	CallAmbiguous = -1 // sent, but the answer never came
)

// Metrics holds Parley's own series. Its methods may be called from any goroutine.
type Metrics struct {
	registry               *prometheus.Registry
	routes, workspaces     []string
	webhooks               *prometheus.CounterVec
	webhookDuration        *prometheus.HistogramVec
	repaired, deadLetters  *prometheus.CounterVec
	duplicates             *prometheus.CounterVec
	turns                  *prometheus.HistogramVec
	turnsDue, turnsAge     prometheus.Gauge
	deliveries             *prometheus.CounterVec
	deliveriesWaiting      prometheus.Gauge
	deliveriesAge          prometheus.Gauge
	deliveriesUnknown      prometheus.Gauge
	batch                  prometheus.Histogram
	braze                  *prometheus.HistogramVec
	rateLimit, rateLeft    *prometheus.GaugeVec
	rateReset              *prometheus.GaugeVec
	commitSize, commitWait prometheus.Histogram
	liveClients            prometheus.Gauge
	liveDrops              prometheus.Counter
	hookCalls              *prometheus.HistogramVec
	hooksWaiting, hooksAge prometheus.Gauge
	hooksDead              prometheus.Gauge
	deskWaiting            prometheus.Gauge
	deskOldest             prometheus.Gauge
	deskAssigned           *prometheus.HistogramVec
	deskExpired            *prometheus.CounterVec
	deskReassured          prometheus.Counter
	knowledgeInfo          *prometheus.GaugeVec
	knowledgePublished     *prometheus.GaugeVec
	knowledgeRejected      *prometheus.CounterVec
	currents               *prometheus.CounterVec
	currentsEvents         *prometheus.CounterVec
	models, brains, tools  *prometheus.HistogramVec
	brainCalls             prometheus.Counter
}

// NewMetrics registers every series, those with closed labels at zero. routes and workspaces are the configured
// ids; any other value is counted as "other". version names the build.
func NewMetrics(version string, routes, workspaces []string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), routes: routes, workspaces: workspaces}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	seconds := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	sizes := []float64{1, 2, 5, 10, 20, 50, 100, 200, 500}

	m.gauges("build_info", "Always 1; the label names the build.", "version").WithLabelValues(version).Set(1)
	m.webhooks = m.counters("webhooks_total", "Inbound webhooks by route and what became of them.", "route", "outcome")
	m.webhookDuration = m.histograms("webhook_duration_seconds", "Time from a webhook's arrival to its answer.", seconds, "route")
	m.repaired = m.counters("webhooks_repaired_total", "Webhooks whose broken JSON was repaired.", "route")
	m.deadLetters = m.counters("dead_letters_total", "Webhooks stored raw because they could not be understood.", "route")
	m.duplicates = m.counters("duplicates_dropped_total", "Messages dropped as repetitions, by how they were recognised.", "reason")
	m.turns = m.histograms("turn_duration_seconds", "Turns of the bot by how they ended, from claim to commit.", seconds, "action")
	m.turnsDue = m.gauge("turns_due", "Conversations that are due and not claimed.")
	m.turnsAge = m.gauge("turns_due_oldest_seconds", "For how long the oldest due conversation has been due.")
	m.deliveries = m.counters("deliveries_total", "Attempts to deliver a message, by result.", "result")
	m.deliveriesWaiting = m.gauge("deliveries_waiting", "Messages that wait to be sent.")
	m.deliveriesAge = m.gauge("deliveries_waiting_oldest_seconds", "For how long the oldest waiting message has waited.")
	m.deliveriesUnknown = m.gauge("deliveries_unknown", "Messages of which nobody knows whether Braze has them.")
	m.batch = m.histograms("delivery_batch_size", "Recipients in one call to Braze.", []float64{1, 2, 5, 10, 20, 30, 40, 50}).WithLabelValues().(prometheus.Histogram)
	m.braze = m.histograms("braze_call_duration_seconds", "Calls to Braze by status.", seconds, "workspace", "status")
	m.rateLimit = m.gauges("braze_rate_limit", "Calls allowed in the window, as Braze last said.", "workspace")
	m.rateLeft = m.gauges("braze_rate_limit_remaining", "Calls left in the window, as Braze last said.", "workspace")
	m.rateReset = m.gauges("braze_rate_limit_reset_timestamp_seconds", "When the window ends, as Braze last said (Unix time).", "workspace")
	m.commitSize = m.histograms("store_commit_size", "Writes that shared one transaction.", sizes).WithLabelValues().(prometheus.Histogram)
	m.commitWait = m.histograms("store_commit_wait_seconds", "Time from asking for a write to its commit.", seconds).WithLabelValues().(prometheus.Histogram)
	m.liveClients = m.gauge("live_clients", "Browsers connected to live events.")
	m.liveDrops = m.counters("live_clients_dropped_total", "Browsers disconnected because they read too slowly.").WithLabelValues()
	m.hookCalls = m.histograms("hook_call_duration_seconds", "Attempts to deliver an outgoing webhook, by what became of it.", seconds, "result")
	m.hooksWaiting = m.gauge("hooks_waiting", "Outgoing webhooks that wait for their first or next attempt.")
	m.hooksAge = m.gauge("hooks_waiting_oldest_seconds", "For how long the oldest of them has waited.")
	m.hooksDead = m.gauge("hooks_dead", "Outgoing webhooks that were given up and can be replayed.")
	m.describeDesk()
	m.describeReceipts()
	m.describeAsking()
	m.knowledgeInfo = m.gauges("knowledge_info", "Always 1; the label names the version of the knowledge base in use.", "workspace", "version")
	m.knowledgePublished = m.gauges("knowledge_published_timestamp_seconds", "When it was published (Unix time).", "workspace")
	m.knowledgeRejected = m.counters("knowledge_rejected_total", "Publications refused because of a mistake in the base.", "workspace")
	m.zero()
	return m
}

// zero makes every series of closed labels visible before its first event, so that rates start right.
func (m *Metrics) zero() {
	for _, route := range m.routes {
		for _, o := range webhookOutcomes {
			m.webhooks.WithLabelValues(route, string(o))
		}
		m.repaired.WithLabelValues(route)
		m.deadLetters.WithLabelValues(route)
	}
	for _, r := range duplicateReasons {
		m.duplicates.WithLabelValues(string(r))
	}
	for _, a := range turnActions {
		m.turns.WithLabelValues(string(a))
	}
	for _, r := range deliveryResults {
		m.deliveries.WithLabelValues(string(r))
	}
	for _, r := range hookResults {
		m.hookCalls.WithLabelValues(string(r))
	}
	m.zeroDesk()
	m.zeroReceipts()
	m.zeroAsking()
	for _, w := range m.workspaces {
		m.knowledgeRejected.WithLabelValues(w)
	}
}

func (m *Metrics) counters(name, help string, labels ...string) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "parley", Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "parley", Name: name, Help: help}, labels)
	m.registry.MustRegister(v)
	return v
}

func (m *Metrics) gauge(name, help string) prometheus.Gauge {
	return m.gauges(name, help).WithLabelValues()
}

func (m *Metrics) histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "parley", Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(v)
	return v
}

// closed returns value if it is one of set and "other" if not.
func closed[T ~string](set []T, value T) string {
	if slices.Contains(set, value) {
		return string(value)
	}
	return other
}

// WebhookAnswered counts a webhook at the time of its answer.
func (m *Metrics) WebhookAnswered(route string, outcome WebhookOutcome, took time.Duration) {
	route = closed(m.routes, route)
	m.webhooks.WithLabelValues(route, closed(webhookOutcomes, outcome)).Inc()
	m.webhookDuration.WithLabelValues(route).Observe(took.Seconds())
}

// WebhookRepaired counts a body whose JSON had to be repaired.
func (m *Metrics) WebhookRepaired(route string) {
	m.repaired.WithLabelValues(closed(m.routes, route)).Inc()
}

// DeadLetter counts a body that was stored raw.
func (m *Metrics) DeadLetter(route string) {
	m.deadLetters.WithLabelValues(closed(m.routes, route)).Inc()
}

// DuplicateDropped counts a message that was recognised as a repetition.
func (m *Metrics) DuplicateDropped(reason DuplicateReason) {
	m.duplicates.WithLabelValues(closed(duplicateReasons, reason)).Inc()
}

// TurnDone records a finished turn and the time from its claim to its commit.
func (m *Metrics) TurnDone(action TurnAction, took time.Duration) {
	m.turns.WithLabelValues(closed(turnActions, action)).Observe(took.Seconds())
}

// TurnQueue sets how many conversations are due and for how long the oldest has been.
func (m *Metrics) TurnQueue(due int, oldest time.Duration) {
	m.turnsDue.Set(float64(due))
	m.turnsAge.Set(oldest.Seconds())
}

// DeliveriesDone counts n attempts with the same result.
func (m *Metrics) DeliveriesDone(result DeliveryResult, n int) {
	m.deliveries.WithLabelValues(closed(deliveryResults, result)).Add(float64(n))
}

// DeliveryQueue sets how many messages wait, for how long the oldest has, and how many are of unknown fate.
func (m *Metrics) DeliveryQueue(waiting int, oldest time.Duration, unknown int) {
	m.deliveriesWaiting.Set(float64(waiting))
	m.deliveriesAge.Set(oldest.Seconds())
	m.deliveriesUnknown.Set(float64(unknown))
}

// BatchSent records the recipients of one call.
func (m *Metrics) BatchSent(recipients int) { m.batch.Observe(float64(recipients)) }

// BrazeCall records a call. status is an HTTP status, CallRefused or CallAmbiguous.
func (m *Metrics) BrazeCall(workspace string, status int, took time.Duration) {
	m.braze.WithLabelValues(closed(m.workspaces, workspace), statusLabel(status)).Observe(took.Seconds())
}

// statusLabel keeps the statuses that call for different action and folds the rest into classes.
func statusLabel(status int) string {
	switch {
	case status == CallRefused:
		return "refused"
	case status == CallAmbiguous:
		return "ambiguous"
	case status == http.StatusBadRequest:
		return "400"
	case status == http.StatusUnauthorized:
		return "401"
	case status == http.StatusForbidden:
		return "403"
	case status == http.StatusTooManyRequests:
		return "429"
	case status >= 200 && status < 300:
		return "2xx"
	case status >= 400 && status < 500:
		return "4xx"
	case status >= 500 && status < 600:
		return "5xx"
	}
	return other
}

// BrazeRateLimit sets what Braze's X-RateLimit headers last said ("API rate limits" in Braze's API guide).
func (m *Metrics) BrazeRateLimit(workspace string, limit, remaining int, reset time.Time) {
	workspace = closed(m.workspaces, workspace)
	m.rateLimit.WithLabelValues(workspace).Set(float64(limit))
	m.rateLeft.WithLabelValues(workspace).Set(float64(remaining))
	m.rateReset.WithLabelValues(workspace).Set(float64(reset.Unix()))
}

// StoreCommit records a transaction: how many writes shared it and how long the first of them waited.
func (m *Metrics) StoreCommit(writes int, waited time.Duration) {
	m.commitSize.Observe(float64(writes))
	m.commitWait.Observe(waited.Seconds())
}

// LiveClientJoined adds one browser on live events.
func (m *Metrics) LiveClientJoined() { m.liveClients.Inc() }

// LiveClientLeft takes one browser off; dropped says that it was disconnected for reading too slowly.
func (m *Metrics) LiveClientLeft(dropped bool) {
	m.liveClients.Dec()
	if dropped {
		m.liveDrops.Inc()
	}
}

// HookTried records an attempt to deliver an outgoing webhook.
func (m *Metrics) HookTried(result HookResult, took time.Duration) {
	m.hookCalls.WithLabelValues(closed(hookResults, result)).Observe(took.Seconds())
}

// HookQueue sets how many outgoing webhooks wait, for how long the oldest has, and how many were given up.
func (m *Metrics) HookQueue(waiting int, oldest time.Duration, dead int) {
	m.hooksWaiting.Set(float64(waiting))
	m.hooksAge.Set(oldest.Seconds())
	m.hooksDead.Set(float64(dead))
}

// KnowledgePublished sets the version of the knowledge base that answers from now on.
func (m *Metrics) KnowledgePublished(workspace, version string, at time.Time) {
	workspace = closed(m.workspaces, workspace)
	m.knowledgeInfo.DeletePartialMatch(prometheus.Labels{"workspace": workspace})
	m.knowledgeInfo.WithLabelValues(workspace, version).Set(1)
	m.knowledgePublished.WithLabelValues(workspace).Set(float64(at.Unix()))
}

// KnowledgeRejected counts a publication that was refused; the version before it stays in use.
func (m *Metrics) KnowledgeRejected(workspace string) {
	m.knowledgeRejected.WithLabelValues(closed(m.workspaces, workspace)).Inc()
}

// handler serves the series in Prometheus' text format.
func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
