import { format, type Shape } from "../../../words/locale";
import type { en } from "./profile.en";

const { plural } = format("fr");

export const fr: Shape<typeof en> = {
  title: "Transmis à Braze",
  about: "Ce que le profil Braze de cette personne dit de ses échanges, pour les segments.",
  points: (n: number) => plural(n, { one: "# point de données", other: "# points de données" }),
  states: {
    pending: "en attente",
    riding: "en route",
    sending: "en route",
    accepted: "accepté",
    failed: "refusé",
    unknown: "inconnu",
  },
  yes: "oui",
  no: "non",
  none: "retiré",
  added: (item: string) => `avec ${item}`,
  removed: (item: string) => `sans ${item}`,
  plus: (n: string) => `+ ${n}`,
  event: "événement",
  ledger: (n: number) => plural(n, { one: "La dernière entrée (#)", other: "Les # dernières entrées" }),
  reply: "avec une réponse",
  track: "seul",
  trouble: "Le dernier appel n’a pas abouti ; il sera refait.",
  unknownDo: "La connexion a été coupée : Braze l’a peut-être, peut-être pas.",
  stopped: "Plus rien n’est transmis à Braze sur cette personne.",
  purging: "Ce qui a été transmis est en train d’être retiré.",
  stop: "Ne plus transmettre",
  resume: "Reprendre",
  purge: "Retirer",
  purgeAsk: "Retirer ce qui a été transmis à Braze ?",
  purgeDo:
    "Ces attributs sont supprimés chez Braze, et plus rien n’est transmis. Les événements y restent : l’API de Braze ne sait pas les supprimer.",
  cancel: "Annuler",
  failed: "Ce qui a été transmis à Braze n’a pas pu être lu.",
  notDone: "Rien n’a été fait.",
  retry: "Réessayer",
};
