// One reply from the first letter to the row in the transcript. Pure: no clock, no network, no storage.
import type { Detail, Event, Message } from "../api";
import { cleaned, type Show } from "./compose/show";

/** Why something was not done: a code the page has words for, and what the gateway said. */
export interface Failure {
  code: "offline" | "closed" | "resolved" | "changed" | "unsure" | "refused";
  detail: string;
}

/** A reply that was sent and is not yet a row of the transcript. */
export interface Outgoing {
  /** Becomes the id of the message. It stays the same when the same text is sent again, so that it goes once. */
  clientId: string;
  text: string;
  /** What it shows beside the text. */
  show?: Show;
  /** When it was sent, in ISO form. */
  at: string;
  /**
   * sending: on its way; sent: taken, its row not yet here; asked: refused because of lines the agent had not seen;
   * failed: not sent, or perhaps not.
   */
  phase: "sending" | "sent" | "asked" | "failed";
  failure?: Failure;
}

/** What the composer of one conversation holds. */
export interface Draft {
  text: string;
  /** Seq of the newest line shown when the text was begun or last acknowledged. */
  seen: number;
  /** What stands beside the text, as far as it is filled in. */
  show?: Show;
  outgoing?: Outgoing;
}

export const blank: Draft = { text: "", seen: 0 };

export function isBlank(draft: Draft): boolean {
  return draft.text === "" && !draft.outgoing && !draft.show;
}

/** The text changed. The first letter fixes what the agent had seen; an emptied box forgets what came back. */
export function write(draft: Draft, text: string, newest: number): Draft {
  const empty = text.trim() === "";
  const began = draft.text.trim() === "" && !empty;
  const forgotten = empty && (draft.outgoing?.phase === "asked" || draft.outgoing?.phase === "failed");
  const kept = draft.outgoing && !forgotten ? { outgoing: draft.outgoing } : {};
  return { text, seen: empty ? 0 : began ? newest : draft.seen, ...shows(draft.show), ...kept };
}

/** Puts something beside the text, or takes it away. */
export function attach(draft: Draft, show: Show | undefined): Draft {
  const { show: _, ...rest } = draft;
  return { ...rest, ...shows(show) };
}

const shows = (show: Show | undefined) => (show ? { show } : {});
const same = (a: Show | undefined, b: Show | undefined) => JSON.stringify(a) === JSON.stringify(b);

/** Whether a reply is on its way: the next one waits for it, so that they keep their order. */
export function underWay(draft: Draft): boolean {
  return draft.outgoing?.phase === "sending";
}

/** Takes the text out of the box and puts it on its way. A text that came back keeps its id. */
export function send(draft: Draft, freshId: string, at: string): Draft {
  const text = draft.text.trim();
  if (text === "" || underWay(draft)) return draft;
  const show = cleaned(draft.show);
  const again = draft.outgoing?.phase !== "sent" && draft.outgoing?.text === text && same(draft.outgoing.show, show);
  const clientId = again && draft.outgoing ? draft.outgoing.clientId : freshId;
  return { text: "", seen: draft.seen, outgoing: { clientId, text, ...shows(show), at, phase: "sending" } };
}

/** The gateway took it; the row follows. */
export function taken(draft: Draft, clientId: string): Draft {
  return change(draft, clientId, (o) => ({
    ...draft,
    outgoing: { clientId, text: o.text, ...shows(o.show), at: o.at, phase: "sent" },
  }));
}

/** The gateway wants to be asked again, because there are lines newer than `seen`. The text comes back. */
export function ask(draft: Draft, clientId: string, seen: number): Draft {
  return change(draft, clientId, (o) => ({
    text: joined(o.text, draft.text),
    seen,
    ...shows(draft.show ?? o.show),
    outgoing: { clientId, text: o.text, ...shows(o.show), at: o.at, phase: "asked" },
  }));
}

/** It did not go, or nobody knows. The text comes back, before whatever was written meanwhile. */
export function fail(draft: Draft, clientId: string, seen: number, failure: Failure): Draft {
  return change(draft, clientId, (o) => ({
    text: joined(o.text, draft.text),
    seen,
    ...shows(draft.show ?? o.show),
    outgoing: { clientId, text: o.text, ...shows(o.show), at: o.at, phase: "failed", failure },
  }));
}

/** The agent has read the new lines and goes on writing. */
export function keepEditing(draft: Draft, newest: number): Draft {
  return draft.outgoing?.phase === "asked" ? { text: draft.text, seen: newest, ...shows(draft.show) } : draft;
}

/**
 * Rows came. One with the id of the reply is the reply: whatever its phase says, it has gone, and its text must not
 * stand in the box to be sent a second time.
 */
export function arrived(draft: Draft, messages: readonly Pick<Message, "id">[]): Draft {
  const { outgoing } = draft;
  if (!outgoing || !messages.some((m) => m.id === outgoing.clientId)) return draft;
  const back = outgoing.phase === "asked" || outgoing.phase === "failed";
  const text =
    back && draft.text.startsWith(outgoing.text) ? draft.text.slice(outgoing.text.length).trimStart() : draft.text;
  const left = back && same(cleaned(draft.show), outgoing.show) ? undefined : draft.show;
  return { text, seen: text ? draft.seen : 0, ...shows(left) };
}

/** A draft as it was kept over a reload: what was on its way then may have gone or not. */
export function restored(draft: Draft): Draft {
  const { outgoing } = draft;
  if (outgoing?.phase === "sent") return { text: draft.text, seen: draft.seen, ...shows(draft.show) };
  if (outgoing?.phase !== "sending") return draft;
  return fail(draft, outgoing.clientId, draft.seen, { code: "unsure", detail: "" });
}

/** What a reply may not have taken into account, and by whom. */
export interface Talk {
  messages: readonly Message[];
  events: readonly Event[];
  /** User id of the agent who has the conversation now. */
  agent?: string;
  /** User id of who writes here. */
  me: string;
  /** Ids of the replies that this page sent: they are no news to who wrote them. */
  mine: ReadonlySet<string>;
}

/**
 * The numbers after `seen` of lines that others wrote and of colleagues taking the conversation, ascending.
 * Whoever has it knows: being given a conversation is no news.
 */
function news(seen: number, { messages, events, agent, me, mine }: Talk): number[] {
  const lines = messages.filter((m) => m.seq > seen && !mine.has(m.id));
  const taken = agent === me ? [] : events.filter((e) => e.seq > seen && e.to === "agent" && e.actor !== me);
  return [...lines, ...taken].map((n) => n.seq).sort((a, b) => a - b);
}

/** How much is newer than what the agent had seen. */
export function newSince(seen: number, talk: Talk): number {
  return news(seen, talk).length;
}

/** Moves `seen` over the lines that this page sent itself, as far as nothing new stands between. */
export function pastMine(seen: number, talk: Talk): number {
  const first = news(seen, talk)[0] ?? Number.POSITIVE_INFINITY;
  return talk.messages.reduce((at, m) => (m.seq > at && m.seq < first ? m.seq : at), seen);
}

/** What a conflict means, from the conversation as it now is. */
export function conflict(
  detail: Detail,
  talk: Talk,
  seen: number,
  now: number,
): "resolved" | "closed" | "ask" | "again" | "refused" {
  if (detail.owner === "none") return "resolved";
  const open = detail.mayWait || Date.parse(detail.windowUntil ?? "") > now;
  if (!open) return "closed";
  if (newSince(seen, talk) > 0) return "ask";
  return pastMine(seen, talk) > seen ? "again" : "refused";
}

/** The lines of the transcript with the reply or note that is on its way at their end. */
export function withOutgoing(
  messages: Message[],
  outgoing: Outgoing | undefined,
  me: string,
  direction: "out" | "note" = "out",
): Message[] {
  const under = outgoing?.phase === "sending" || outgoing?.phase === "sent";
  if (!outgoing || !under || messages.some((m) => m.id === outgoing.clientId)) return messages;
  const last = messages.at(-1);
  const line: Message = {
    id: outgoing.clientId,
    seq: (last?.seq ?? 0) + 1,
    direction,
    author: "agent",
    agent: me,
    text: outgoing.text,
    media: [],
    layout: "text",
    choices: outgoing.show?.choices?.map((c) => c.title) ?? [],
    // Behind the newest line, even when the gateway's clock is ahead of this one.
    at: last && last.at > outgoing.at ? last.at : outgoing.at,
    status: "queued",
  };
  return [...messages, line];
}

function change(draft: Draft, clientId: string, to: (outgoing: Outgoing) => Draft): Draft {
  return draft.outgoing?.clientId === clientId ? to(draft.outgoing) : draft;
}

function joined(first: string, second: string): string {
  return second.trim() ? `${first}\n\n${second}` : first;
}
