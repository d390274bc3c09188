import { catalogue } from "../../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type PersonWords = typeof en;
export const catalogues = { en, fr };
export const usePersonWords = catalogue<PersonWords>(catalogues);
