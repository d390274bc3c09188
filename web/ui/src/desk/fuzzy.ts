// Finding things by a few of their letters. Pure.

/** Where the letters of a search were found, and how well they fit: more is better. */
export interface Fit {
  score: number;
  /** Positions in the text, ascending. */
  at: readonly number[];
}

const boundary = /[\s\-_/.,:@()]/;

/** Small letters without accents, one for each letter of the text. */
function fold(text: string): string {
  return Array.from(text, (c) => c.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().charAt(0) || c).join("");
}

/**
 * Finds every letter of `search` in `text`, in order. Letters at the beginning of words and side by side count most, so
 * that "rq" finds "Reply queue" before "Requests". Undefined when one is missing.
 */
export function match(text: string, search: string): Fit | undefined {
  const wanted = fold(search).replace(/\s+/g, "");
  if (!wanted) return { score: 0, at: [] };
  const letters = fold(text);
  const whole = letters.indexOf(fold(search).trim());
  if (whole >= 0) {
    const begins = whole === 0 || boundary.test(letters[whole - 1] ?? "");
    const length = fold(search).trim().length;
    const at = Array.from({ length }, (_, i) => whole + i);
    return { score: 100 + (begins ? 50 : 0) - whole - letters.length / 100, at };
  }
  // The best place of each letter, from the last one backwards, so that a word's beginning wins over a letter before it.
  const at: number[] = [];
  let score = 0;
  let from = 0;
  for (let i = 0; i < wanted.length; i++) {
    const letter = wanted[i]!;
    const last = at.at(-1) ?? -2;
    let found = letters[last + 1] === letter ? last + 1 : beginning(letters, letter, from);
    // A word's beginning further on is worth it only when the rest still fits behind it.
    if (found < 0 || !fits(letters, wanted, i + 1, found + 1)) found = letters.indexOf(letter, from);
    if (found < 0) return undefined;
    score += found === last + 1 ? 8 : found === 0 || boundary.test(letters[found - 1] ?? "") ? 6 : 1;
    at.push(found);
    from = found + 1;
  }
  return { score: score - letters.length / 100 - (at[0] ?? 0) / 10, at };
}

function beginning(letters: string, letter: string, from: number): number {
  for (let i = letters.indexOf(letter, from); i >= 0; i = letters.indexOf(letter, i + 1)) {
    if (i === 0 || boundary.test(letters[i - 1] ?? "")) return i;
  }
  return -1;
}

function fits(letters: string, wanted: string, next: number, from: number): boolean {
  for (let i = next; i < wanted.length; i++) {
    const at = letters.indexOf(wanted[i]!, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

/** The things whose text fits, the best first; equals keep their order. An empty search finds everything. */
export function find<T>(things: readonly T[], text: (thing: T) => string, search: string): { thing: T; fit: Fit }[] {
  return things
    .flatMap((thing) => {
      const found = match(text(thing), search);
      return found ? [{ thing, fit: found }] : [];
    })
    .sort((a, b) => b.fit.score - a.fit.score);
}
