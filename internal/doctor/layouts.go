package doctor

import "parley/internal/config"

// composed is a campaign or Canvas that somebody has to make in Braze for one layout.
type composed struct {
	title, layout    Words
	campaign, canvas string
	parts            []printed
}

// printed is a place of the message and the trigger property that fills it.
type printed struct {
	name     Words
	property string
}

func body(property string) printed { return printed{both("Body", "Corps"), property} }

// layoutSheets has one for each layout that something must be composed for.
func layoutSheets(l config.Layouts) []Sheet {
	all := []composed{{
		both("The campaign that answers (text)", "La campagne qui répond (texte)"), both("Response message, layout text", "Message de réponse, mise en page texte"),
		l.Text.CampaignID, l.Text.CanvasID,
		[]printed{body(l.Text.Property)},
	}}
	add := func(c composed) {
		if c.campaign+c.canvas != "" {
			all = append(all, c)
		}
	}
	buttons := []printed{body(l.QuickReply.Property)}
	for i, b := range l.QuickReply.Buttons {
		buttons = append(buttons, printed{bothf("Button %d", "Bouton %d", i+1), b})
	}
	add(composed{
		both("The campaign that answers with buttons", "La campagne qui répond avec des boutons"), both("Response message, layout quick reply", "Message de réponse, mise en page réponse rapide"),
		l.QuickReply.CampaignID, l.QuickReply.CanvasID, buttons,
	})
	rows := []printed{body(l.List.Property), {both("List button", "Bouton de la liste"), l.List.Button}, {both("Section title", "Titre de section"), l.List.Section}}
	for i, r := range l.List.Rows {
		rows = append(rows, printed{bothf("Row %d", "Ligne %d", i+1), r})
		if i < len(l.List.Descriptions) {
			rows = append(rows, printed{bothf("Description of row %d", "Description de la ligne %d", i+1), l.List.Descriptions[i]})
		}
	}
	add(composed{
		both("The campaign that answers with a list", "La campagne qui répond avec une liste"), both("Response message, layout list", "Message de réponse, mise en page liste"),
		l.List.CampaignID, l.List.CanvasID, rows,
	})
	caption, address := both("Caption", "Légende"), both("Address of the file", "Adresse du fichier")
	add(composed{
		both("The campaign that answers with a picture", "La campagne qui répond avec une image"), both("Response message, layout media, image", "Message de réponse, mise en page média, image"),
		l.Image.CampaignID, l.Image.CanvasID,
		[]printed{{caption, l.Image.Property}, {address, l.Image.URL}},
	})
	add(composed{
		both("The campaign that answers with a video", "La campagne qui répond avec une vidéo"), both("Response message, layout media, video", "Message de réponse, mise en page média, vidéo"),
		l.Video.CampaignID, l.Video.CanvasID,
		[]printed{{caption, l.Video.Property}, {address, l.Video.URL}},
	})
	add(composed{
		both("The campaign that answers with a sound", "La campagne qui répond avec un son"), both("Response message, layout media, audio", "Message de réponse, mise en page média, audio"),
		l.Audio.CampaignID, l.Audio.CanvasID,
		[]printed{{address, l.Audio.URL}},
	})
	add(composed{
		both("The campaign that answers with a document", "La campagne qui répond avec un document"), both("Response message, layout media, document", "Message de réponse, mise en page média, document"),
		l.Document.CampaignID, l.Document.CanvasID,
		[]printed{{caption, l.Document.Property}, {address, l.Document.URL}},
	})
	add(composed{
		both("The campaign that answers with a link", "La campagne qui répond avec un lien"), both("Response message, layout CTA button", "Message de réponse, mise en page bouton d’appel à l’action"),
		l.CTA.CampaignID, l.CTA.CanvasID,
		[]printed{body(l.CTA.Property), {both("Button text", "Texte du bouton"), l.CTA.Label}, {both("Button address", "Adresse du bouton"), l.CTA.URL}},
	})
	add(composed{
		both("The campaign that answers with a form", "La campagne qui répond avec un formulaire"), both("Response message, layout WhatsApp Flow", "Message de réponse, mise en page WhatsApp Flow"),
		l.Flow.CampaignID, l.Flow.CanvasID,
		[]printed{body(l.Flow.Property), {both("Button text", "Texte du bouton"), l.Flow.Label}},
	})
	var parameters []printed
	for i, property := range l.Template.Properties {
		parameters = append(parameters, printed{bothf("Parameter {{%d}}", "Paramètre {{%d}}", i+1), property})
	}
	add(composed{
		both("The campaign with the template that opens a conversation again", "La campagne avec le modèle qui rouvre une conversation"), both("Template message, approved by WhatsApp", "Modèle de message, approuvé par WhatsApp"),
		l.Template.CampaignID, "", parameters,
	})
	add(composed{
		both("The campaign with the template that says an answer waits", "La campagne avec le modèle qui annonce une réponse en attente"), both("Template message, approved by WhatsApp", "Modèle de message, approuvé par WhatsApp"),
		l.Notice.CampaignID, "", nil,
	})
	out := make([]Sheet, len(all))
	for i, c := range all {
		out[i] = replySheet(c)
	}
	return out
}

// otherPermissions are those that a layout needs beside campaigns.trigger.send.
func otherPermissions(l config.Layouts) []string {
	var out []string
	if l.QuickReply.Message.AppID+l.List.Message.AppID+l.Image.Message.AppID != "" {
		out = append(out, "messages.send")
	}
	if l.Text.CanvasID+l.QuickReply.CanvasID+l.List.CanvasID+l.Image.CanvasID+l.Video.CanvasID+l.Audio.CanvasID+l.Document.CanvasID+l.CTA.CanvasID+l.Flow.CanvasID != "" {
		out = append(out, "canvas.trigger.send")
	}
	return out
}
