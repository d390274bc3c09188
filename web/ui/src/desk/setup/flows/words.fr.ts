import { format } from "../../../words/locale";
import type { Words } from "./words";

const { plural } = format("fr");

export const fr: Words = {
  about:
    "Ce que l’assistant demande, consulte et fait pas à pas, tel que publié. Les parcours s’écrivent dans des fichiers.",
  failed: "Impossible de lire les parcours",
  cure: "Vérifiez que Parley tourne, puis réessayez.",
  empty: "Aucun parcours",
  emptyDo:
    "Indiquez un dossier sous flows dans les réglages, ou écrivez flows: builtin. docs/flows.md explique comment écrire, essayer et publier des parcours.",
  choose: "Parcours",
  version: "Version",
  actions: {
    publish: (by: string, age: string) => `publié par ${by}, ${age}`,
    rollback: (by: string, age: string) => `rétabli par ${by}, ${age}`,
    start: (_by: string, age: string) => `publié au premier démarrage, ${age}`,
  },
  speaks: (languages: string) => `parle ${languages}`,
  older: (n: number) =>
    plural(n, {
      one: "# conversation est encore dans une version précédente",
      other: "# conversations sont encore dans des versions précédentes",
    }),
  inDays: (n: number) => `Ces ${n} derniers jours`,
  counts: {
    waiting: "En cours",
    entered: "Commencés",
    ended: "Menés à terme",
    left: "Abandonnés",
    handed: "Confiés à une personne",
    expired: "Restés silencieux",
  },
  graph: (name: string) => `Étapes de ${name}`,
  kinds: {
    say: "Dit",
    ask: "Demande",
    branch: "Choisit",
    call: "Appelle",
    set: "Note",
    wait: "Attend",
    jump: "Continue avec",
    handoff: "Passe le relais",
  },
  end: "Fin",
  here: (n: number) => plural(n, { one: "# ici", other: "# ici" }),
  came: (n: number) => plural(n, { one: "# passage", other: "# passages" }),
  stopped: (n: number) => plural(n, { one: "# arrêt", other: "# arrêts" }),
  goesTo: (steps: string) => `Mène à : ${steps}`,
  asList: "Les étapes en liste",
  zoomIn: "Agrandir",
  zoomOut: "Réduire",
  fit: "Tout montrer",
  moves: "Tab passe à l’étape suivante.",
};
