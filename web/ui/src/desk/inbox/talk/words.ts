import { catalogue } from "../../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type TalkWords = typeof en;
export const catalogues = { en, fr };
export const useTalkWords = catalogue<TalkWords>(catalogues);
/** What is written alike in both languages. */
export const same = /^(note|media\.kinds\.document|priority\.urgent|handover\.names\.date)$/;
