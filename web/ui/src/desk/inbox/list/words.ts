import { catalogue } from "../../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type ListWords = typeof en;
export const catalogues = { en, fr };
export const useListWords = catalogue<ListWords>(catalogues);
/** What is written alike in both languages. */
export const same = /^(views\.(bot|mentioned|agent)|count|agent)$/;
