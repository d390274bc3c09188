package obs

import (
	"time"
)

// Assigned is how the desk chose who gets a conversation.
type Assigned string

// The ways in which a conversation is handed out.
const (
	AssignedRoundRobin Assigned = "round_robin"
	AssignedLeastBusy  Assigned = "least_busy"
)

var assigned = []Assigned{AssignedRoundRobin, AssignedLeastBusy}

// Expired is why a conversation went from an agent back to the queue by itself.
type Expired string

// The reasons for taking a conversation back.
const (
	ExpiredSilent   Expired = "silent"   // the customer waited and the agent said nothing
	ExpiredDisabled Expired = "disabled" // the agent may not log in any more
)

var expired = []Expired{ExpiredSilent, ExpiredDisabled}

func (m *Metrics) describeDesk() {
	m.deskWaiting = m.gauge("desk_waiting", "Conversations that wait for a person and are not put aside.")
	m.deskOldest = m.gauge("desk_waiting_oldest_seconds", "For how long the customer who has waited longest for a person has waited.")
	m.deskAssigned = m.histograms("desk_assigned_wait_seconds", "Conversations handed out by the desk, by strategy, and how long their customers had waited.",
		[]float64{1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400}, "strategy")
	m.deskExpired = m.counters("desk_expired_total", "Conversations taken back from agents by the desk, by reason.", "reason")
	m.deskReassured = m.counters("desk_reassured_total", "Customers who were told that their place in the queue is kept.").WithLabelValues()
}

func (m *Metrics) zeroDesk() {
	for _, a := range assigned {
		m.deskAssigned.WithLabelValues(string(a))
	}
	for _, e := range expired {
		m.deskExpired.WithLabelValues(string(e))
	}
}

// DeskQueue sets how many wait for a person, and for how long the first of them has.
func (m *Metrics) DeskQueue(waiting int, oldest time.Duration) {
	m.deskWaiting.Set(float64(waiting))
	m.deskOldest.Set(oldest.Seconds())
}

// DeskAssigned counts a conversation that the desk gave to somebody.
func (m *Metrics) DeskAssigned(how Assigned, waited time.Duration) {
	m.deskAssigned.WithLabelValues(closed(assigned, how)).Observe(waited.Seconds())
}

// DeskExpired counts a conversation that the desk took back.
func (m *Metrics) DeskExpired(why Expired) { m.deskExpired.WithLabelValues(closed(expired, why)).Inc() }

// DeskReassured counts a customer who was told that the place is kept.
func (m *Metrics) DeskReassured() { m.deskReassured.Inc() }
