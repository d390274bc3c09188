// What the desk knows, and how each live event changes it. Pure: no clock, no network, no React.
import type { Line } from "../../live/stream";
import type { ApiError, Detail, Event, Message, Summary } from "../api";
import type { Filter, Listed } from "./calls";
import { belongs, comparing, everything, orderOf, type Reader } from "./filter";

/** One list of conversations. The order is the server's. */
export interface List {
  filter: Filter;
  items: readonly Listed[];
  /** New rows that wait until the reader's hand is off the list, by id. */
  waiting: ReadonlyMap<string, Listed>;
  /** Ids of rows that changed under the reader's hand: their place may be wrong, or they may no longer belong. */
  stale: ReadonlySet<string>;
  /** The list is in the reader's hand: what waits, waits for them. */
  held: boolean;
  nextCursor: string;
  loading: boolean;
  error: ApiError | undefined;
}

/** One conversation, open on the page. */
export interface Transcript {
  id: string;
  detail: Detail | undefined;
  /** By seq, ascending, without a gap that was noticed. */
  messages: Message[];
  /** Older messages exist. */
  more: boolean;
  loading: boolean;
  error: ApiError | undefined;
}

export interface State {
  line: Line;
  list: List;
  transcript: Transcript | undefined;
}

const none: List = {
  filter: everything,
  items: [],
  waiting: new Map(),
  stale: new Set(),
  held: false,
  nextCursor: "",
  loading: true,
  error: undefined,
};

export const initial: State = { line: "connecting", list: none, transcript: undefined };

/** A list of which nothing was read yet. */
export function blank(filter: Filter, held: boolean): List {
  return { ...none, filter, held };
}

/** What a change of the list depends on beside the change. */
export interface Eye extends Reader {
  /** No row moves, none leaves and new ones wait: the list is hovered or scrolled, or it has only just moved. */
  held: boolean;
  /** Id of the conversation that is being read: what arrives there is seen at once. */
  reading: string;
}

/** The newer of two states of one conversation: events and answers may overtake each other. */
function newer<T extends Summary>(a: Summary, b: T): T | Summary {
  if (b.epoch !== a.epoch) return b.epoch > a.epoch ? b : a;
  return b.lastSeq >= a.lastSeq ? b : a;
}

/** A row as a live event leaves it. Events are the same for everybody: what is unread for me follows from them. */
function changed(a: Listed, b: Listed, reading: string): Listed {
  if (newer(a, b) === a) return a;
  return { ...b, unread: isUnread(b, a, reading), mentioned: a.mentioned ?? false };
}

function isUnread(c: Listed, before: Listed | undefined, reading: string): boolean {
  if (c.id === reading || (c.owner !== "queue" && c.owner !== "agent")) return false;
  if (!before) return c.lastDirection === "in";
  return before.unread === true || (c.inSeq ?? 0) > (before.inSeq ?? c.inSeq ?? 0);
}

/**
 * Conversations changed: all of one frame at once, by id. The cost is one pass over the rows and a search for each place,
 * never a sort of everything. A searched list takes no new rows: only the server knows what its search finds.
 */
export function withConversations(state: State, changes: ReadonlyMap<string, Listed>, eye: Eye): State {
  const { list } = state;
  const compare = comparing(orderOf(list.filter));
  const fresh = new Map(changes);
  let items: Listed[] | undefined;
  let stale: Set<string> | undefined;
  for (let at = 0; at < list.items.length && fresh.size > 0; at++) {
    const before = list.items[at]!;
    const change = fresh.get(before.id);
    if (!change) continue;
    fresh.delete(before.id);
    const after = changed(before, change, eye.reading);
    if (after === before) continue;
    items ??= [...list.items];
    items[at] = after;
    if (compare(before, after) !== 0 || !stays(list.filter, after, eye)) {
      stale ??= new Set(list.stale);
      stale.add(after.id);
    }
  }
  let next: List = items ? { ...list, items, stale: stale ?? list.stale } : list;
  if (fresh.size > 0) next = withNew(next, fresh, eye);
  if (!eye.held) next = settle(next, eye);
  let transcript = state.transcript;
  const open = transcript && changes.get(transcript.id);
  if (open) transcript = withDetail(transcript, open);
  return next === list && transcript === state.transcript ? state : { ...state, list: next, transcript };
}

/** Whether a row that is listed stays. One that mentioned me does until the list is read again: I am reading it. */
function stays(filter: Filter, c: Listed, reader: Reader): boolean {
  return belongs(filter, filter.view === "mentioned" ? { ...c, mentioned: true } : c, reader);
}

function withNew(list: List, fresh: ReadonlyMap<string, Listed>, eye: Eye): List {
  let waiting: Map<string, Listed> | undefined;
  for (const [id, c] of fresh) {
    const before = list.waiting.get(id);
    const wanted = (before || !list.filter.q) && belongs(list.filter, c, eye) && within(list, c);
    if (!wanted && !before) continue;
    waiting ??= new Map(list.waiting);
    if (!wanted) waiting.delete(id);
    else
      waiting.set(id, before ? changed(before, c, eye.reading) : { ...c, unread: isUnread(c, undefined, eye.reading) });
  }
  return waiting ? { ...list, waiting } : list;
}

/** What a search finds now, asked again: rows that it did not find before come in like new ones. */
export function withFound(list: List, found: readonly Listed[], eye: Eye): List {
  const known = new Set(list.items.map((c) => c.id));
  const fresh = found.filter((c) => !known.has(c.id) && !list.waiting.has(c.id));
  if (fresh.length === 0) return list;
  const next = { ...list, waiting: new Map([...list.waiting, ...fresh.map((c) => [c.id, c] as const)]) };
  return eye.held ? next : settle(next, eye);
}

/** Whether a row falls into the pages read so far; one further down will come with its page. */
function within(list: List, c: Listed): boolean {
  const last = list.items.at(-1);
  return !list.nextCursor || !last || comparing(orderOf(list.filter))(c, last) < 0;
}

/** Puts waiting rows in, takes rows out that no longer belong, and moves those to their places that changed. */
export function settle(list: List, reader: Reader): List {
  if (list.waiting.size === 0 && list.stale.size === 0) return list;
  const compare = comparing(orderOf(list.filter));
  const kept: Listed[] = [];
  const loose = [...list.waiting.values()];
  for (const c of list.items) {
    if (!list.stale.has(c.id)) kept.push(c);
    else if (stays(list.filter, c, reader)) loose.push(c);
  }
  loose.sort(compare);
  const items: Listed[] = [];
  let from = 0;
  for (const c of loose) {
    const to = place(kept, c, compare, from);
    // Below the pages read so far others may stand between: it comes with its page.
    if (to === kept.length && kept.length > 0 && list.nextCursor) continue;
    for (; from < to; from++) items.push(kept[from]!);
    items.push(c);
  }
  for (; from < kept.length; from++) items.push(kept[from]!);
  return { ...list, items, waiting: none.waiting, stale: none.stale };
}

/** Where a row goes among sorted ones, at `from` at the earliest. */
function place(rows: readonly Listed[], c: Listed, compare: (a: Listed, b: Listed) => number, from: number): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(rows[middle]!, c) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a page below what is known; a row that moved meanwhile is not listed twice. */
export function withPage(list: List, items: readonly Listed[], nextCursor: string, first: boolean): List {
  const read = { nextCursor, loading: false, error: undefined };
  if (first) return { ...list, ...read, items, waiting: none.waiting, stale: none.stale };
  const known = new Set(list.items.map((i) => i.id));
  let { waiting } = list;
  if (items.some((i) => waiting.has(i.id))) {
    const left = new Map(waiting);
    for (const i of items) left.delete(i.id);
    waiting = left;
  }
  return { ...list, ...read, waiting, items: [...list.items, ...items.filter((i) => !known.has(i.id))] };
}

/** Changes one row where it stands. */
export function withRow(state: State, id: string, change: (c: Listed) => Listed): State {
  const at = state.list.items.findIndex((c) => c.id === id);
  const before = state.list.items[at];
  const after = before && change(before);
  if (!after || after === before) return state;
  return { ...state, list: { ...state.list, items: state.list.items.with(at, after) } };
}

/** What a summary says by leaving it out. */
const absent = {
  agent: undefined,
  agentName: undefined,
  handoffReason: undefined,
  queuedAt: undefined,
  snoozedUntil: undefined,
  team: undefined,
};

function withDetail(t: Transcript | undefined, c: Summary): Transcript | undefined {
  if (!t?.detail || t.id !== c.id) return t;
  return newer(t.detail, c) === t.detail ? t : { ...t, detail: { ...t.detail, ...absent, ...c } };
}

/** Adds or replaces messages of the open conversation. */
export function withMessages(state: State, conversation: string, messages: Message[]): State {
  const t = state.transcript;
  if (!t || t.id !== conversation || messages.length === 0) return state;
  return { ...state, transcript: { ...t, messages: upsert(t.messages, messages) } };
}

export function upsert(messages: Message[], more: Message[]): Message[] {
  const byId = new Map(messages.map((m) => [m.id, m]));
  for (const m of more) byId.set(m.id, m);
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * Whether messages are missing between what is shown and the newest ones, which a live event brings: it carries only
 * the last few, and after many at once they may not reach back to what is shown.
 */
export function leavesGap(t: Transcript, newest: Message[]): boolean {
  const last = t.messages.at(-1)?.seq;
  const first = newest[0]?.seq;
  return last !== undefined && first !== undefined && first > last + 1;
}

/** One line of a transcript, in the order it is read. */
export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "message"; key: string; message: Message; first: boolean }
  | { kind: "event"; key: string; event: Event };

/** Days, messages and owner changes by time; an event stands before a message of the same instant. */
export function rows(messages: Message[], events: Event[], more: boolean): Row[] {
  const out: Row[] = [];
  const from = more ? (messages[0]?.at ?? "") : "";
  const rules = [...events].sort((a, b) => a.at.localeCompare(b.at) || a.seq - b.seq).filter((e) => e.at >= from);
  let day = "";
  let author = "";
  let next = 0;
  const chip = (at: string, key: string) => {
    const date = new Date(at).toDateString();
    if (date === day) return;
    day = date;
    author = "";
    out.push({ kind: "day", key: `day-${key}`, at });
  };
  const rulesUpTo = (at: string) => {
    for (let e = rules[next]; e && (at === "" || e.at <= at); e = rules[++next]) {
      chip(e.at, `e${e.seq}`);
      out.push({ kind: "event", key: `e-${e.seq}-${e.kind}-${e.at}`, event: e });
      author = "";
    }
  };
  for (const message of messages) {
    rulesUpTo(message.at);
    chip(message.at, message.id);
    const speaker = message.author + message.direction + (message.agent ?? "");
    out.push({ kind: "message", key: message.id, message, first: author !== speaker });
    author = speaker;
  }
  rulesUpTo("");
  return out;
}
