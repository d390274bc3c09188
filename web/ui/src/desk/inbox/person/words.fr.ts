import { format, type Shape } from "../../../words/locale";
import type { en } from "./words.en";

const { plural } = format("fr");

export const fr: Shape<typeof en> = {
  optedOut: "Cette personne ne veut plus de messages.",
  optedOutOn: (day: string) => `Cette personne ne veut plus de messages (${day}).`,
  optedOutDo: "Répondez à ce qu’elle demande, et n’envoyez rien d’autre.",
  optedOutTold: "Braze ne lui remet plus rien, réponses comprises, tant qu’elle n’a pas écrit START.",
  consent: "Messages à cette personne",
  decisions: {
    opt_out: {
      word: "A écrit STOP",
      confirmed: "Ne veut plus de messages, et l’a confirmé",
      handed_over: "Ne veut plus de messages",
      agent: "Plus de messages",
    },
    opt_in: {
      word: "A écrit START",
      confirmed: "Veut de nouveau des messages",
      handed_over: "Veut de nouveau des messages",
      agent: "De nouveau des messages",
    },
  },
  decidedBy: (who: string) => `indiqué par ${who}`,
  consentStates: {
    waiting: "Braze en est averti",
    told: "Braze le sait",
    failed: "refusé par Braze",
    kept: "conservé ici",
    superseded: "remplacé",
  },
  optOut: "Désinscrire cette personne",
  optIn: "Réinscrire cette personne",
  optOutAsk: "A-t-elle dit ne plus vouloir de messages ?",
  optInAsk: "A-t-elle dit vouloir de nouveau des messages ?",
  optOutDo: "Braze en est averti une minute plus tard et ne lui remet alors plus rien, vos réponses comprises.",
  optInDo: "Braze en est averti avec le prochain message. À ne faire qu’à sa demande.",
  decide: { opt_out: "Désinscrire", opt_in: "Réinscrire" },
  consentFailed: "Cela n’a pas été conservé. Réessayez.",
  identify: "Indiquer l’external id",
  identifyLabel: "External id de ce client",
  identifyAbout:
    "Braze ne le connaît que par un numéro. Avec son external id, Braze fusionne ses profils, et ses conversations se rejoignent ici. C’est définitif.",
  identifyDo: "Indiquer",
  identifyCancel: "Annuler",
  attributes: "De Braze",
  past: "Conversations passées",
  pastNone: "C’est sa première conversation.",
  pastFailed: "Ce que l’on sait de cette personne n’a pas pu être lu.",
  pastCount: (n: number) => plural(n, { one: "# échange", other: "# échanges" }),
  lines: (n: number) => plural(n, { one: "# ligne", other: "# lignes" }),
  openIt: "L’ouvrir",
  earlier: "On y trouve les lignes plus anciennes.",
  still: "toujours ouverte",
  outcomes: { solved: "Résolue", unsolved: "Non résolue", spam: "Indésirable", other: "Terminée" },
  noWords: "Sans texte",
  privacy: "Vie privée",
  privacyText:
    "De ce qui figure ici, seul ce qui est listé sous « Transmis à Braze » sort de Parley. Les clients ne voient jamais les notes, les étiquettes ni ce volet. Ne copiez des données personnelles que là où vos règles le permettent.",
  retry: "Réessayer",
};
