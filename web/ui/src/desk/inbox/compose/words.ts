import { catalogue } from "../../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type ComposeWords = typeof en;
export const catalogues = { en, fr };
export const useComposeWords = catalogue<ComposeWords>(catalogues);
/** What is written alike in both languages. */
export const same = /^modes\.note$/;
