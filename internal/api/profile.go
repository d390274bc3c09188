package api

import (
	"net/http"

	"parley/internal/api/facts"
	"parley/internal/auth"
)

// profile is what Braze's profiles are told of a contact.
func (a *API) profile() {
	o := facts.Operations{Store: a.Store, Now: a.now}
	get(a, "get-profile-facts", "/contacts/{id}/profile-facts", "What Braze's profile was told of a contact", o.Ledger)
	register(a, operation{
		id: "stop-profile-facts", method: http.MethodPut, path: "/contacts/{id}/profile-facts/stopped", summary: "Stop or resume telling Braze's profile of a contact", need: auth.Supervise,
	}, o.Stop)
	register(a, operation{
		id: "purge-profile-facts", method: http.MethodPost, path: "/contacts/{id}/profile-facts/purge", summary: "Take back what Braze's profile was told of a contact, and stop", need: auth.Supervise,
		description: "Attributes are set to null at Braze; its API has no way to take custom events back.",
	}, o.Purge)
}
