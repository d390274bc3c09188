import { format, type Shape } from "../../../words/locale";
import type { en } from "./words.en";

const { plural, number } = format("fr");

export const fr: Shape<typeof en> = {
  viewing: (names: string) => `${names} regarde aussi cette conversation`,
  viewingMany: (names: string) => `${names} regardent aussi cette conversation`,
  typing: (names: string) => `${names} écrit aussi une réponse`,
  typingMany: (names: string) => `${names} écrivent aussi une réponse`,
  and: "et",

  toTeam: (team: string) => `pour ${team}`,
  assignedTo: (by: string, to: string) => `Confiée à ${to} par ${by}`,
  assignedToNobody: (by: string) => `Confiée par ${by}`,
  passedBackBy: (who: string) => `Rendue au bot par ${who}`,
  resolvedBy: (who: string) => `Résolue par ${who}`,
  reopenedBy: (who: string) => `Rouverte par ${who}`,
  offeredBy: (who: string) => `Confiée à des personnes par ${who}`,
  expired: (who: string) => `Silence de ${who} : retour dans la file`,
  theBot: "Le bot",

  handover: {
    wants: "Souhaite",
    tried: "Essayé",
    known: "Connu",
    nothingTried: "Rien encore",
    nothingKnown: "Rien d’autre que cette conversation",
    unfold: "Tout ce qui est transmis",
    fold: "Moins",
    upset: "Mécontent",
    calm: "Calme",
    mood: "Humeur",
    facts: "Faits",
    source: "Montrer la ligne d’où cela vient",
    intents: "De quoi il peut s’agir",
    entities: "Détails",
    last: "Derniers messages",
    reply: "Réponse proposée",
    useReply: "L’utiliser",
    needed: "Fallait-il une personne ?",
    yes: "Oui",
    no: "Non",
    labelled: "Merci. Le bot apprend ainsi quand passer la main.",
    labelFailed: "Non enregistré. Réessayez.",
    failed: "Ce que le bot a transmis n’a pas pu être lu.",
    window: (span: string) => `Fenêtre : encore ${span}`,
  },

  csat: {
    asked: "On a demandé son avis au client",
    answered: (score: number) => `Le client a donné la note de ${number(score)} sur 5`,
    expired: "On a demandé son avis au client, qui n’a pas répondu",
  },

  status: {
    stale: "Le responsable a changé avant l’envoi. Envoyez-le vous-même s’il est toujours vrai.",
    window_closed: "La fenêtre de 24 heures s’est fermée avant l’envoi. Seul un modèle peut encore être envoyé.",
    too_old: "Il a attendu trop longtemps et serait arrivé mal à propos. Renvoyez-le s’il est toujours vrai.",
    unknown:
      "La liaison avec Braze s’est rompue après l’envoi. Il est peut-être arrivé : demandez avant de le renvoyer.",
    refused: (detail: string) => `Braze l’a refusé : ${detail}`,
  },
  resend: "Le remettre dans la zone de réponse",

  media: {
    kinds: { image: "Image", video: "Vidéo", audio: "Message vocal", document: "Document", unknown: "Fichier" },
    open: "Afficher l’image en grand",
    close: "Fermer l’image",
    download: "Télécharger",
    next: "Image suivante",
    previous: "Image précédente",
    count: (n: number, of: number) => `${n} sur ${of}`,
    tooLarge: "Trop volumineux pour être affiché ici.",
    refused: "Non récupéré : son adresse n’est pas sûre.",
    gone: "N’existe plus. Les médias de WhatsApp ne restent disponibles que peu de temps.",
    failed: "Il n’a pas pu être récupéré.",
    retry: "Réessayer",
    loading: "Récupération",
  },

  note: "Note",
  noteBy: (who: string) => `Note de ${who}`,
  noteInside: "Visible des collègues seulement",
  snoozedUntil: (when: string) => `Mise de côté jusqu’à ${when}`,
  priority: { high: "Priorité haute", urgent: "Urgent" },
  place: (n: number) => `Numéro ${number(n)} dans la file`,
  team: (name: string) => `Équipe ${name}`,
  tagList: "Étiquettes",
  older: (n: number) => plural(n, { one: "# message plus ancien", other: "# messages plus anciens" }),
};
