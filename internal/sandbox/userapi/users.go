package userapi

import (
	"maps"
	"net/http"

	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/feed"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/wire"
)

const maxIDs = 50

type exportRequest struct {
	ExternalIDs    []wire.Text     `json:"external_ids"`
	UserAliases    []profile.Alias `json:"user_aliases"`
	BrazeID        wire.Text       `json:"braze_id"`
	EmailAddress   string          `json:"email_address"`
	Phone          string          `json:"phone"`
	DeviceID       string          `json:"device_id"`
	FieldsToExport []string        `json:"fields_to_export"`
}

// Export answers /users/export/ids: the users there are, and the ids of nobody.
func (a *API) Export(c *wire.Call) wire.Reply {
	var q exportRequest
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	n := len(q.ExternalIDs) + len(q.UserAliases)
	if n > maxIDs {
		return wire.Bad("The max number of ids per request was exceeded: %d ids, at most %d", n, maxIDs)
	}
	if n == 0 && q.BrazeID == "" && q.EmailAddress == "" && q.Phone == "" && q.DeviceID == "" {
		return wire.Bad("Bad Request: one of external_ids, user_aliases, device_id, braze_id, email_address and phone is required")
	}
	found, invalid := []map[string]any{}, []any{}
	add := func(all ...*profile.User) {
		for _, u := range all {
			found = append(found, exported(u, q.FieldsToExport))
		}
	}
	for _, id := range q.ExternalIDs {
		if u := a.Users.Find(profile.Ref{ExternalID: string(id)}); u != nil {
			add(u)
			continue
		}
		invalid = append(invalid, id)
	}
	for _, alias := range q.UserAliases {
		if u := a.Users.Find(profile.Ref{Alias: &alias}); u != nil {
			add(u)
			continue
		}
		invalid = append(invalid, alias)
	}
	if q.BrazeID != "" {
		if u := a.Users.Find(profile.Ref{BrazeID: string(q.BrazeID)}); u != nil {
			add(u)
		}
	}
	if q.EmailAddress != "" {
		add(a.Users.WithEmail(q.EmailAddress)...)
	}
	if q.Phone != "" {
		add(a.Users.WithPhone(profile.NormalizeNumber(q.Phone))...)
	}
	body := map[string]any{"message": "success", "users": found}
	if len(invalid) > 0 {
		body["invalid_user_ids"] = invalid
	}
	return wire.Answer(http.StatusCreated, body)
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
	for _, t := range profile.Tallies(all) {
		list = append(list, map[string]any{"name": t.Name, "count": t.Count, "first": clock.Stamp(t.First), "last": clock.Stamp(t.Last)})
	}
	return list
}

// Identify answers /users/identify.
func (a *API) Identify(c *wire.Call) wire.Reply {
	var q struct {
		Aliases []struct {
			ExternalID wire.Text     `json:"external_id"`
			UserAlias  profile.Alias `json:"user_alias"`
		} `json:"aliases_to_identify"`
		Emails []struct {
			ExternalID     wire.Text `json:"external_id"`
			Email          string    `json:"email"`
			Prioritization []string  `json:"prioritization"`
		} `json:"emails_to_identify"`
		Phones []struct {
			ExternalID     wire.Text `json:"external_id"`
			Phone          string    `json:"phone"`
			Prioritization []string  `json:"prioritization"`
		} `json:"phone_numbers_to_identify"`
	}
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	n := len(q.Aliases) + len(q.Emails) + len(q.Phones)
	if n == 0 || n > maxIDs {
		return wire.Bad("Bad Request: give 1 to %d aliases, emails and phone numbers to identify, not %d", maxIDs, n)
	}
	var minor []any
	try := func(ref profile.Ref, id wire.Text) {
		if id == "" {
			minor = append(minor, "external_id is required")
			return
		}
		if _, err := a.Users.Identify(ref, string(id)); err != nil {
			minor = append(minor, err.Error())
		}
	}
	for _, alias := range q.Aliases {
		try(profile.Ref{Alias: &alias.UserAlias}, alias.ExternalID)
	}
	for _, e := range q.Emails {
		try(bestOf(a.Users.WithEmail(e.Email), e.Prioritization), e.ExternalID)
	}
	for _, p := range q.Phones {
		try(bestOf(a.Users.WithPhone(profile.NormalizeNumber(p.Phone)), p.Prioritization), p.ExternalID)
	}
	body := map[string]any{"message": "success", "aliases_processed": n - len(minor)}
	if len(minor) > 0 {
		body["errors"] = minor
	}
	return wire.Answer(http.StatusCreated, body)
}

func bestOf(all []*profile.User, order []string) profile.Ref {
	if u := profile.Prioritized(all, order); u != nil {
		return profile.Ref{BrazeID: u.BrazeID}
	}
	return profile.Ref{BrazeID: "none"}
}

// NewAliases answers /users/alias/new.
func (a *API) NewAliases(c *wire.Call) wire.Reply {
	var q struct {
		UserAliases []struct {
			ExternalID wire.Text `json:"external_id"`
			Name       string    `json:"alias_name"`
			Label      string    `json:"alias_label"`
		} `json:"user_aliases"`
	}
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	if n := len(q.UserAliases); n == 0 || n > maxIDs {
		return wire.Bad("Bad Request: user_aliases must hold 1 to %d aliases, not %d", maxIDs, n)
	}
	var minor []any
	for _, alias := range q.UserAliases {
		if alias.Name == "" || alias.Label == "" {
			minor = append(minor, "alias_name and alias_label are required")
			continue
		}
		if err := a.Users.AddAlias(string(alias.ExternalID), profile.Alias{Name: alias.Name, Label: alias.Label}); err != nil {
			minor = append(minor, err.Error())
		}
	}
	body := map[string]any{"message": "success", "aliases_processed": len(q.UserAliases) - len(minor)}
	if len(minor) > 0 {
		body["errors"] = minor
	}
	return wire.Answer(http.StatusCreated, body)
}

type subscriptionChange struct {
	Group       string      `json:"subscription_group_id"`
	State       string      `json:"subscription_state"`
	ExternalIDs []wire.Text `json:"external_ids"`
	Emails      []string    `json:"emails"`
	Phones      []string    `json:"phones"`
}

// SetSubscriptions answers /v2/subscription/status/set. All profiles that share a number change.
func (a *API) SetSubscriptions(c *wire.Call) wire.Reply {
	var q struct {
		Groups []subscriptionChange `json:"subscription_groups"`
	}
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	if len(q.Groups) == 0 {
		return wire.Bad("Bad Request: subscription_groups is missing or empty")
	}
	for _, g := range q.Groups {
		switch {
		case !a.IsGroup(g.Group):
			return wire.Bad("Invalid subscription group ID")
		case g.State != "subscribed" && g.State != "unsubscribed":
			return wire.Bad("subscription_state must be subscribed or unsubscribed")
		case len(g.Emails) > 0 && len(g.Phones) > 0:
			return wire.Bad("emails and phones cannot both be given")
		case len(g.ExternalIDs) > maxIDs || len(g.Emails) > maxIDs || len(g.Phones) > maxIDs:
			return wire.Bad("The max number of ids per request was exceeded: at most %d of each kind", maxIDs)
		case len(g.ExternalIDs)+len(g.Emails)+len(g.Phones) == 0:
			return wire.Bad("one of external_ids, emails and phones is required")
		}
	}
	delay := a.Rules().SubscriptionDelay
	for _, g := range q.Groups {
		if delay == 0 {
			a.subscribe(g)
			continue
		}
		a.Clock.After(delay, func() { a.subscribe(g) })
	}
	return wire.Answer(http.StatusCreated, wire.Message{Message: "success"})
}

func (a *API) subscribe(g subscriptionChange) {
	refs := []profile.Ref{}
	for _, id := range g.ExternalIDs {
		refs = append(refs, profile.Ref{ExternalID: string(id)})
	}
	var sharing []*profile.User
	for _, e := range g.Emails {
		sharing = append(sharing, a.Users.WithEmail(e)...)
	}
	for _, p := range g.Phones {
		sharing = append(sharing, a.Users.WithPhone(profile.NormalizeNumber(p))...)
	}
	for _, u := range sharing {
		refs = append(refs, profile.Ref{BrazeID: u.BrazeID})
	}
	for _, ref := range refs {
		u, _ := a.Users.Change(ref, func(u *profile.User) error {
			u.Groups[g.Group] = g.State == "subscribed"
			return nil
		})
		if u != nil {
			a.Record(feed.Entry{Kind: "subscription", Outcome: g.State, Phone: u.Phone, ExternalID: u.ExternalID, BrazeID: u.BrazeID})
		}
	}
}
