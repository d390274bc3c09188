import { en } from "./common.en";
import { fr } from "./common.fr";
import { catalogue } from "./locale";

export const catalogues = { en, fr };
export const useCommonWords = catalogue<typeof en>(catalogues);
/** What is written alike in both languages. */
export const same = /^(english|french)$/;
