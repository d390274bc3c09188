package userapi

import (
	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/profile"
)

// View is a profile as the dashboard shows it.
type View struct {
	ExternalID        string                 `json:"external_id"`
	BrazeID           string                 `json:"braze_id"`
	Phone             string                 `json:"phone"`
	BSUID             string                 `json:"bsuid"`
	Email             string                 `json:"email,omitempty"`
	Aliases           []profile.Alias        `json:"user_aliases"`
	Attributes        map[string]any         `json:"attributes"`
	CustomAttributes  map[string]any         `json:"custom_attributes"`
	Subscriptions     map[string]any         `json:"subscription_groups"`
	CustomEvents      []profile.Tally        `json:"custom_events"`
	Purchases         []profile.Tally        `json:"purchases"`
	RecentEvents      []profile.Event        `json:"recent_events"`
	CampaignsReceived map[string]clock.Stamp `json:"campaigns_received"`
	Created           clock.Stamp            `json:"created_at"`
	Updated           clock.Stamp            `json:"updated_at"`
}

// View returns the profile with that external id, braze id or phone number; ok is false when there is none.
func (a *API) View(id string) (v View, ok bool) {
	var u *profile.User
	for _, ref := range []profile.Ref{{ExternalID: id}, {BrazeID: id}, {Phone: id}} {
		if u = a.Users.Find(ref); u != nil {
			break
		}
	}
	if u == nil {
		return View{}, false
	}
	return a.view(u), true
}

func (a *API) view(u *profile.User) View {
	v := View{
		ExternalID: u.ExternalID, BrazeID: u.BrazeID, Phone: u.Phone, BSUID: u.SenderID, Email: u.Email,
		Aliases: append([]profile.Alias{}, u.Aliases...), Attributes: u.Standard, CustomAttributes: u.Custom, Subscriptions: u.States(),
		CustomEvents: profile.Tallies(u.Events), Purchases: profile.Tallies(u.Purchases), RecentEvents: append([]profile.Event{}, u.Recent...),
		CampaignsReceived: map[string]clock.Stamp{}, Created: clock.Stamp(u.Created), Updated: clock.Stamp(u.Updated),
	}
	for id, at := range a.Users.Received(u.BrazeID) {
		v.CampaignsReceived[id] = clock.Stamp(at)
	}
	return v
}
