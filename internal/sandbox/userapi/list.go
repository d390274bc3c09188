package userapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/wire"
)

// The most profiles of one answer, and how many there are when nobody says.
const (
	maxListed     = 1000
	listedUnasked = 100
)

// Search says which profiles to list.
type Search struct {
	Text     string           // stands somewhere in an id, alias, number, address or name, in any case; "" is any
	Audience profile.Audience // nil holds everybody
	Limit    int
}

// List gives the profiles found, oldest first and at most Limit, and how many there are in all.
func (a *API) List(q Search) (views []View, total int) {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	views = []View{}
	for _, u := range a.Users.All() {
		if !q.Audience.Has(u) || !named(u, text) {
			continue
		}
		total++
		if len(views) < q.Limit {
			views = append(views, a.view(u))
		}
	}
	return views, total
}

func named(u *profile.User, text string) bool {
	first, _ := u.Standard["first_name"].(string)
	last, _ := u.Standard["last_name"].(string)
	names := []string{u.ExternalID, u.BrazeID, u.Phone, u.SenderID, u.Email, first + " " + last}
	for _, alias := range u.Aliases {
		names = append(names, alias.Name)
	}
	for _, name := range names {
		if strings.Contains(strings.ToLower(name), text) {
			return true
		}
	}
	return false
}

// Routes adds the sandbox's own calls.
func (a *API) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/users", a.list)
	mux.HandleFunc("GET /sandbox/users/{external_id}", func(w http.ResponseWriter, r *http.Request) {
		view, ok := a.View(r.PathValue("external_id"))
		if !ok {
			wire.Write(w, http.StatusNotFound, wire.Message{Message: "no profile has this external id, braze id or phone number"})
			return
		}
		wire.Write(w, http.StatusOK, view)
	})
}

func (a *API) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	q := Search{Text: query.Get("q"), Limit: listedUnasked}
	bad := func(format string, args ...any) {
		wire.Write(w, http.StatusBadRequest, wire.Message{Message: fmt.Sprintf(format, args...)})
	}
	var err error
	if q.Audience, err = profile.ParseAudience(json.RawMessage(query.Get("audience"))); err != nil {
		bad("audience: %s", err)
		return
	}
	if given := query.Get("limit"); given != "" {
		if q.Limit, err = strconv.Atoi(given); err != nil || q.Limit < 1 || q.Limit > maxListed {
			bad("limit must be a whole number from 1 to %d", maxListed)
			return
		}
	}
	views, total := a.List(q)
	wire.Write(w, http.StatusOK, map[string]any{"users": views, "total": total})
}
