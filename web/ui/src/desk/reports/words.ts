import { catalogue } from "../../words/locale";
import { en } from "./words.en";
import { fr } from "./words.fr";

export type ReportWords = typeof en;
export const catalogues = { en, fr };
export const useReportWords = catalogue<ReportWords>(catalogues);
/** What is written alike in both languages. */
export const same =
  /^(route|messages\.(bot|agents)|(intents|agents)\.(count|conversations)|deliveries\.count|containment\.answer)$/;
