import { catalogue } from "../../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type Words = typeof en;
export const catalogues = { en, fr };
export const useWords = catalogue<Words>(catalogues);
/** What is written alike in both languages. */
export const same = /^version$/;
