package api

import (
	"net/http"

	"parley/internal/api/teach"
	"parley/internal/auth"
)

func (a *API) learning() {
	o := teach.Operations{Learn: a.Learn}
	get(a, "list-proposals", "/learning/proposals", "What was proposed for the knowledge base, newest first", o.Proposals)
	get(a, "list-intents", "/knowledge/intents", "What the knowledge base has", o.Intents)
	post := func(id, path, summary string, need auth.Permission) operation {
		return operation{id: id, method: http.MethodPost, path: path, summary: summary, need: need}
	}
	register(a, post("propose", "/learning/proposals", "Propose a customer's words for an intent, or a new intent", auth.WriteConversations), o.Propose)
	register(a, post("review-proposal", "/learning/proposals/{id}/review", "Accept or reject a proposal", auth.ReviewKnowledge), o.Review)
	register(a, post("publish-learning", "/learning/publish", "Put the accepted proposals into the knowledge base", auth.ReviewKnowledge), o.Publish)
	register(a, post("try-knowledge", "/knowledge/try", "Read a text as the bot would", auth.ReadConversations), o.Try)
	register(a, operation{
		id: "preview-learning", method: http.MethodGet, path: "/learning/preview", summary: "What publishing now would change", need: auth.ReviewKnowledge,
	}, o.Preview)
}
