package doctor

import (
	"fmt"
	"strings"

	"parley/internal/channel/braze"
	"parley/internal/config"
)

// Sheet is one thing to be made in Braze, field by field.
type Sheet struct {
	Title  Words   `json:"title"`
	Fields []Field `json:"fields"`
}

// Field is one field of a dashboard page and what to put there.
type Field struct {
	Name  Words  `json:"name"`
	Value Words  `json:"value"`
	Paste bool   `json:"paste"` // Value is to be pasted as it stands
	Why   Words  `json:"why"`
	Lang  string `json:"lang,omitempty"` // of Value when it is code: json or liquid
}

func paste(name Words, value string, why Words) Field {
	return Field{Name: name, Value: Words{value, value}, Paste: true, Why: why}
}

func choose(name, value, why Words) Field { return Field{Name: name, Value: value, Why: why} }

// Guide says what to make in Braze for a workspace: the key, a webhook campaign for each
// route and a reply campaign for each layout. publicURL is where Braze reaches Parley.
// Secrets are left out unless reveal is set. Sources: the pages named at [ByHand].
func Guide(w config.Workspace, publicURL string, reveal bool) []Sheet {
	base := strings.TrimRight(publicURL, "/")
	if base == "" {
		base = "https://parley.example.com"
	}
	out := []Sheet{keySheet(w.Layouts)}
	for _, r := range w.Routes {
		out = append(out, webhookSheet(w, r, base, reveal))
	}
	return append(out, layoutSheets(w.Layouts)...)
}

func keySheet(l config.Layouts) Sheet {
	permissions, other := "campaigns.trigger.send", otherPermissions(l)
	s := Sheet{both("REST API key", "Clé API REST"), []Field{
		choose(both("Where", "Où"), both("Settings > APIs and Identifiers > Create API Key", "Paramètres > API et identifiants > Créer une clé API"), Words{}),
		paste(both("Permissions", "Autorisations"), permissions,
			both("The only one that Parley needs. The page’s prose names /messages/send, which needs another one; its own example does not use it.", "La seule dont Parley a besoin. Le texte de la page cite /messages/send, qui en demande une autre ; son propre exemple ne l’utilise pas.")),
		paste(both("Also, for parley doctor", "En plus, pour parley doctor"), "campaigns.details",
			both("Lets the doctor see whether your campaigns are live. Permissions cannot be added to a key later.", "Permet au docteur de voir si vos campagnes sont actives. On ne peut pas ajouter d’autorisations à une clé après coup.")),
	}}
	for _, permission := range other {
		s.Fields = append(s.Fields, paste(both("Also, for the layouts you have set", "En plus, pour les mises en page choisies"), permission, Words{}))
	}
	return s
}

var (
	reEligibility = choose(both("Re-eligibility", "Rééligibilité"), both("On, 0 minutes", "Activée, 0 minute"),
		both("Off by default; then each customer is served once and never again, while Braze goes on saying that all is well.", "Désactivée par défaut ; chaque client est alors servi une fois puis plus jamais, tandis que Braze dit que tout va bien."))
	noLimits = choose(both("Quiet hours, frequency capping, delivery speed limit", "Heures calmes, limitation de fréquence, limite de vitesse"), both("Off", "Désactivées"),
		both("Each of them drops or delays answers in silence.", "Chacune écarte ou retarde des réponses en silence."))
)

func webhookSheet(w config.Workspace, r config.Route, base string, reveal bool) Sheet {
	secret := Words{"Bearer <the route’s secret>", "Bearer <le secret de la route>"}
	if reveal && len(r.Secrets) > 0 {
		secret = Words{"Bearer " + r.Secrets[0].Reveal(), "Bearer " + r.Secrets[0].Reveal()}
	}
	trigger := both("Action-based: Send a WhatsApp inbound message, your subscription group, no condition", "Basée sur une action : envoi d’un message entrant WhatsApp, votre groupe d’abonnement, sans condition")
	if r.Specific {
		trigger = both("Action-based: Send a WhatsApp inbound message, your subscription group, where the message body Is YOUR WORD, or matches the regex (?i)word(?-i)", "Basée sur une action : envoi d’un message entrant WhatsApp, votre groupe d’abonnement, où le corps du message est VOTRE MOT, ou correspond à l’expression (?i)mot(?-i)")
	}
	if r.Match != "" {
		trigger = bothf("Action-based: Send a WhatsApp inbound message, your subscription group, where the message body: %s", "Basée sur une action : envoi d’un message entrant WhatsApp, votre groupe d’abonnement, où le corps du message : %s", r.Match)
	}
	var keep Words
	if r.Specific {
		keep = both("A message that fits also arrives through the catch-all route; Parley takes the two for one, and this route wins.", "Un message qui convient arrive aussi par la route générale ; Parley n’en fait qu’un, et cette route l’emporte.")
	}
	s := Sheet{
		bothf("The webhook campaign of route %s", "La campagne webhook de la route %s", r.ID),
		[]Field{
			choose(both("Campaign", "Campagne"), both("Create Campaign > Webhook", "Créer une campagne > Webhook"), Words{}),
			paste(both("Webhook URL", "URL du webhook"), base+"/braze/inbound/"+r.ID, both("Braze calls ports 80 and 443 only.", "Braze n’appelle que les ports 80 et 443.")),
			choose(both("HTTP method", "Méthode HTTP"), both("POST", "POST"), Words{}),
			paste(both("Header Content-Type", "En-tête Content-Type"), "application/json", Words{}),
			{Name: both("Header Authorization", "En-tête Authorization"), Value: secret, Paste: reveal, Why: secretWhy(w, r, reveal)},
		},
	}
	if r.SigningKey != "" {
		key := "…"
		if reveal {
			key = r.SigningKey.Reveal()
		}
		s.Fields = append(s.Fields, paste(both("Header X-Parley-Signature", "En-tête X-Parley-Signature"),
			fmt.Sprintf("{%% assign signed = {{campaign.${dispatch_id}}} | append: {{${braze_id}}} %%}{{signed | hmac_sha256_hex: '%s'}}", key),
			both("The second proof that signing_key asks for.", "La seconde preuve que demande signing_key.")))
	}
	body := paste(both("Request body, Raw text", "Corps de la requête, texte brut"), braze.RecommendedWebhookBody,
		both("The page’s body has no json_escape, so a quote in a message breaks it, and no dispatch_id, so a retry cannot be told from a repetition.", "Le corps de la page n’a pas de json_escape : un guillemet le casse ; ni de dispatch_id : une relance ne se distingue pas d’une répétition."))
	body.Lang = "json"
	s.Fields = append(s.Fields, body,
		choose(both("Schedule Delivery", "Planifier la livraison"), trigger, keep),
		reEligibility, noLimits)
	return s
}

// secretWhy says what the secret is for and, where it is not shown, where to find it.
func secretWhy(w config.Workspace, r config.Route, reveal bool) Words {
	why := both("Without it anybody could speak as your customers; the page shows none.", "Sans lui, n’importe qui pourrait parler à la place de vos clients ; la page n’en montre pas.")
	if reveal {
		return why
	}
	name := strings.ToUpper(strings.ReplaceAll("PARLEY_WORKSPACES_"+w.ID+"_ROUTES_"+r.ID+"_SECRETS", "-", "_"))
	where := bothf(" It is in Parley’s settings, under secrets of the route, or in %s; parley setup --show-secrets prints it.",
		" Il est dans les réglages de Parley, sous secrets de la route, ou dans %s ; parley setup --show-secrets l’affiche.", name)
	return Words{why.EN + where.EN, why.FR + where.FR}
}

// replySheet is what to compose for one layout; a Canvas prints its properties under another name.
func replySheet(c composed) Sheet {
	print := func(name string) Words {
		if c.canvas != "" {
			return Words{"{{context.${" + name + "}}}", "{{context.${" + name + "}}}"}
		}
		return Words{"{{api_trigger_properties.${" + name + "}}}", "{{api_trigger_properties.${" + name + "}}}"}
	}
	where := choose(both("Campaign", "Campagne"), both("Create Campaign > WhatsApp, with your subscription group", "Créer une campagne > WhatsApp, avec votre groupe d’abonnement"), Words{})
	if c.canvas != "" {
		where = choose(both("Canvas", "Canvas"), both("Create Canvas, with one WhatsApp step and your subscription group", "Créer un Canvas, avec une étape WhatsApp et votre groupe d’abonnement"), Words{})
	}
	s := Sheet{c.title, []Field{where, choose(both("Message", "Message"), c.layout, Words{})}}
	for i, p := range c.parts {
		f := Field{Name: p.name, Value: print(p.property), Paste: true, Lang: "liquid"}
		if i == 0 && c.canvas == "" {
			f.Why = both("The page prints external_system_msg+body in one place; with the + the message is empty and is not sent.", "La page écrit external_system_msg+body à un endroit ; avec le +, le message est vide et n’est pas envoyé.")
		}
		s.Fields = append(s.Fields, f)
	}
	s.Fields = append(s.Fields,
		choose(both("Schedule Delivery", "Planifier la livraison"), both("API-Triggered Delivery", "Livraison déclenchée par API"),
			both("The page says Action-Based, which the API cannot start.", "La page dit « basée sur une action », que l’API ne peut pas déclencher.")),
		reEligibility, noLimits,
		choose(both("Target audience", "Audience cible"), both("Everybody: no filter", "Tout le monde : aucun filtre"), both("Who is left out gets no answer, and nobody is told.", "Qui est écarté ne reçoit rien, et personne n’en est informé.")))
	switch {
	case c.canvas != "":
		s.Fields = append(s.Fields, paste(both("Canvas id in Parley’s settings", "Identifiant de Canvas dans les réglages de Parley"), c.canvas,
			both("Must be the one that Braze shows for this Canvas.", "Doit être celui que Braze affiche pour ce Canvas.")))
	case c.campaign == "":
		s.Fields = append(s.Fields, choose(both("Campaign id", "Identifiant de campagne"), both("Copy it into the settings", "Copiez-le dans les réglages"), Words{}))
	default:
		s.Fields = append(s.Fields, paste(both("Campaign id in Parley’s settings", "Identifiant de campagne dans les réglages de Parley"), c.campaign,
			both("Must be the one that Braze shows under Schedule Delivery.", "Doit être celui que Braze affiche sous Planifier la livraison.")))
	}
	return s
}
