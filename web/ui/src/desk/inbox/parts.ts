// How a reply will leave: a text beyond WhatsApp's limit goes out as several messages, cut where the gateway cuts it.

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
export function countParts(text: string, limit = partLimit): number {
  let rest = [...text.trim()];
  let parts = rest.length > 0 ? 1 : 0;
  while (rest.length > limit) {
    rest = [...rest.slice(cutAt(rest, limit)).join("").trimStart()];
    parts++;
  }
  return parts;
}

const space = /^\s$/;
const ends: ((text: string[], i: number) => boolean)[] = [
  (text, i) => text[i] === "\n" && text[i + 1] === "\n",
  (text, i) => text[i] === "\n",
  (text, i) => space.test(text[i] ?? "") && ".!?…。！？".includes(text[i - 1] ?? "-"),
  (text, i) => space.test(text[i] ?? ""),
];

/** The end of a paragraph in the second half of what fits, else of a line, a sentence, a word, else the limit. */
function cutAt(text: string[], limit: number): number {
  for (const end of ends) {
    for (let i = limit; i > limit / 2; i--) if (end(text, i)) return i;
  }
  return limit;
}
