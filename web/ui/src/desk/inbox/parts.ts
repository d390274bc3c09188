// How a reply will leave: a text beyond WhatsApp's limit goes out as several messages, cut where the gateway cuts it.
// The gateway's Split (internal/channel/delivery) is the rule; one table of cases tests both.

/** Characters of one WhatsApp message, in code points. */
export const partLimit = 4096;
/** The longest reply the gateway takes, in code points. */
export const replyLimit = 8000;

/** Length in code points, which is what WhatsApp counts. */
export function codePoints(text: string): number {
  // Code points are at most as many as UTF-16 units: only a long text is worth counting exactly.
  return text.length <= partLimit ? text.length : [...text].length;
}

/** The number of messages a text leaves as; 0 when there is nothing to send. */
export function countParts(text: string): number {
  return split(withoutLiquid(text), partLimit).length;
}

/** The gateway breaks every opening Liquid delimiter with an invisible sign before it cuts, which takes room. */
function withoutLiquid(text: string): string {
  return text.replace(/\{(?=[{%])/g, "{\u2060");
}

/** Cuts a text into parts of at most `limit` code points; a limit below 1 means none. */
export function split(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = [...trim(text)];
  while (limit > 0 && rest.length > limit) {
    const cut = cutAt(rest, limit);
    parts.push(trim(rest.slice(0, cut).join("")));
    rest = rest.slice(rest.findIndex((sign, i) => i >= cut && !space.test(sign)));
  }
  if (rest.length > 0) parts.push(rest.join(""));
  return parts;
}

// Not \s, which knows the byte order mark and not the next-line sign; the gateway goes by Unicode.
const space = /\p{White_Space}/u;
const around = /^\p{White_Space}+|\p{White_Space}+$/gu;
const trim = (text: string) => text.replace(around, "");

const ends: ((text: string[], i: number) => boolean)[] = [
  (text, i) => text[i] === "\n" && text[i + 1] === "\n",
  (text, i) => text[i] === "\n",
  (text, i) => space.test(text[i] ?? "") && ".!?…。！？".includes(text[i - 1] ?? "-"),
  (text, i) => space.test(text[i] ?? ""),
];

/** The end of a paragraph in the second half of what fits, else of a line, a sentence, a word, else the limit. */
function cutAt(text: string[], limit: number): number {
  for (const end of ends) {
    for (let i = limit; i > Math.trunc(limit / 2); i--) if (end(text, i)) return i;
  }
  return whole(text, limit);
}

const joiner = "\u200d";
const drawnOnto = /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}])/u;

/** Moves a forced cut back, so that it does not part a base from its marks, joiners and skin tones. */
function whole(text: string[], cut: number): number {
  for (let i = cut; i > Math.trunc(cut / 2); i--) {
    if (!drawnOnto.test(text[i] ?? "") && text[i - 1] !== joiner) return i;
  }
  return cut;
}
