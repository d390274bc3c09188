import { format, type Shape } from "../../words/locale";
import type { en } from "./words.en";

const { plural } = format("fr");

export const fr: Shape<typeof en> = {
  palette: "Tout trouver, tout faire",
  paletteHint: "Tapez une commande, un nom, une page",
  paletteFound: (n: number) => plural(n, { one: "# résultat", other: "# résultats" }),
  paletteNothing: "Rien ne porte ce nom",
  paletteNothingDo: "Essayez moins de lettres, ou la recherche de la liste pour les mots des messages.",
  searching: "Recherche de conversations",
  groups: {
    actions: "Actions",
    conversations: "Conversations",
    people: "Personnes",
    views: "Vues",
    pages: "Pages",
  },
  goTo: (page: string) => `Aller à : ${page}`,
  be: (presence: string) => `Mon statut : ${presence}`,
  theme: (theme: string) => `Thème : ${theme}`,
  speak: (language: string) => `Langue : ${language}`,
  conversationsOf: (who: string) => `Conversations de ${who}`,
  move: "Se déplacer",
  choose: "Choisir",
  close: "Fermer",

  status: "Mon statut",
  presence: { online: "En ligne", away: "Absent", offline: "Hors ligne" },
  presenceAbout: {
    online: "De nouvelles conversations peuvent vous être confiées.",
    away: "Rien de nouveau ne vous arrive ; vous gardez ce que vous avez.",
    offline: "Personne ne compte sur vous.",
  },
  awayByItself: (since: string) =>
    `Absent automatiquement depuis ${since} : ni frappe ni clic. Une touche suffit pour revenir.`,
  awayByItselfNow: "Absent automatiquement : ni frappe ni clic. Une touche suffit pour revenir.",
  presenceFailed: "Votre statut n’a pas changé. Réessayez.",
  load: (load: number, capacity: number) => `${load} conversations sur ${capacity}`,
  loadOpen: (load: number) => plural(load, { one: "# conversation en cours", other: "# conversations en cours" }),
  full: "Vous en avez autant que vous en prenez.",

  colleagues: "Collègues",
  colleaguesOnline: (n: number) => plural(n, { one: "# collègue en ligne", other: "# collègues en ligne" }),
  colleaguesNone: "Vous êtes seul ici",
  colleaguesNoneDo: "Vos collègues apparaissent dès qu’un administrateur les a invités.",
  colleaguesFailed: "Les collègues n’ont pas pu être lus. Ils le seront dès que la passerelle répond.",
  since: (when: string) => `depuis ${when}`,

  notifications: "Notifications",
  desktop: "Notifications du bureau",
  desktopHint: "Nouveau dans ma file, confié à moi, réponse, mention.",
  desktopRefused: "Le navigateur refuse les notifications de cette page. Autorisez-les dans ses réglages pour ce site.",
  desktopMissing: "Ce navigateur ne montre de notifications qu’aux pages servies en HTTPS.",
  sound: "Son",
  soundHint: "Deux notes douces, une seule fois pour tous les onglets.",
  news: {
    queued: (who: string) => `${who} attend dans la file`,
    queuedMany: (n: number) => plural(n, { one: "# nouvelle dans la file", other: "# nouvelles dans la file" }),
    assigned: (who: string) => `${who} vous est confié`,
    answered: (who: string) => `Réponse de ${who}`,
    mention: (by: string) => `${by} vous a mentionné`,
  },
  newsMention: "Ouvrez la note pour répondre.",
  withNews: (n: number, title: string) => `(${n}) ${title}`,
};
