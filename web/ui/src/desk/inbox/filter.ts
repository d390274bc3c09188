// What a list shows: a filter, its address, and which conversations belong to it. Pure.
import { serverNow } from "../../ui/now";
import { asked, type Filter, type Listed, type Sort, sorts, views } from "./calls";

export const everything: Filter = { view: "all", team: "", tag: "", language: "", agent: "", q: "", sort: "" };

/** Who reads: some views are theirs alone. */
export interface Reader {
  me: string;
  teams: readonly string[];
}

/** The filter that an address asks for; what it does not know, it leaves out. */
export function fromAddress(search: string): Filter {
  const from = new URLSearchParams(search);
  const text = (name: string) => from.get(name)?.slice(0, 200) ?? "";
  const view = views.find((v) => v === from.get("view")) ?? "all";
  const sort = sorts.find((s) => s === from.get("sort")) ?? "";
  const [team, tag, language, agent, q] = ["team", "tag", "language", "agent", "q"].map(text);
  return { view, team: team ?? "", tag: tag ?? "", language: language ?? "", agent: agent ?? "", q: q ?? "", sort };
}

/** The address of a filter, from its question mark on; "" for everything. */
export function toAddress(filter: Filter): string {
  const { view, ...rest } = asked(filter);
  const to = new URLSearchParams(view === "all" ? rest : { view: view ?? "all", ...rest }).toString();
  return to ? `?${to}` : "";
}

export function sameFilter(a: Filter, b: Filter): boolean {
  return toAddress(a) === toAddress(b);
}

/** How many of tag, language, agent and team a filter asks for, beside its view. */
export function narrowed(filter: Filter): number {
  return [filter.tag, filter.language, filter.agent, filter.view === "team" ? "" : filter.team].filter(Boolean).length;
}

/** The order of a list: who waits comes by their wait, everything else by what happened last. */
export function orderOf({ view, sort }: Pick<Filter, "view" | "sort">): Sort {
  return sort || (view === "queue" || view === "unassigned" ? "waiting" : "activity");
}

function inView({ view, team, agent }: Filter, c: Listed, { me, teams }: Reader): boolean {
  const waits = c.owner === "queue";
  const owned = c.owner === "agent";
  switch (view) {
    case "all":
      return true;
    case "mine":
      return owned && c.agent === me && !c.snoozedUntil;
    case "queue":
      return waits && !c.snoozedUntil;
    case "unassigned":
      return waits;
    case "team":
      return (waits || owned) && !c.snoozedUntil && (team !== "" || teams.includes(c.team ?? ""));
    case "bot":
      return c.owner === "bot";
    case "agent":
      return owned;
    case "snoozed":
      return !!c.snoozedUntil && (agent !== "" || c.agent === me || waits);
    case "mentioned":
      return c.mentioned === true;
    case "resolved":
      return c.owner === "none";
  }
}

/** Whether a conversation belongs to a filter, as far as a page can know: what a search finds only the server knows. */
export function belongs(filter: Filter, c: Listed, reader: Reader): boolean {
  const { team, tag, language } = filter;
  const agent = filter.agent === "me" ? reader.me : filter.agent;
  return (
    inView(filter, c, reader) &&
    (!team || c.team === team) &&
    (!tag || (c.tags ?? []).includes(tag)) &&
    (!language || c.language === language) &&
    (!agent || c.agent === agent)
  );
}

const time = (at: string | undefined, without: number) => (at ? Date.parse(at) : without);
const last = Number.MAX_SAFE_INTEGER;

/** Where a row stands among those that wait: the gateway's rank in the queue, else since when the customer waits. */
function wait(c: Listed): number {
  return c.owner === "queue" ? (c.queueRank ?? time(c.queuedAt, last)) : time(c.askedAt, last);
}

/** Compares two rows as the server does; the id decides between equals. */
export function comparing(order: Sort, now = serverNow()): (a: Listed, b: Listed) => number {
  const byId = (a: Listed, b: Listed) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  switch (order) {
    case "waiting":
      return (a, b) => wait(a) - wait(b) || byId(a, b);
    case "window": {
      const closes = (c: Listed) => (time(c.windowUntil, 0) > now ? time(c.windowUntil, last) : last);
      return (a, b) => closes(a) - closes(b) || byId(a, b);
    }
    case "opened":
      return (a, b) => time(b.openedAt, 0) - time(a.openedAt, 0) || byId(b, a);
    default:
      return (a, b) => time(b.lastAt, 0) - time(a.lastAt, 0) || byId(b, a);
  }
}

/** The parts of a text that a search found: each word finds what begins with it, whatever the accents and the case. */
export function marked(text: string, q: string): { text: string; hit: boolean }[] {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const digits = q.replace(/\D/g, "");
  if (words.length === 0 || !text) return [{ text, hit: false }];
  const folded = fold(text);
  // Folding that changes the length would mark the wrong letters.
  if (folded.length !== text.length) return [{ text, hit: false }];
  const hits: [number, number][] = [];
  for (const word of words) {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + word.length)) {
      if (at === 0 || !/[\p{L}\p{N}]/u.test(folded[at - 1] ?? "")) hits.push([at, at + word.length]);
    }
  }
  if (digits.length >= 4 && /^[+\d\s().-]+$/.test(text)) {
    const at = text.indexOf(digits);
    if (at >= 0) hits.push([at, at + digits.length]);
  }
  hits.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const out: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (const [start, end] of hits) {
    if (start < from) continue;
    if (start > from) out.push({ text: text.slice(from, start), hit: false });
    out.push({ text: text.slice(start, end), hit: true });
    from = end;
  }
  if (from < text.length) out.push({ text: text.slice(from), hit: false });
  return out;
}

/** Small letters without accents, as long as the text was: letters of two units stay as they are. */
function fold(text: string): string {
  return Array.from(text, (letter) => {
    const plain = letter.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return plain.length === letter.length ? plain : letter;
  }).join("");
}
