package api

import (
	"net/http"

	"parley/internal/api/person"
	"parley/internal/auth"
)

// person is what people settle about a customer.
func (a *API) person() {
	o := person.Operations{Store: a.Store, Persons: a.Persons}
	register(a, operation{
		id: "identify-contact", method: http.MethodPut, path: "/contacts/{id}/external-id", summary: "Say which external id a customer has", need: auth.WriteConversations,
		description: "Braze is told by /users/identify, for which the key needs users.identify, and merges its profiles; contacts and their open conversations are merged here.",
	}, o.Identify)
	get(a, "list-consents", "/contacts/{id}/consents", "What was decided about messages to a contact", o.Consents)
	register(a, operation{
		id: "decide-consent", method: http.MethodPost, path: "/contacts/{id}/consents", summary: "Keep that a customer wants no more messages, or wants them again", need: auth.WriteConversations,
	}, o.Decide)
}
