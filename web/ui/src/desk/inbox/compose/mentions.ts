// Calling colleagues in a note by "@Name". Pure.
import { plain } from "./canned";

export interface Named {
  id: string;
  name: string;
}

/** What stands after an at sign before the caret, if one is being written. */
export function atBefore(text: string, caret: number): { from: number; query: string } | undefined {
  const found = /(?:^|[\s(])@([^\s@][^@\n]{0,30}|)$/.exec(text.slice(0, caret));
  return found ? { from: caret - (found[1] ?? "").length - 1, query: found[1] ?? "" } : undefined;
}

/** The people whose name has a word that begins with the query. */
export function findNamed<P extends Named>(people: readonly P[], query: string, limit = 6): P[] {
  const q = plain(query);
  const fits = (name: string) =>
    plain(name).startsWith(q) ||
    plain(name)
      .split(/\s+/)
      .some((word) => word.startsWith(q));
  return people.filter((p) => fits(p.name)).slice(0, limit);
}

/** One piece of a note: words, or the name of somebody it calls. */
export interface NotePiece {
  text: string;
  person?: Named;
}

/** A note in pieces. Of two names that begin alike the longer one is meant. */
export function pieces(text: string, people: readonly Named[]): NotePiece[] {
  const byLength = [...people].filter((p) => p.name).sort((a, b) => b.name.length - a.name.length);
  const out: NotePiece[] = [];
  let words = "";
  for (let i = 0; i < text.length; ) {
    const person =
      text[i] === "@" && !/[\p{L}\p{N}]/u.test(text[i - 1] ?? "")
        ? byLength.find(
            (p) => text.startsWith(p.name, i + 1) && !/[\p{L}\p{N}]/u.test(text[i + 1 + p.name.length] ?? ""),
          )
        : undefined;
    if (!person) {
      words += text[i++];
      continue;
    }
    if (words) out.push({ text: words });
    words = "";
    out.push({ text: `@${person.name}`, person });
    i += person.name.length + 1;
  }
  if (words) out.push({ text: words });
  return out;
}

/** The ids of the people a note calls, each once. */
export function mentioned(text: string, people: readonly Named[]): string[] {
  return [...new Set(pieces(text, people).flatMap((p) => (p.person ? [p.person.id] : [])))];
}
