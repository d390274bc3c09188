import { catalogue } from "../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type Words = typeof en;
export const catalogues = { en, fr };
export const useWords = catalogue<Words>(catalogues);
/** What is written alike in both languages. */
export const same =
  /^(inbox|pages\.inbox|sections\.webhooks|navigation|deadRoute|owners\.(agent|bot)|authors\.(agent|bot|system|note)|keyGroups\.conversation|conversation|route|identityKinds\.(external_id|braze_id|alias))$/;
