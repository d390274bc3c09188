import { catalogue } from "../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type ShellWords = typeof en;
export const catalogues = { en, fr };
export const useShellWords = catalogue<ShellWords>(catalogues);
/** What is written alike in both languages. */
export const same = /^(groups\.(actions|conversations|pages)|notifications|withNews)$/;
