import { format, type Shape } from "../../../words/locale";
import type { en } from "./words.en";

const { plural } = format("fr");

export const fr: Shape<typeof en> = {
  optedOut: "Cette personne ne veut plus de messages.",
  optedOutOn: (day: string) => `Cette personne ne veut plus de messages (${day}).`,
  optedOutDo: "Répondez à ce qu’elle demande, et n’envoyez rien d’autre.",
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
