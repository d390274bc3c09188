import { catalogue } from "../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type BoardWords = typeof en;
export const catalogues = { en, fr };
export const useBoardWords = catalogue<BoardWords>(catalogues);
