import { format, type Shape } from "../../../words/locale";
import type { en } from "./words.en";

const { plural } = format("fr");

export const fr: Shape<typeof en> = {
  mode: "Que voulez-vous écrire",
  modes: { reply: "Réponse", note: "Note" },
  noteLabel: "Note pour les collègues",
  noteHint: "Visible des collègues seulement. @ appelle l’un d’eux.",
  leaveNote: "Laisser la note",
  noteNotSaved: "La note n’a pas été enregistrée.",
  noteOffline: "La passerelle ne répond pas. Réessayez : la note ne sera enregistrée qu’une fois.",

  canned: "Réponses types",
  cannedFound: (n: number) => plural(n, { one: "# réponse type", other: "# réponses types" }),
  cannedNone: "Aucune réponse type de ce nom.",
  cannedFailed: "Les réponses types n’ont pas pu être lues.",
  cannedKeys: "↑ ↓ pour choisir, Tab pour prendre",
  missing: (names: string) => `Rien n’est connu pour ${names} : complétez ou supprimez avant d’envoyer.`,
  colleagues: "Collègues",
  colleaguesFound: (n: number) => plural(n, { one: "# collègue", other: "# collègues" }),

  suggestion: "Réponse proposée",
  sure: (share: string) => `sûre à ${share}`,
  useIt: "L’utiliser",
  notThis: "Pas celle-ci",
  tabTakes: "Tab prend la réponse proposée",

  emoji: "Émojis",
  findEmoji: "Trouver un émoji",
  noEmoji: "Aucun émoji de ce nom.",

  viewing: (names: string, n: number) =>
    n === 1 ? `${names} regarde aussi cette conversation` : `${names} regardent aussi cette conversation`,
  typing: (names: string, n: number) =>
    n === 1 ? `${names} écrit aussi une réponse.` : `${names} écrivent aussi une réponse.`,
  and: "et",

  newerElsewhere: "Un brouillon plus récent, écrit dans un autre navigateur, a pris la place du vôtre.",
  olderElsewhere: "Il y avait un brouillon plus ancien, écrit dans un autre navigateur.",
  bringBack: "Reprendre l’autre",
  dismiss: "Fermer ce message",

  template: "Modèle",
  templateAbout:
    "Un texte libre ne peut plus être envoyé. Ce modèle le peut, et rouvre la fenêtre dès que le client répond.",
  templateSend: "Envoyer le modèle",
  templateFill: (name: string) => `Texte pour ${name}`,
  templateNone:
    "Aucun modèle n’est prévu pour rouvrir une conversation. Un administrateur peut en indiquer un dans la configuration.",
  templateSent: "Le modèle est en route.",

  waitAbout: "Ou écrivez dès maintenant : la réponse attend ici et part quand le client écrit de nouveau.",
  waitWrite: "Écrire une réponse qui attend",
  waits: "La fenêtre de 24 heures s’est fermée. Ce que vous envoyez attend ici que le client écrive de nouveau.",
  waitingTold: (when: string) => `Une réponse attend le client. Un modèle l’en a averti (${when}).`,
  waitingUntold: {
    no_notice: "Une réponse attend le client. Personne ne l’en a averti : aucun modèle n’est prévu pour cela.",
    opted_out: "Une réponse attend le client. Il n’en a pas été averti : il ne veut plus de messages.",
    messaging_limit:
      "Une réponse attend le client. Il en sera averti dès que la limite de messages du numéro le permettra.",
    soon: "Une réponse attend le client, qui en est averti.",
  },
};
