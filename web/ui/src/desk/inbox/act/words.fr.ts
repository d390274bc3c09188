import { format, type Shape } from "../../../words/locale";
import type { en } from "./words.en";

const { plural } = format("fr");

export const fr: Shape<typeof en> = {
  passBackShort: "Rendre",
  assignTo: "Confier à",
  findColleague: "Nom ou équipe",
  assignNote: "Note pour cette personne (facultatif)",
  nobodyHere: "Personne d’autre n’est là.",
  nobodyFits: "Personne de ce nom ne peut la prendre.",
  offline: (n: number) => plural(n, { one: "# collègue est hors ligne.", other: "# collègues sont hors ligne." }),
  load: (load: number, capacity: number) => `${load} sur ${capacity}`,
  full: "complet",
  presence: { online: "En ligne", away: "Absent", offline: "Hors ligne" },
  team: "Équipe",
  online: (n: number) => plural(n, { one: "# en ligne", other: "# en ligne" }),
  meFirst: "Vous",
  rosterFailed: "La liste des collègues n’a pas pu être lue.",

  snoozeUntil: "Mettre de côté jusqu’à",
  hour: "Dans une heure",
  tomorrow: "Demain",
  monday: "Lundi",
  custom: "Un autre moment",
  set: "Mettre de côté",
  past: "Choisissez un moment à venir.",
  wakeNow: "La reprendre maintenant",
  snoozeAbout: "Elle revient d’elle-même à ce moment-là, ou dès que le client écrit.",
  snoozedUntil: (when: string) => `Mise de côté jusqu’à ${when}`,

  tags: "Étiquettes",
  findTag: "Trouver ou ajouter une étiquette",
  addTag: (tag: string) => `Ajouter « ${tag} »`,
  removeTag: (tag: string) => `Retirer l’étiquette ${tag}`,
  noTags: "Aucune étiquette. Écrivez-en une et appuyez sur Entrée.",
  used: (n: number) => plural(n, { one: "utilisée # fois", other: "utilisée # fois" }),

  priority: "Priorité",
  priorities: { normal: "Normale", high: "Haute", urgent: "Urgente" },

  resolveAs: "Comment s’est-elle terminée ?",
  outcomes: { solved: "Résolue", unsolved: "Non résolue", spam: "Indésirable", other: "Autre chose" },
  resolveNote: "Note (facultatif)",
  resolveNow: "Résoudre",

  promise: "Ce qui a été promis au client (facultatif)",
  promiseHint: "Un remboursement sous cinq jours",
  promiseAbout: "Le bot en tient compte, et le prochain collègue le lit.",
  passBackNow: "Rendre au bot",

  failed: {
    assign: "Conversation non confiée.",
    snooze: "Conversation non mise de côté.",
    tags: "Les étiquettes n’ont pas été enregistrées.",
    priority: "La priorité n’a pas été enregistrée.",
    template: "Le modèle n’a pas été envoyé.",
  },
  failures: {
    offline: "La passerelle ne répond pas. Vérifiez la connexion, puis réessayez.",
    changed: "Quelqu’un a été plus rapide. La page montre l’état actuel ; choisissez de nouveau si besoin.",
  },
  again: "Réessayer",
  working: "En cours",
};
