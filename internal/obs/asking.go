package obs

import "time"

// asking are the results of calls to a language model or to a brain of the operator's: "ok",
// or the failure by its name in docs/models.md.
var asking = []string{
	"ok", "timeout", "rate_limited", "unreachable", "refused_request", "refused", "truncated", "malformed", "resting", "unsafe",
}

// ToolResult is how a tool's call ended.
type ToolResult string

// The results of a tool's call.
const (
	ToolDone    ToolResult = "done"
	ToolFailed  ToolResult = "failed"  // it changed nothing
	ToolUnknown ToolResult = "unknown" // nobody knows whether a write happened
)

var toolResults = []ToolResult{ToolDone, ToolFailed, ToolUnknown}

func (m *Metrics) describeAsking() {
	seconds := []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60}
	m.models = m.histograms("model_call_duration_seconds", "Calls of a language model, by result.", seconds, "result")
	m.brains = m.histograms("brain_turn_duration_seconds", "Turns put to a brain of the operator's own with their repetitions, by result.", seconds, "result")
	m.brainCalls = m.counters("brain_calls_total", "Calls made for them; more than turns where one was repeated.").WithLabelValues()
	m.tools = m.histograms("tool_call_duration_seconds", "Tools that were carried out, with their repetitions, by result.", seconds, "result")
}

func (m *Metrics) zeroAsking() {
	for _, r := range asking {
		m.models.WithLabelValues(r)
		m.brains.WithLabelValues(r)
	}
	for _, r := range toolResults {
		m.tools.WithLabelValues(string(r))
	}
}

// ModelCalled records a call of a language model. failure is its kind, or empty. Nobody
// counts on a nil Metrics; so do the two below.
func (m *Metrics) ModelCalled(failure string, took time.Duration) {
	if m != nil {
		m.models.WithLabelValues(resultOf(failure)).Observe(took.Seconds())
	}
}

// BrainAsked records a turn that was put to a brain in a number of calls. failure is its
// kind, or empty.
func (m *Metrics) BrainAsked(failure string, calls int, took time.Duration) {
	if m != nil {
		m.brains.WithLabelValues(resultOf(failure)).Observe(took.Seconds())
		m.brainCalls.Add(float64(calls))
	}
}

// ToolCalled records a tool that was carried out.
func (m *Metrics) ToolCalled(result ToolResult, took time.Duration) {
	if m != nil {
		m.tools.WithLabelValues(closed(toolResults, result)).Observe(took.Seconds())
	}
}

func resultOf(failure string) string {
	if failure == "" {
		failure = "ok"
	}
	return closed(asking, failure)
}
