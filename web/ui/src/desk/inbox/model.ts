// What the desk knows, and how each live event changes it. Pure: no clock, no network, no React.
import type { Line } from "../../live/stream";
import type { ApiError, Detail, Event, Message, Summary, View } from "../api";

/** One list of conversations: a view, perhaps searched. The order is the server's. */
export interface List {
  view: View;
  q: string;
  items: Summary[];
  /** New rows that wait until the reader's hand is off the list. */
  waiting: Summary[];
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

export const initial: State = {
  line: "connecting",
  list: { view: "all", q: "", items: [], waiting: [], nextCursor: "", loading: true, error: undefined },
  transcript: undefined,
};

/** Whether a conversation belongs to a view. */
export function belongs(view: View, c: Summary): boolean {
  switch (view) {
    case "all":
      return true;
    case "resolved":
      return c.owner === "none";
    default:
      return c.owner === view;
  }
}

/** The server's order: the longest wait first in the queue, the last activity first everywhere else. */
export function order(view: List["view"]): (a: Summary, b: Summary) => number {
  const byId = (a: Summary, b: Summary) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  if (view === "queue") {
    return (a, b) => Date.parse(a.queuedAt ?? a.lastAt) - Date.parse(b.queuedAt ?? b.lastAt) || byId(a, b);
  }
  return (a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt) || byId(b, a);
}

/** The newer of two states of one conversation: events and answers may overtake each other. */
function newer(a: Summary, b: Summary): Summary {
  if (b.epoch !== a.epoch) return b.epoch > a.epoch ? b : a;
  return b.lastSeq >= a.lastSeq ? b : a;
}

/**
 * A conversation changed. Rows change where they stand; while `held` (the list is hovered or scrolled) none moves, none
 * leaves and new ones wait. A searched list takes no new rows: only the server knows what its search finds.
 */
export function withConversation(state: State, c: Summary, held: boolean): State {
  const { list } = state;
  const known = list.items.some((i) => i.id === c.id);
  let next: List = { ...list, items: list.items.map((i) => (i.id === c.id ? newer(i, c) : i)) };
  if (!known && !list.q && belongs(list.view, c) && within(list, c)) {
    next.waiting = [...list.waiting.filter((w) => w.id !== c.id), c];
  } else if (!known) {
    next.waiting = list.waiting.filter((w) => w.id !== c.id);
  }
  if (!held) next = settle(next);
  return { ...state, list: next, transcript: withDetail(state.transcript, c) };
}

/** Whether a row falls into the pages read so far; one further down will come with its page. */
function within(list: List, c: Summary): boolean {
  const last = list.items.at(-1);
  return !list.nextCursor || !last || order(list.view)(c, last) < 0;
}

/** Puts waiting rows in, takes rows out that no longer belong, and restores the order. */
export function settle(list: List): List {
  const items = [...list.items, ...list.waiting].filter((c) => belongs(list.view, c)).sort(order(list.view));
  return { ...list, items, waiting: [] };
}

/** Adds a page below what is known; a row that moved meanwhile is not listed twice. */
export function withPage(list: List, items: Summary[], nextCursor: string, first: boolean): List {
  if (first) return { ...list, items, waiting: [], nextCursor, loading: false, error: undefined };
  const known = new Set(list.items.map((i) => i.id));
  return {
    ...list,
    items: [...list.items, ...items.filter((i) => !known.has(i.id))],
    nextCursor,
    loading: false,
    error: undefined,
  };
}

function withDetail(t: Transcript | undefined, c: Summary): Transcript | undefined {
  if (!t?.detail || t.id !== c.id) return t;
  return { ...t, detail: { ...t.detail, ...newer(t.detail, c) } };
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
