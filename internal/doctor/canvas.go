package doctor

import (
	"context"

	"parley/internal/channel/braze"
	"parley/internal/config"
)

// canvases are the Canvases that carry answers.
func canvases(w config.Workspace) []reply {
	l := w.Layouts
	var out []reply
	for _, r := range []reply{
		{"text", l.Text.CanvasID},
		{"quick_reply", l.QuickReply.CanvasID},
		{"list", l.List.CanvasID},
		{"image", l.Image.CanvasID},
		{"video", l.Video.CanvasID},
		{"audio", l.Audio.CanvasID},
		{"document", l.Document.CanvasID},
		{"cta", l.CTA.CanvasID},
		{"flow", l.Flow.CanvasID},
	} {
		if r.id != "" {
			out = append(out, r)
		}
	}
	return out
}

// canvas checks one reply Canvas; false means that no other need be asked about.
func (e *examination) canvas(ctx context.Context, client *braze.Client, w config.Workspace, c reply) bool {
	subject := w.ID + "/" + c.layout
	d, err := client.Canvas(ctx, c.id)
	if failed := braze.AsError(err); failed != nil {
		switch failed.Kind {
		case braze.KindForbidden:
			e.note("canvas_unseen", w.ID, canvasUnseen())
			return false
		case braze.KindInvalid, braze.KindNotFound:
			e.fail("canvas_missing", subject, canvasMissing(c.id))
		default:
			e.warn("canvas_unseen", subject, campaignUnread(failed.Message))
		}
		return true
	}
	switch {
	case d.Archived:
		e.fail("canvas_archived", subject, canvasArchived(d.Name))
	case d.Draft:
		e.fail("canvas_draft", subject, canvasDraft(d.Name))
	case d.Enabled != nil && !*d.Enabled:
		e.fail("canvas_stopped", subject, canvasStopped(d.Name))
	case d.ScheduleType != "" && d.ScheduleType != braze.ScheduleAPITriggered:
		e.fail("canvas_schedule", subject, canvasSchedule(d.Name, d.ScheduleType))
	default:
		e.ok("canvas", subject, canvasFine(d.Name))
	}
	return true
}

// facts checks what telling profiles needs, when anything is told.
func (e *examination) facts(ctx context.Context, client *braze.Client, w config.Workspace) {
	if !w.Profile.Declared() {
		return
	}
	err := braze.AsError(client.MayTrack(ctx))
	switch {
	case err == nil:
		e.ok("track", w.ID, mayTrack())
	case err.Kind == braze.KindForbidden:
		e.fail("track", w.ID, trackMissing())
	default:
		e.warn("track", w.ID, trackUnknown(err.Message))
	}
}

func mayTrack() Words {
	return both("The key may tell profiles of chats.", "La clé peut renseigner les profils sur les conversations.")
}

func trackMissing() said {
	return said{
		both("The settings tell customers’ profiles of their chats, but the key lacks the permission users.track: attributes go out with replies only, and events not at all.", "Les réglages renseignent les profils des clients, mais il manque à la clé l’autorisation users.track : les attributs ne partent qu’avec les réponses, et les événements pas du tout."),
		both("Permissions of a key are fixed. Create a new key that also has users.track under Settings > APIs and Identifiers, or take profile: out of the settings.", "Les autorisations d’une clé sont figées. Créez une nouvelle clé qui a aussi users.track sous Paramètres > API et identifiants, ou retirez profile: des réglages."),
	}
}

func trackUnknown(why string) said {
	return said{
		bothf("Whether the key may tell profiles could not be seen: %s.", "Impossible de voir si la clé peut renseigner les profils : %s.", why),
		both("Try again in a moment.", "Réessayez dans un instant."),
	}
}

func canvasFine(name string) Words {
	return bothf("Canvas “%s” is live and API-triggered.", "Le Canvas « %s » est actif et déclenché par API.", name)
}

func canvasMissing(id string) said {
	return said{
		bothf("Braze has no Canvas %s in this workspace.", "Braze n’a pas de Canvas %s dans cet espace de travail.", id),
		both("Copy the Canvas id from its Entry Schedule step, API-Triggered, in the workspace of this key.", "Copiez l’identifiant depuis l’étape Planification d’entrée du Canvas, déclenchement par API, dans l’espace de travail de cette clé."),
	}
}

func canvasArchived(name string) said {
	return said{
		bothf("Canvas “%s” is archived: Braze takes every answer and sends none.", "Le Canvas « %s » est archivé : Braze accepte chaque réponse et n’en envoie aucune.", name),
		both("Unarchive and launch it, or set the id of another Canvas.", "Désarchivez-le et lancez-le, ou indiquez l’identifiant d’un autre Canvas."),
	}
}

func canvasDraft(name string) said {
	return said{
		bothf("Canvas “%s” is a draft: Braze takes every answer and sends none.", "Le Canvas « %s » est un brouillon : Braze accepte chaque réponse et n’en envoie aucune.", name),
		both("Open it in Braze and press Launch Canvas.", "Ouvrez-le dans Braze et cliquez sur Lancer le Canvas."),
	}
}

func canvasStopped(name string) said {
	return said{
		bothf("Canvas “%s” is stopped: Braze takes every answer and sends none.", "Le Canvas « %s » est arrêté : Braze accepte chaque réponse et n’en envoie aucune.", name),
		both("Resume it in Braze.", "Reprenez-le dans Braze."),
	}
}

func canvasSchedule(name, schedule string) said {
	return said{
		bothf("Canvas “%s” cannot be entered through the API: its entry schedule is %s.", "On ne peut pas entrer dans le Canvas « %s » par l’API : sa planification d’entrée est %s.", name, schedule),
		both("Set its Entry Schedule to API-Triggered, or set the id of a Canvas that has it.", "Choisissez le déclenchement par API comme planification d’entrée, ou indiquez l’identifiant d’un Canvas qui l’a."),
	}
}

func canvasUnseen() said {
	return said{
		both("The key may not read Canvases, so whether they are live cannot be checked.", "La clé ne peut pas lire les Canvas : impossible de vérifier qu’ils sont actifs."),
		both("Parley works without. For this check, give a key that also has canvas.details.", "Parley fonctionne sans. Pour cette vérification, donnez une clé qui a aussi canvas.details."),
	}
}
