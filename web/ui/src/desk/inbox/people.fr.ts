import { format, type Shape } from "../../words/locale";
import type { people as en } from "./people.en";

const { plural, number } = format("fr");

export const people: Shape<typeof en> = {
  colleague: "Un collègue",
  acts: {
    accept: "Prendre la main",
    assign: "Confier",
    snooze: "Mettre de côté",
    tags: "Étiquettes",
    priority: "Priorité",
    pass_back: "Rendre au bot",
    resolve: "Résoudre",
    reopen: "Rouvrir",
  },
  actions: "Que faire de cette conversation",
  actFailed: {
    accept: "Conversation non prise.",
    pass_back: "Conversation non rendue.",
    resolve: "Conversation non résolue.",
    reopen: "Conversation non rouverte.",
  },
  dismiss: "Fermer ce message",

  reply: "Répondre au client",
  replyHint: "Écrivez une réponse",
  send: "Envoyer",
  sendWith: (key: string) => `${key} pour envoyer`,
  takesOver: {
    bot: "Vous prenez la main au bot.",
    queue: "Vous la prenez dans la file.",
    agent: "Vous prenez la main à un collègue.",
  },
  windowCloses: (span: string) => `La fenêtre se ferme dans ${span}.`,
  windowClosedAt: (time: string) =>
    `La fenêtre de 24 heures s’est fermée à ${time}. Seul un modèle peut encore être envoyé.`,
  windowClosedOn: (day: string, time: string) =>
    `La fenêtre de 24 heures s’est fermée à ${time} (${day}). Seul un modèle peut encore être envoyé.`,
  windowNone: "Le client n’a pas encore écrit. Seul un modèle peut être envoyé.",
  parts: (n: number) => plural(n, { one: "# seul message.", other: "# messages, à environ 6 s d’intervalle." }),
  tooLong: (over: number, limit: number) =>
    `${plural(over, { one: "# caractère", other: "# caractères" })} de trop : ${number(limit)} au plus par envoi.`,
  resolved: "Résolue. Si le client écrit de nouveau, une autre conversation commence.",
  sending: "Envoi…",
  newSince: (n: number) =>
    plural(n, { one: "# nouvelle ligne depuis que vous écrivez", other: "# nouvelles lignes depuis que vous écrivez" }),
  sendAnyway: "Envoyer quand même",
  keepEditing: "Continuer à écrire",
  notSent: "Non envoyé.",
  again: "Réessayer",
  failures: {
    offline: "La passerelle ne répond pas. Réessayez : l’envoi n’aura lieu qu’une fois.",
    closed: "La fenêtre de 24 heures s’est fermée. Seul un modèle peut encore être envoyé.",
    resolved: "La conversation a été résolue entre-temps. Rouvrez-la d’abord.",
    changed: "Quelqu’un a été plus rapide. La page montre l’état actuel ; choisissez de nouveau si besoin.",
    unsure: "La page a été fermée avant la réponse. Réessayez : l’envoi n’aura lieu qu’une fois.",
    refused: (detail: string) => `La passerelle a refusé : ${detail}`,
  },
};
