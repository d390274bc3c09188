package obs

// CurrentsOutcome is what became of one request of the Currents connector.
type CurrentsOutcome string

// The outcomes of a request.
const (
	CurrentsAccepted     CurrentsOutcome = "accepted"
	CurrentsUnauthorized CurrentsOutcome = "unauthorized"
	CurrentsTooLarge     CurrentsOutcome = "too_large"
	CurrentsMalformed    CurrentsOutcome = "malformed"
	CurrentsUnavailable  CurrentsOutcome = "unavailable" // nothing could be stored
)

var currentsOutcomes = []CurrentsOutcome{CurrentsAccepted, CurrentsUnauthorized, CurrentsTooLarge, CurrentsMalformed, CurrentsUnavailable}

// EventOutcome is what became of one event of Currents.
type EventOutcome string

// The outcomes of an event.
const (
	EventApplied   EventOutcome = "applied"   // it is about a message of ours
	EventForeign   EventOutcome = "foreign"   // it is about another campaign's message
	EventDuplicate EventOutcome = "duplicate" // it came before
	EventIgnored   EventOutcome = "ignored"   // of a type or a number that Parley does not read
	EventBroken    EventOutcome = "broken"    // no event at all
	EventBrought   EventOutcome = "brought"   // an inbound message that a webhook has brought
	EventRecovered EventOutcome = "recovered" // one that none has: it was brought in
	EventKept      EventOutcome = "kept"      // one that could not be: it is shown to people
)

var eventOutcomes = []EventOutcome{
	EventApplied, EventForeign, EventDuplicate, EventIgnored, EventBroken, EventBrought, EventRecovered, EventKept,
}

func (m *Metrics) describeReceipts() {
	m.currents = m.counters("currents_requests_total", "Requests of the Currents connector by what became of them.", "outcome")
	m.currentsEvents = m.counters("currents_events_total", "Events of Currents by what became of them.", "outcome")
}

func (m *Metrics) zeroReceipts() {
	for _, o := range currentsOutcomes {
		m.currents.WithLabelValues(string(o))
	}
	for _, o := range eventOutcomes {
		m.currentsEvents.WithLabelValues(string(o))
	}
}

// CurrentsAnswered counts a request of the connector.
func (m *Metrics) CurrentsAnswered(outcome CurrentsOutcome) {
	m.currents.WithLabelValues(closed(currentsOutcomes, outcome)).Inc()
}

// CurrentsEvents counts n events with the same outcome.
func (m *Metrics) CurrentsEvents(outcome EventOutcome, n int) {
	m.currentsEvents.WithLabelValues(closed(eventOutcomes, outcome)).Add(float64(n))
}
