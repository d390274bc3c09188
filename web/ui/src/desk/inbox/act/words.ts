import { catalogue } from "../../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type ActWords = typeof en;
export const catalogues = { en, fr };
export const useActWords = catalogue<ActWords>(catalogues);
