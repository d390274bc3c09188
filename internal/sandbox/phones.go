package sandbox

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
	"parley/internal/sandbox/wire"
)

// newPhone is the body of POST /sandbox/phones.
type newPhone struct {
	Phone      string `json:"phone"`
	Name       string `json:"name"`
	Language   string `json:"language"`
	ExternalID string `json:"external_id"`
	Subscribed *bool  `json:"subscribed"`
}

// created names what a call made.
type created struct {
	ID string `json:"id"`
	N  int64  `json:"n"`
}

func (s *Server) phoneRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/phones", func(w http.ResponseWriter, _ *http.Request) {
		wire.Write(w, http.StatusOK, map[string]any{"phones": s.net.Phones()})
	})
	mux.HandleFunc("POST /sandbox/phones", s.addPhone)
	mux.HandleFunc("GET /sandbox/phones/{phone}", func(w http.ResponseWriter, r *http.Request) {
		p, err := s.net.Phone(r.PathValue("phone"))
		answer(w, http.StatusOK, p, err)
	})
	mux.HandleFunc("PATCH /sandbox/phones/{phone}", s.patchPhone)
	mux.HandleFunc("POST /sandbox/phones/{phone}/messages", s.writeMessage)
	mux.HandleFunc("GET /sandbox/phones/{phone}/messages", s.conversation)
	mux.HandleFunc("POST /sandbox/phones/{phone}/taps", s.tap)
	mux.HandleFunc("POST /sandbox/phones/{phone}/read", s.markRead)
}

// answer writes v, or the error.
func answer(w http.ResponseWriter, status int, v any, err error) {
	if err == nil {
		wire.Write(w, status, v)
		return
	}
	var refused *whatsapp.Error
	var taken *profile.TakenError
	switch {
	case errors.As(err, &refused):
		status = refused.Status
	case errors.As(err, &taken):
		status = http.StatusConflict
	default:
		status = http.StatusBadRequest
	}
	wire.Write(w, status, wire.Message{Message: err.Error()})
}

func (s *Server) addPhone(w http.ResponseWriter, r *http.Request) {
	var q newPhone
	if !wire.Read(w, r, &q) {
		return
	}
	if q.ExternalID == "" && q.Subscribed != nil && *q.Subscribed {
		wire.Write(w, http.StatusBadRequest, wire.Message{Message: "subscribed needs external_id: a number that Braze does not know cannot be subscribed"})
		return
	}
	if _, err := s.net.AddPhone(q.Phone, q.Name, q.Language); err != nil {
		answer(w, 0, nil, err)
		return
	}
	if q.ExternalID != "" {
		s.knownPhone(q)
	}
	p, err := s.net.Phone(q.Phone)
	answer(w, http.StatusCreated, p, err)
}

// knownPhone makes the Braze profile of a new phone, or gives the phone to the profile there is.
func (s *Server) knownPhone(q newPhone) {
	first, last, _ := strings.Cut(strings.TrimSpace(q.Name), " ")
	edit := func(u *profile.User) error {
		u.Phone, u.SenderID = q.Phone, s.net.SenderID(q.Phone)
		for name, value := range map[string]string{"first_name": first, "last_name": last, "language": q.Language} {
			if value != "" {
				u.Standard[name] = value
			}
		}
		u.Groups[SeedGroup] = q.Subscribed == nil || *q.Subscribed
		return nil
	}
	_, _, _ = s.users.ChangeOrCreate(profile.Ref{ExternalID: q.ExternalID}, func(u *profile.User) error {
		u.ExternalID = q.ExternalID
		return nil
	}, edit)
}

func (s *Server) patchPhone(w http.ResponseWriter, r *http.Request) {
	var c whatsapp.Change
	if !wire.Read(w, r, &c) {
		return
	}
	p, err := s.net.Patch(r.PathValue("phone"), c)
	answer(w, http.StatusOK, p, err)
}

func (s *Server) writeMessage(w http.ResponseWriter, r *http.Request) {
	var q written
	if !wire.Read(w, r, &q) {
		return
	}
	m, err := s.write(r.PathValue("phone"), q)
	answer(w, http.StatusAccepted, created{ID: m.ID, N: m.N}, err)
}

func (s *Server) conversation(w http.ResponseWriter, r *http.Request) {
	after, ok := queryNumber(w, r, "after", 0)
	if !ok {
		return
	}
	messages, notices, err := s.net.Conversation(r.PathValue("phone"), after)
	answer(w, http.StatusOK, map[string]any{"messages": messages, "notices": notices}, err)
}

func (s *Server) tap(w http.ResponseWriter, r *http.Request) {
	var q struct {
		N      int64  `json:"n"`
		Button string `json:"button"`
	}
	if !wire.Read(w, r, &q) {
		return
	}
	number := r.PathValue("phone")
	text, err := s.net.Tapped(number, q.N, q.Button)
	if err != nil {
		answer(w, 0, nil, err)
		return
	}
	m, err := s.write(number, written{Text: text})
	answer(w, http.StatusAccepted, created{ID: m.ID, N: m.N}, err)
}

func (s *Server) markRead(w http.ResponseWriter, r *http.Request) {
	var q struct {
		N int64 `json:"n"`
	}
	if !wire.Read(w, r, &q) {
		return
	}
	number := r.PathValue("phone")
	if err := s.net.MarkRead(number, q.N); err != nil {
		answer(w, 0, nil, err)
		return
	}
	p, err := s.net.Phone(number)
	answer(w, http.StatusOK, p, err)
}

// queryNumber reads a whole number from the query; false means that the answer is written.
func queryNumber(w http.ResponseWriter, r *http.Request, name string, otherwise int64) (int64, bool) {
	value := r.URL.Query().Get(name)
	if value == "" {
		return otherwise, true
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		wire.Write(w, http.StatusBadRequest, wire.Message{Message: name + " must be a whole number, such as " + name + "=0"})
		return 0, false
	}
	return n, true
}
