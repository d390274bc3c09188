import { format } from "../../../words/locale";
import type { Words } from "./words";

const { plural } = format("fr");

export const fr: Words = {
  gatewayCure: "Vérifiez que Parley tourne, puis réessayez.",
  copy: "Copier",
  copyOf: (name) => `Copier : ${name}`,
  copied: "Copié",

  routesAbout: "Chaque campagne webhook de Braze envoie à une route. Les routes se créent dans les réglages.",
  tierTitle: (workspace: string) => `Modèles de ${workspace}`,
  tierOf: (people: string, limit: string) =>
    `${people} clients sur ${limit} que les modèles peuvent atteindre en 24 heures en ont reçu un.`,
  tierFree: (n: number) =>
    plural(n, {
      one: "# client a reçu un modèle ces dernières 24 heures.",
      other: "# clients ont reçu un modèle ces dernières 24 heures.",
    }),
  tierFull: (when: string) =>
    `La limite de messages est atteinte : les modèles sont refusés jusqu’à ce qu’il y ait de la place (${when}).`,
  tierClose: "La limite de messages est presque atteinte.",
  tierAbout:
    "Sont comptés les modèles que Parley envoie. WhatsApp compte aussi vos propres campagnes ; indiquez la limite du numéro dans window.messaging_limit.",
  routesFailed: "Impossible de lire les routes",
  routesEmpty: "Aucune route",
  routesEmptyDo:
    "Ajoutez aux réglages un espace de travail avec une route. « Mise en place dans Braze » dit ensuite quoi coller où.",
  keyword: "Mot-clé",
  catchAll: "Générale",
  lastSeen: (age) => `dernier signe : ${age}`,
  never: "rien reçu pour l’instant",
  week: (n) => `${n} en 7 jours`,
  counts: {
    received: "Reçus aujourd’hui",
    duplicates: "Copies écartées",
    repaired: "Corps réparés",
    unreadable: "Illisibles",
    rejected: "Refusés",
    tests: "Tests",
  },
  countsAbout: {
    received: "Messages enregistrés",
    duplicates: "Le même message une fois encore, de Braze ou par une autre route",
    repaired: "Il manque json_escape au corps de la campagne ; Parley l’a réparé",
    unreadable: "Gardés pour que vous les regardiez",
    rejected: "Secret ou signature erronés, ou adresse non autorisée",
    tests: "Envois de test depuis le tableau de bord de Braze",
  },
  seeUnreadable: "Les regarder",
  team: (name) => `Équipe ${name}`,
  teamMissing: (name) =>
    `Aucune équipe ne s’appelle ${name}. D’ici là, l’équipe est choisie selon le sujet et la langue.`,
  speaks: (language) => `Langue de départ : ${language}`,
  ownKnowledge: "Base de connaissances propre",
  signed: "Signée",
  secret: "Clé secrète",
  secretMade: (days) =>
    days < 1 ? "créée aujourd’hui" : plural(days, { one: "créée il y a # jour", other: "créée il y a # jours" }),
  secretFirst: (days) =>
    days < 1
      ? "première utilisation aujourd’hui"
      : plural(days, { one: "première utilisation il y a # jour", other: "première utilisation il y a # jours" }),
  secretUnused: "jamais utilisée",
  secretOld:
    "Il est temps d’en changer : ajoutez la nouvelle aux réglages, modifiez la campagne, puis retirez celle-ci.",
  secretStale: "Plus utilisée ces derniers temps : la campagne en envoie une autre.",

  guideAbout:
    "Ce qu’il faut créer dans Braze pour ces réglages, champ par champ, et pourquoi. « La page » est le guide de Braze sur les systèmes externes.",
  guideFailed: "Impossible de lire le guide",
  guideEmpty: "Aucun espace de travail",
  guideEmptyDo:
    "Ajoutez d’abord un espace de travail aux réglages ; `parley config sample` affiche un fichier de départ.",
  noPublicUrl:
    "public_url n’est pas renseigné : les adresses ci-dessous sont un exemple. Indiquez l’adresse https par laquelle Braze atteint Parley.",
  workspace: "Espace de travail",

  doctorAbout: "Cherche ce qui empêche des messages d’arriver ou de partir. Ne modifie rien et n’envoie rien.",
  run: "Lancer le docteur",
  runAgain: "Relancer",
  running: "Examen en cours",
  checks: "Vérifications",
  notRunDo: "Lancez le docteur pour voir si Braze, les webhooks et la base de données sont en ordre.",
  doctorFailed: "Le docteur n’a pas pu terminer",
  levels: {
    ok: "En ordre",
    note: "Bon à savoir",
    warn: "Des messages se perdent ou tardent",
    fail: "Ne fonctionne pas",
  },
  allWell: "Tout ce qui peut être vu est en ordre.",
  found: (fails, warns) =>
    [
      fails > 0 ? plural(fails, { one: "# point ne fonctionne pas", other: "# points ne fonctionnent pas" }) : "",
      warns > 0
        ? plural(warns, {
            one: "# point perd ou retarde des messages",
            other: "# points perdent ou retardent des messages",
          })
        : "",
    ]
      .filter(Boolean)
      .join(", "),
  cure: "Que faire",

  loop: "Test de boucle",
  loopAbout: "Écrivez à votre numéro WhatsApp depuis votre propre téléphone et suivez chaque étape.",
  loopPhone: "Votre numéro",
  loopPhoneHint: "Pour que le message d’un autre ne compte pas. Vide : le premier message qui arrive.",
  loopStart: "Commencer",
  loopStop: "Arrêter",
  loopAgain: "Recommencer",
  loopWrite: "Écrivez maintenant quelque chose à votre numéro WhatsApp.",
  loopOver: "Plus rien n’est venu en trois minutes.",
  loopFailed: "Le test ne peut pas continuer",
  loopConversation: "Ouvrir la conversation",
  stages: {
    arrived: "Il arrive chez Parley",
    decided: "Le bot décide",
    left: "Braze accepte la réponse",
    phone: "Elle est sur votre téléphone",
  },
  stageStates: {
    open: "pas encore",
    ok: "fait",
    note: "s’arrête ici",
    fail: "échec",
    look: "regardez votre téléphone",
  },
  lookAtPhone: "Est-elle arrivée ? Si votre téléphone reste muet, parcourez la liste ci-dessous.",
  likely: "Cause probable",

  byHand: "À vérifier dans Braze",
  byHandAbout: "Aucune API ne montre ces points. Cochez ce que vous avez trouvé correct.",
  byHandFailed: "Impossible de lire la liste",
  ifNot: "Sinon :",
};
