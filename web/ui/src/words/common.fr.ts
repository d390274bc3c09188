import type { en } from "./common.en";
import type { Shape } from "./locale";

export const fr: Shape<typeof en> = {
  close: "Fermer",
  cancel: "Annuler",
  retry: "Réessayer",
  loading: "Chargement",
  theme: "Thème",
  themeSystem: "Comme le système",
  themeLight: "Clair",
  themeDark: "Sombre",
  language: "Langue de cette page",
  english: "English",
  french: "Français",
  reconnecting: "Reconnexion en cours. Ce que vous voyez peut dater de quelques secondes.",
  offlineDraft: "Reconnexion en cours. Votre brouillon est conservé.",
  unreachable: "Le programme ne répond pas.",
};
