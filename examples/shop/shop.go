// Package shop is an example of the order system that a shop has beside Parley: an HTTP
// API with a few customers and orders in memory. The demo runs it, tests use it, and it
// shows what a tool needs of an API: the customer in the address, errors with a code, and
// Idempotency-Key on writes.
//
// It imports nothing of Parley. tools.yaml beside it is how Parley is told of it.
package shop

import (
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// ToolsYAML declares this API as tools of a workspace. It needs SHOP_URL and SHOP_TOKEN in
// the environment.
//
//go:embed tools.yaml
var ToolsYAML []byte

// Days within which a delivered order may be sent back, and to which a delivery may be moved.
const (
	returnDays = 30
	moveDays   = 30
)

// Order is one order of a customer. Days are written 2026-11-20.
type Order struct {
	Number  string `json:"number"`
	Status  string `json:"status"` // processing, shipped, out_for_delivery, delayed, delivered, cancelled
	ETA     string `json:"eta,omitempty"`
	Carrier string `json:"carrier,omitempty"`
	Items   []Item `json:"items"`

	customer  string
	delivered time.Time
}

// Item is one thing of an order.
type Item struct {
	Name     string `json:"name"`
	Returned bool   `json:"returned,omitempty"`
}

// Return is a return that was started.
type Return struct {
	ID     string `json:"id"`
	Order  string `json:"order"`
	Item   string `json:"item"`
	Reason string `json:"reason"`
}

// Shop is the order system. It is safe for concurrent use.
type Shop struct {
	token string
	now   func() time.Time

	mu      sync.Mutex
	orders  []*Order
	returns []Return
	moves   int
	kept    map[string]answer // by Idempotency-Key
}

// answer is what a write was answered, and the request that it belongs to.
type answer struct {
	request [sha256.Size]byte
	status  int
	body    []byte
}

// New makes a shop whose callers must send the token as Authorization: Bearer. Its orders
// lie around the day on which it is made.
func New(token string, now func() time.Time) *Shop {
	s := &Shop{token: token, now: now, kept: map[string]answer{}}
	today := now()
	day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	add := func(customer, number, status, carrier, eta string, delivered int, items ...string) {
		o := &Order{Number: number, Status: status, Carrier: carrier, ETA: eta, customer: customer, delivered: today.AddDate(0, 0, -delivered)}
		for _, name := range items {
			o.Items = append(o.Items, Item{Name: name})
		}
		s.orders = append(s.orders, o)
	}
	add("grace", "AB-12345", "shipped", "Parcel Express", day(2), 0, "Blue rain jacket", "Wool socks")
	add("grace", "AB-12346", "delivered", "Parcel Express", "", 5, "Running shoes", "Linen shirt", "Sun hat")
	add("grace", "AB-12347", "processing", "", day(6), 0, "Desk lamp")
	add("grace", "AB-10011", "delivered", "City Couriers", "", 90, "Denim jacket")
	add("grace", "AB-12350", "cancelled", "", "", 0, "Tea set")
	add("grace", "AB-12351", "out_for_delivery", "City Couriers", day(0), 0, "Picture frame")
	add("ada", "CD-20001", "shipped", "Parcel Express", day(3), 0, "Robe bleue", "Ceinture en cuir")
	add("ada", "CD-20002", "delivered", "Parcel Express", "", 3, "Pull en laine", "Écharpe")
	add("ada", "CD-20003", "processing", "", day(8), 0, "Lampe de bureau")
	add("ada", "CD-20004", "delayed", "City Couriers", "", 0, "Service à thé")
	add("tove", "EF-30001", "shipped", "Parcel Express", day(1), 0, "Winter boots")
	add("tove", "EF-30002", "delivered", "City Couriers", "", 12, "Raincoat", "Umbrella")
	return s
}

// Returns are those that were started, oldest first.
func (s *Shop) Returns() []Return {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.returns)
}

// Moves counts deliveries that were moved.
func (s *Shop) Moves() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.moves
}

// Handler serves the API.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /customers/{customer}/orders", s.list)
	mux.HandleFunc("GET /customers/{customer}/orders/{number}", s.order)
	mux.HandleFunc("POST /customers/{customer}/orders/{number}/returns", s.once(s.startReturn))
	mux.HandleFunc("PUT /customers/{customer}/orders/{number}/delivery", s.once(s.moveDelivery))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+s.token {
			reply(w, refusal(http.StatusUnauthorized, "unauthorized", "send the shop's token as Authorization: Bearer"))
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Shop) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []*Order{}
	for _, o := range s.orders {
		if o.customer == r.PathValue("customer") {
			list = append(list, o)
		}
	}
	reply(w, encoded(http.StatusOK, map[string]any{"orders": list}))
}

func (s *Shop) order(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(r)
	if o == nil {
		reply(w, unknownOrder())
		return
	}
	reply(w, encoded(http.StatusOK, o))
}

// find gives the customer's own order: that of somebody else does not exist.
func (s *Shop) find(r *http.Request) *Order {
	for _, o := range s.orders {
		if o.customer == r.PathValue("customer") && strings.EqualFold(o.Number, r.PathValue("number")) {
			return o
		}
	}
	return nil
}

// once gives a request with a known Idempotency-Key the answer of the first. One lock is
// held throughout, so that two at the same time cannot both be the first.
func (s *Shop) once(do func(r *http.Request, body []byte) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
		if err != nil {
			reply(w, refusal(http.StatusBadRequest, "bad_request", "the body could not be read"))
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		key := r.Header.Get("Idempotency-Key")
		request := sha256.Sum256([]byte(r.Method + "\n" + r.URL.Path + "\n" + string(body)))
		if first, known := s.kept[key]; known && key != "" {
			if first.request != request {
				first = refusal(http.StatusUnprocessableEntity, "key_reused", "this Idempotency-Key belongs to another request")
			}
			reply(w, first)
			return
		}
		a := do(r, body)
		a.request = request
		if key != "" {
			s.kept[key] = a
		}
		reply(w, a)
	}
}

func (s *Shop) startReturn(r *http.Request, body []byte) answer {
	var in struct{ Item, Reason string }
	if json.Unmarshal(body, &in) != nil || in.Item == "" {
		return refusal(http.StatusBadRequest, "bad_request", "say item and reason")
	}
	o := s.find(r)
	if o == nil {
		return unknownOrder()
	}
	i := slices.IndexFunc(o.Items, func(it Item) bool { return strings.EqualFold(it.Name, in.Item) })
	switch {
	case i < 0:
		return refusal(http.StatusNotFound, "not_found", "the order has no such item")
	case o.Status != "delivered":
		return refusal(http.StatusConflict, "not_allowed", "only what was delivered can be sent back")
	case o.Items[i].Returned:
		return refusal(http.StatusConflict, "not_allowed", "the item is being sent back already")
	case s.now().After(o.delivered.AddDate(0, 0, returnDays)):
		return refusal(http.StatusConflict, "too_late", "the time for returns is over")
	}
	o.Items[i].Returned = true
	ret := Return{ID: "R-" + strings.TrimPrefix(o.Number[3:], "0") + string(rune('A'+i)), Order: o.Number, Item: o.Items[i].Name, Reason: in.Reason}
	s.returns = append(s.returns, ret)
	return encoded(http.StatusCreated, ret)
}

func (s *Shop) moveDelivery(r *http.Request, body []byte) answer {
	var in struct{ Date string }
	if json.Unmarshal(body, &in) != nil {
		return refusal(http.StatusBadRequest, "bad_request", "say date")
	}
	date, err := time.Parse(time.DateOnly, in.Date)
	if err != nil {
		return refusal(http.StatusBadRequest, "bad_request", "write the date as 2026-11-20")
	}
	o := s.find(r)
	if o == nil {
		return unknownOrder()
	}
	today, err := time.Parse(time.DateOnly, s.now().Format(time.DateOnly))
	switch {
	case err != nil || !date.After(today) || date.After(today.AddDate(0, 0, moveDays)):
		return refusal(http.StatusConflict, "not_allowed", "the carrier does not deliver on that day")
	case o.Status == "cancelled":
		return refusal(http.StatusConflict, "not_allowed", "the order was cancelled")
	case o.Status == "delivered" || o.Status == "out_for_delivery":
		return refusal(http.StatusConflict, "too_late", "the carrier has it already")
	}
	o.ETA = in.Date
	s.moves++
	return encoded(http.StatusOK, o)
}

func unknownOrder() answer {
	return refusal(http.StatusNotFound, "not_found", "the customer has no such order")
}

func refusal(status int, code, message string) answer {
	return encoded(status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

func encoded(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{status: status, body: body}
}

func reply(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a caller that has gone does not read it
}
