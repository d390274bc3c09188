package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/profile"
)

const maxIDs = 50

func tallies(all map[string]profile.Tally) []profile.Tally {
	list := []profile.Tally{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}

type exportRequest struct {
	ExternalIDs    []text          `json:"external_ids"`
	UserAliases    []profile.Alias `json:"user_aliases"`
	BrazeID        text            `json:"braze_id"`
	EmailAddress   string          `json:"email_address"`
	Phone          string          `json:"phone"`
	DeviceID       string          `json:"device_id"`
	FieldsToExport []string        `json:"fields_to_export"`
}

// exportUsers answers /users/export/ids: the users there are, and the ids of nobody.
func (s *Server) exportUsers(c *restCall) reply {
	var q exportRequest
	if err := c.decode(&q); err != nil {
		return refused(http.StatusBadRequest, "%s", err)
	}
	n := len(q.ExternalIDs) + len(q.UserAliases)
	if n > maxIDs {
		return refused(http.StatusBadRequest, "The max number of ids per request was exceeded: %d ids, at most %d", n, maxIDs)
	}
	if n == 0 && q.BrazeID == "" && q.EmailAddress == "" && q.Phone == "" && q.DeviceID == "" {
		return refused(http.StatusBadRequest, "Bad Request: one of external_ids, user_aliases, device_id, braze_id, email_address and phone is required")
	}
	found, invalid := []map[string]any{}, []any{}
	add := func(all ...*profile.User) {
		for _, u := range all {
			found = append(found, exported(u, q.FieldsToExport))
		}
	}
	for _, id := range q.ExternalIDs {
		if u := s.users.Find(profile.Ref{ExternalID: string(id)}); u != nil {
			add(u)
			continue
		}
		invalid = append(invalid, id)
	}
	for _, a := range q.UserAliases {
		if u := s.users.Find(profile.Ref{Alias: &a}); u != nil {
			add(u)
			continue
		}
		invalid = append(invalid, a)
	}
	if q.BrazeID != "" {
		if u := s.users.Find(profile.Ref{BrazeID: string(q.BrazeID)}); u != nil {
			add(u)
		}
	}
	if q.EmailAddress != "" {
		add(s.users.WithEmail(q.EmailAddress)...)
	}
	if q.Phone != "" {
		add(s.users.WithPhone(profile.NormalizeNumber(q.Phone))...)
	}
	body := map[string]any{"message": "success", "users": found}
	if len(invalid) > 0 {
		body["invalid_user_ids"] = invalid
	}
	return reply{http.StatusCreated, body}
}

// exported is a user in the export's form; what is empty is left out.
func exported(u *profile.User, fields []string) map[string]any {
	all := map[string]any{
		"braze_id":      u.BrazeID,
		"created_at":    u.Created.UTC().Format("2006-01-02T15:04:05.000Z"),
		"random_bucket": 0,
	}
	for name, value := range map[string]string{"external_id": u.ExternalID, "phone": u.Phone, "email": u.Email} {
		if value != "" {
			all[name] = value
		}
	}
	maps.Copy(all, u.Standard)
	if len(u.Aliases) > 0 {
		all["user_aliases"] = u.Aliases
	}
	if len(u.Custom) > 0 {
		all["custom_attributes"] = u.Custom
	}
	if len(u.Events) > 0 {
		all["custom_events"] = summed(u.Events)
	}
	if len(u.Purchases) > 0 {
		all["purchases"] = summed(u.Purchases)
	}
	if len(fields) == 0 {
		return all
	}
	chosen := map[string]any{}
	for _, name := range fields {
		if v, ok := all[name]; ok {
			chosen[name] = v
		}
	}
	return chosen
}

func summed(all map[string]profile.Tally) []map[string]any {
	list := []map[string]any{}
	for _, t := range tallies(all) {
		list = append(list, map[string]any{"name": t.Name, "count": t.Count, "first": clock.Stamp(t.First), "last": clock.Stamp(t.Last)})
	}
	return list
}

// identifyUsers answers /users/identify.
func (s *Server) identifyUsers(c *restCall) reply {
	var q struct {
		Aliases []struct {
			ExternalID text          `json:"external_id"`
			UserAlias  profile.Alias `json:"user_alias"`
		} `json:"aliases_to_identify"`
		Emails []struct {
			ExternalID     text     `json:"external_id"`
			Email          string   `json:"email"`
			Prioritization []string `json:"prioritization"`
		} `json:"emails_to_identify"`
		Phones []struct {
			ExternalID     text     `json:"external_id"`
			Phone          string   `json:"phone"`
			Prioritization []string `json:"prioritization"`
		} `json:"phone_numbers_to_identify"`
	}
	if err := c.decode(&q); err != nil {
		return refused(http.StatusBadRequest, "%s", err)
	}
	n := len(q.Aliases) + len(q.Emails) + len(q.Phones)
	if n == 0 || n > maxIDs {
		return refused(http.StatusBadRequest, "Bad Request: give 1 to %d aliases, emails and phone numbers to identify, not %d", maxIDs, n)
	}
	var minor []any
	try := func(ref profile.Ref, id text) {
		if id == "" {
			minor = append(minor, "external_id is required")
			return
		}
		if _, err := s.users.Identify(ref, string(id)); err != nil {
			minor = append(minor, err.Error())
		}
	}
	for _, a := range q.Aliases {
		try(profile.Ref{Alias: &a.UserAlias}, a.ExternalID)
	}
	for _, e := range q.Emails {
		try(bestOf(s.users.WithEmail(e.Email), e.Prioritization), e.ExternalID)
	}
	for _, p := range q.Phones {
		try(bestOf(s.users.WithPhone(profile.NormalizeNumber(p.Phone)), p.Prioritization), p.ExternalID)
	}
	body := map[string]any{"message": "success", "aliases_processed": n - len(minor)}
	if len(minor) > 0 {
		body["errors"] = minor
	}
	return reply{http.StatusCreated, body}
}

func bestOf(all []*profile.User, order []string) profile.Ref {
	if u := prioritized(all, order); u != nil {
		return profile.Ref{BrazeID: u.BrazeID}
	}
	return profile.Ref{BrazeID: "none"}
}

// newAliases answers /users/alias/new.
func (s *Server) newAliases(c *restCall) reply {
	var q struct {
		UserAliases []struct {
			ExternalID text   `json:"external_id"`
			Name       string `json:"alias_name"`
			Label      string `json:"alias_label"`
		} `json:"user_aliases"`
	}
	if err := c.decode(&q); err != nil {
		return refused(http.StatusBadRequest, "%s", err)
	}
	if n := len(q.UserAliases); n == 0 || n > maxIDs {
		return refused(http.StatusBadRequest, "Bad Request: user_aliases must hold 1 to %d aliases, not %d", maxIDs, n)
	}
	var minor []any
	for _, a := range q.UserAliases {
		if a.Name == "" || a.Label == "" {
			minor = append(minor, "alias_name and alias_label are required")
			continue
		}
		if err := s.users.AddAlias(string(a.ExternalID), profile.Alias{Name: a.Name, Label: a.Label}); err != nil {
			minor = append(minor, err.Error())
		}
	}
	body := map[string]any{"message": "success", "aliases_processed": len(q.UserAliases) - len(minor)}
	if len(minor) > 0 {
		body["errors"] = minor
	}
	return reply{http.StatusCreated, body}
}

type subscriptionChange struct {
	Group       string   `json:"subscription_group_id"`
	State       string   `json:"subscription_state"`
	ExternalIDs []text   `json:"external_ids"`
	Emails      []string `json:"emails"`
	Phones      []string `json:"phones"`
}

// setSubscriptions answers /v2/subscription/status/set. All profiles that share a number change.
func (s *Server) setSubscriptions(c *restCall) reply {
	var q struct {
		Groups []subscriptionChange `json:"subscription_groups"`
	}
	if err := c.decode(&q); err != nil {
		return refused(http.StatusBadRequest, "%s", err)
	}
	if len(q.Groups) == 0 {
		return refused(http.StatusBadRequest, "Bad Request: subscription_groups is missing or empty")
	}
	for _, g := range q.Groups {
		switch {
		case !s.isGroup(g.Group):
			return refused(http.StatusBadRequest, "Invalid subscription group ID")
		case g.State != "subscribed" && g.State != "unsubscribed":
			return refused(http.StatusBadRequest, "subscription_state must be subscribed or unsubscribed")
		case len(g.Emails) > 0 && len(g.Phones) > 0:
			return refused(http.StatusBadRequest, "emails and phones cannot both be given")
		case len(g.ExternalIDs) > maxIDs || len(g.Emails) > maxIDs || len(g.Phones) > maxIDs:
			return refused(http.StatusBadRequest, "The max number of ids per request was exceeded: at most %d of each kind", maxIDs)
		case len(g.ExternalIDs)+len(g.Emails)+len(g.Phones) == 0:
			return refused(http.StatusBadRequest, "one of external_ids, emails and phones is required")
		}
	}
	delay := time.Duration(s.switches.Load().SubscriptionDelay) * time.Second
	for _, g := range q.Groups {
		if delay == 0 {
			s.subscribe(g)
			continue
		}
		s.clock.After(delay, func() { s.subscribe(g) })
	}
	return reply{http.StatusCreated, message{Message: "success"}}
}

func (s *Server) subscribe(g subscriptionChange) {
	refs := []profile.Ref{}
	for _, id := range g.ExternalIDs {
		refs = append(refs, profile.Ref{ExternalID: string(id)})
	}
	var sharing []*profile.User
	for _, e := range g.Emails {
		sharing = append(sharing, s.users.WithEmail(e)...)
	}
	for _, p := range g.Phones {
		sharing = append(sharing, s.users.WithPhone(profile.NormalizeNumber(p))...)
	}
	for _, u := range sharing {
		refs = append(refs, profile.Ref{BrazeID: u.BrazeID})
	}
	for _, ref := range refs {
		u, _ := s.users.Change(ref, func(u *profile.User) error {
			u.Groups[g.Group] = g.State == "subscribed"
			return nil
		})
		if u != nil {
			s.record(entry{Kind: kindSubscription, Outcome: g.State, Phone: u.Phone, ExternalID: u.ExternalID, BrazeID: u.BrazeID})
		}
	}
}
