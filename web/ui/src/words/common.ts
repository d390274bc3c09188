import { en } from "./common.en";
import { fr } from "./common.fr";
import { catalogue } from "./locale";

export const useCommonWords = catalogue<typeof en>({ en, fr });
