// What the phone page knows, and how each event changes it. Pure: no clock, no network, no React.
import type { Line } from "../live/stream";
import type { ActivityEntry, Clock, Notice, Phone, PhoneMessage, Status } from "./sandbox";

/** A message on its way to the sandbox, shown at once and replaced by the sandbox's own. */
export interface Draft {
  key: string;
  text: string;
  media: string[];
  at: string;
  /** The id the sandbox gave it; undefined until it answered. */
  id?: string;
  /** Why it was refused; undefined while it is on its way. */
  error?: string;
}

export interface Thread {
  /** By n, ascending. */
  messages: PhoneMessage[];
  notices: Notice[];
  drafts: Draft[];
  /** The first message that was unread when this phone was picked up; 0 when there is no line to draw. */
  divider: number;
}

export interface State {
  line: Line;
  loaded: boolean;
  error: { status: number; message: string } | undefined;
  phones: Phone[];
  threads: Record<string, Thread>;
  /** Newest first, at most `activityKept`. */
  activity: ActivityEntry[];
  clock: Clock | undefined;
  /** The phone in the hand. */
  chosen: string;
  /** Raised by every change of the fault sheet made elsewhere, so that an open form reads it again. */
  faultsVersion: number;
}

export const activityKept = 500;

export const initial: State = {
  line: "connecting",
  loaded: false,
  error: undefined,
  phones: [],
  threads: {},
  activity: [],
  clock: undefined,
  chosen: "",
  faultsVersion: 0,
};

const emptyThread: Thread = { messages: [], notices: [], drafts: [], divider: 0 };

export function thread(state: State, phone: string): Thread {
  return state.threads[phone] ?? emptyThread;
}

/** Everything read at once: at the first load, and whenever events were missed. */
export interface Snapshot {
  phones: Phone[];
  threads: Record<string, { messages: PhoneMessage[]; notices: Notice[] }>;
  activity: ActivityEntry[];
  clock: Clock;
}

/** How far the state went when a snapshot was asked for: what lies beyond came while it was on its way. */
export interface Mark {
  messages: Record<string, number>;
  activity: number;
}

export function mark(state: State): Mark {
  const last = Object.entries(state.threads).map(([phone, t]) => [phone, t.messages.at(-1)?.n ?? 0] as const);
  return { messages: Object.fromEntries(last), activity: state.activity[0]?.n ?? 0 };
}

/**
 * Replaces what is known by what was read, and keeps what arrived since the mark. Whatever else the old state held is
 * dropped: after a reset or a restart the sandbox counts from 1 again, and old lines would pass for new ones.
 */
export function withSnapshot(state: State, snapshot: Snapshot, since: Mark): State {
  const phones: Phone[] = [];
  const threads: Record<string, Thread> = {};
  for (const phone of snapshot.phones) {
    const old = thread(state, phone.phone);
    const read = snapshot.threads[phone.phone] ?? { messages: [], notices: [] };
    const known = new Map(old.messages.map((m) => [m.id, m]));
    const messages = read.messages.map((m) => ({ ...m, status: later(known.get(m.id)?.status ?? "sent", m.status) }));
    const end = Math.max(messages.at(-1)?.n ?? 0, since.messages[phone.phone] ?? 0);
    messages.push(...old.messages.filter((m) => m.n > end));
    const ids = new Set(messages.map((m) => m.id));
    phones.push({ ...phone, last: messages.at(-1) ?? phone.last });
    threads[phone.phone] = {
      messages,
      notices: read.notices,
      drafts: old.drafts.filter((d) => !d.id || !ids.has(d.id)),
      divider: old.divider,
    };
  }
  const newest = Math.max(snapshot.activity[0]?.n ?? 0, since.activity);
  const activity = [...state.activity.filter((e) => e.n > newest), ...snapshot.activity].slice(0, activityKept);
  const chosen = phones.some((p) => p.phone === state.chosen) ? state.chosen : (phones[0]?.phone ?? "");
  return { ...state, loaded: true, error: undefined, phones, threads, activity, clock: snapshot.clock, chosen };
}

export type SandboxEvent =
  | { type: "message"; phone: string; message: PhoneMessage }
  | { type: "status"; phone: string; n: number; status: Status }
  | { type: "notice"; phone: string; notice: Notice }
  | { type: "phone"; phone: Phone }
  | { type: "activity"; entry: ActivityEntry }
  | { type: "clock"; clock: Clock }
  | { type: "faults" };

export function apply(state: State, event: SandboxEvent): State {
  switch (event.type) {
    case "message":
      return withMessage(state, event.phone, event.message);
    case "status":
      return withThread(state, event.phone, (t) => ({
        ...t,
        messages: t.messages.map((m) => (m.n === event.n ? { ...m, status: later(m.status, event.status) } : m)),
      }));
    case "notice":
      return withThread(state, event.phone, (t) =>
        t.notices.some((n) => n.n === event.notice.n && n.at === event.notice.at && n.kind === event.notice.kind)
          ? t
          : { ...t, notices: [...t.notices, event.notice] },
      );
    case "phone":
      return withPhone(state, event.phone);
    case "activity":
      return { ...state, activity: withEntry(state.activity, event.entry) };
    case "clock":
      return { ...state, clock: event.clock };
    case "faults":
      return { ...state, faultsVersion: state.faultsVersion + 1 };
  }
}

function withMessage(state: State, phone: string, message: PhoneMessage): State {
  const next = withThread(state, phone, (t) => {
    const at = t.messages.findIndex((m) => m.n >= message.n);
    const messages = [...t.messages];
    const old = messages[at];
    if (old?.n === message.n) messages[at] = { ...message, status: later(old.status, message.status) };
    else messages.splice(at < 0 ? messages.length : at, 0, message);
    return { ...t, messages, drafts: t.drafts.filter((d) => d.id !== message.id) };
  });
  return {
    ...next,
    phones: next.phones.map((p) => {
      if (p.phone !== phone || (p.last && p.last.n > message.n)) return p;
      const fresh = message.n > (p.last?.n ?? 0);
      const out = message.direction === "out";
      return { ...p, last: message, typing: p.typing && !out, unread: p.unread + (fresh && out ? 1 : 0) };
    }),
  };
}

const rank: Record<Status, number> = { sent: 0, delivered: 1, read: 2 };

/** A tick never goes back: a snapshot may be older than an event that overtook it. */
function later(a: Status, b: Status): Status {
  return rank[b] >= rank[a] ? b : a;
}

function withPhone(state: State, phone: Phone): State {
  const known = state.phones.some((p) => p.phone === phone.phone);
  const phones = known ? state.phones.map((p) => (p.phone === phone.phone ? phone : p)) : [...state.phones, phone];
  return { ...state, phones, chosen: state.chosen || phone.phone };
}

function withEntry(entries: ActivityEntry[], entry: ActivityEntry): ActivityEntry[] {
  const at = entries.findIndex((e) => e.n <= entry.n);
  if (at < 0) return entries.length < activityKept ? [...entries, entry] : entries;
  const next = [...entries];
  if (entries[at]?.n === entry.n) next[at] = entry;
  else next.splice(at, 0, entry);
  return next.slice(0, activityKept);
}

export function withThread(state: State, phone: string, change: (t: Thread) => Thread): State {
  const old = thread(state, phone);
  const next = change(old);
  return next === old ? state : { ...state, threads: { ...state.threads, [phone]: next } };
}

/** Picks up a phone: what it had not seen is marked with a divider. */
export function choose(state: State, phone: string): State {
  if (state.chosen === phone) return state;
  const unread = state.phones.find((p) => p.phone === phone)?.unread ?? 0;
  const next = { ...state, chosen: phone };
  return withThread(next, phone, (t) => {
    const incoming = t.messages.filter((m) => m.direction === "out");
    return { ...t, divider: unread > 0 ? (incoming.at(-unread)?.n ?? 0) : 0 };
  });
}

/** One line of a chat, in the order it is shown. */
export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "divider"; key: string; count: number }
  | { kind: "message"; key: string; message: PhoneMessage; tail: boolean; tapped: string }
  | { kind: "notice"; key: string; notice: Notice }
  | { kind: "draft"; key: string; draft: Draft };

/** Lays a thread out: date chips, the unread divider, notices after the message they follow, tails at each turn. */
export function rows(t: Thread): Row[] {
  const out: Row[] = [];
  const notices = [...t.notices].sort((a, b) => a.n - b.n || a.at.localeCompare(b.at));
  let day = "";
  let speaker = "";
  let notice = 0;
  const noticesUpTo = (n: number) => {
    for (let next = notices[notice]; next && next.n < n; next = notices[++notice]) {
      out.push({ kind: "notice", key: `notice-${next.n}-${next.at}-${next.kind}`, notice: next });
      speaker = "";
    }
  };
  t.messages.forEach((message, i) => {
    noticesUpTo(message.n);
    const date = new Date(message.at).toDateString();
    if (date !== day) {
      out.push({ kind: "day", key: `day-${message.n}`, at: message.at });
      day = date;
      speaker = "";
    }
    if (message.n === t.divider) {
      const count = t.messages.slice(i).filter((m) => m.direction === "out").length;
      out.push({ kind: "divider", key: "divider", count });
      speaker = "";
    }
    const tail = speaker !== message.direction;
    speaker = message.direction;
    out.push({ kind: "message", key: `m-${message.n}`, message, tail, tapped: tapped(t.messages, i) });
  });
  noticesUpTo(Number.POSITIVE_INFINITY);
  for (const draft of t.drafts) out.push({ kind: "draft", key: draft.key, draft });
  return out;
}

/**
 * The label of the button or list row that was tapped on message i: a tap comes back as the person's next words, a row
 * with its description behind it.
 */
function tapped(messages: PhoneMessage[], i: number): string {
  const { buttons = [], list } = messages[i] ?? {};
  const rows = list?.sections.flatMap((s) => s.rows) ?? [];
  if (buttons.length + rows.length === 0) return "";
  const words = messages.slice(i + 1).find((m) => m.direction === "in")?.text ?? "";
  const button = buttons.find((b) => b.label === words)?.label;
  return button ?? rows.find((r) => words.startsWith(r.title) && words.endsWith(r.description ?? ""))?.title ?? "";
}
