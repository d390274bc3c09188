package app

import (
	"parley/internal/channel/braze"
	"parley/internal/channel/consent"
	"parley/internal/config"
	"parley/internal/desk/person"
)

// consentGroup is the subscription group that is told what customers decide about
// messages; empty if people do that by hand.
func consentGroup(w config.Workspace) string {
	if !w.Consent.ByWord {
		return ""
	}
	return w.SubscriptionGroup
}

// buildConsent makes what tells a workspace's Braze of decisions.
func (a *App) buildConsent(w config.Workspace, client *braze.Client) {
	group := consentGroup(w)
	a.people[w.ID] = person.Workspace{Client: client, Group: group}
	if group != "" {
		a.consents = append(a.consents, consent.NewTeller(w.ID, group, a.store, client, a.log, a.now))
	}
}
