// Answers written beforehand: finding one, and filling in its variables. Pure.
import type { Canned } from "../talk/api";

/** {{name}}, or {{name|what stands there when nothing is known}}. */
const variable = /\{\{\s*([\w.]+)\s*(?:\|([^{}]*))?\}\}/g;

/** The word after a slash that stands before the caret at the start of the text or of a word, if one does. */
export function slashBefore(text: string, caret: number): { from: number; query: string } | undefined {
  const found = /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, caret));
  return found ? { from: caret - (found[1] ?? "").length - 1, query: found[1] ?? "" } : undefined;
}

/** Letters without case and accents, for comparing. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The answers a query finds: by shortcut, then by title, then by text; those of the language first in each. */
export function find(all: readonly Canned[], query: string, language: string, limit = 8): Canned[] {
  const q = plain(query);
  const rank = (c: Canned) => {
    if (!q) return 0;
    if (plain(c.shortcut).startsWith(q)) return 0;
    if (plain(c.title).includes(q)) return 1;
    return plain(c.text).includes(q) ? 2 : -1;
  };
  return all
    .map((canned) => ({ canned, rank: rank(canned), other: canned.language === language ? 0 : 1 }))
    .filter((c) => c.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.other - b.other || a.canned.shortcut.localeCompare(b.canned.shortcut))
    .slice(0, limit)
    .map((c) => c.canned);
}

/** One piece of an answer: words, or a variable that nothing is known for. */
export interface Piece {
  text: string;
  missing: boolean;
}

/** The answer with its variables filled in; those without a value stay as they are, to be seen. */
export function fill(text: string, values: Readonly<Record<string, string>>): Piece[] {
  const pieces: Piece[] = [];
  const add = (piece: Piece) => {
    const last = pieces.at(-1);
    if (last && !last.missing && !piece.missing) last.text += piece.text;
    else if (piece.text) pieces.push(piece);
  };
  let from = 0;
  for (const found of text.matchAll(variable)) {
    add({ text: text.slice(from, found.index), missing: false });
    const value = values[found[1] ?? ""] || found[2]?.trim();
    add(value ? { text: value, missing: false } : { text: `{{${found[1]}}}`, missing: true });
    from = found.index + found[0].length;
  }
  add({ text: text.slice(from), missing: false });
  return pieces;
}

/** The variables that still stand in a text, each once. */
export function missing(text: string): string[] {
  return [...new Set([...text.matchAll(variable)].map((found) => found[1] ?? ""))];
}

/** Where the first variable stands that is still to be filled in. */
export function firstMissing(text: string): { from: number; to: number } | undefined {
  const found = [...text.matchAll(variable)][0];
  return found ? { from: found.index, to: found.index + found[0].length } : undefined;
}

/** What can be filled in by itself: who the customer is and who writes. */
export function valuesOf(
  contact: { name: string; phone: string },
  agent: { name: string; email: string },
): Record<string, string> {
  const first = (name: string) => name.trim().split(/\s+/)[0] ?? "";
  return {
    "customer.name": contact.name,
    "customer.first_name": first(contact.name),
    "customer.phone": contact.phone,
    "agent.name": agent.name,
    "agent.first_name": first(agent.name),
    "agent.email": agent.email,
  };
}
