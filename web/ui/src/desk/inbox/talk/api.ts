// The calls of an open conversation: what people write, change and look up there.
import { answer, client, type Detail, type Message } from "../../api";
import type { Priority } from "../calls";

export type { Priority };
export type Outcome = "solved" | "unsolved" | "spam" | "other";

/** How a customer judged the help. */
export interface Csat {
  state: "asked" | "answered" | "expired";
  score?: number;
  comment?: string;
  askedAt: string;
  answeredAt?: string;
}

/** What opens a conversation again once its window has closed: its words, with {{name}} where a parameter goes. */
export interface TemplateOffer {
  text: string;
  params: string[];
}

/** What an open conversation says beside who speaks. */
export interface More {
  team?: string;
  priority?: Priority;
  snoozedUntil?: string;
  outcome?: string;
  tags?: string[];
  agentName?: string;
  queuePosition?: number;
  csat?: Csat;
  templateOffered?: boolean;
  template?: TemplateOffer;
}

/** The rest of a conversation. */
export function more(detail: Detail): More {
  return detail as Detail & More;
}

/** One reading of what a customer wants; p from 0 to 1. */
export interface Guess {
  intent: string;
  title: string;
  p: number;
}

/** Something the customer said, and the line it stands in. */
export interface PacketFact {
  name: string;
  value: string;
  text: string;
  seq: number;
  messageId: string;
}

/** One attempt of the bot before it handed over. */
export interface Tried {
  kind: "answer" | "choices" | "rephrase" | "person_offered";
  titles: string[];
}

/** What the bot hands over to people: handoff.v1. */
export interface Packet {
  id: string;
  conversation: string;
  createdAt: string;
  customer: {
    externalId: string;
    phone: string;
    name: string;
    language: string;
    attributes: Record<string, string>;
  };
  reason: { code: string; detail: string; messageId?: string; words: { en: string; fr: string } };
  priority: Priority;
  team: string;
  summary: {
    issue: string;
    facts: PacketFact[];
    alreadyTried: string[];
    tried?: Tried[];
    askedFor: "answer" | "person" | "no_messages" | "personal_data";
    mood: "calm" | "upset";
  };
  intents: Guess[];
  entities: Record<string, string>;
  transcript: { seq: number; author: Message["author"]; text: string; at: string }[];
  windowExpiresAt?: string;
  suggestedReply?: Suggestion;
  /** What a person said of it; absent until somebody has. */
  needed?: boolean;
}

/** An answer of the knowledge base to what the customer wrote last. */
export interface Suggestion {
  text: string;
  intent: string;
  title: string;
  p: number;
  language: string;
}

/** An answer that was written beforehand. */
export interface Canned {
  id: string;
  shortcut: string;
  title: string;
  text: string;
  language: string;
  team?: string;
  /** The text with its variables filled in by the gateway; what it knows nothing for still stands in braces. */
  filled?: string;
}

export interface KeptDraft {
  text: string;
  seenSeq: number;
  updatedAt: string;
}

export interface Identity {
  kind: string;
  value: string;
  since?: string;
}

/** One conversation of the past, in a line. */
export interface PastConversation {
  id: string;
  openedAt: string;
  resolvedAt?: string;
  outcome?: string;
  lastText: string;
  tags: string[];
}

/** Everything known here of a person. */
export interface ContactCard {
  identities: Identity[];
  attributes: Record<string, string>;
  facts: { name: string; value: string; at?: string }[];
  conversations: PastConversation[];
  optedOut: boolean;
  optedOutAt?: string;
}

type List<T> = { items: T[] };

// The client checks paths against the OpenAPI document; these are checked by hand against the same.
const loose = client as unknown as {
  request(method: string, path: string, init: object): Promise<{ data?: unknown; error?: unknown; response: Response }>;
};
function call<T>(method: string, path: string, body?: object, init: object = {}): Promise<T> {
  return answer(loose.request(method, `/api/v1${path}`, { ...init, ...(body ? { body } : {}) })) as Promise<T>;
}
const at = (id: string) => `/conversations/${encodeURIComponent(id)}`;

export const talk = {
  tags: () => call<List<{ tag: string; count: number }>>("get", "/tags").then((l) => l.items),
  canned: (conversation: string) =>
    call<List<Canned>>("get", `/canned?conversation=${encodeURIComponent(conversation)}`).then((l) => l.items),
  handoffs: (id: string) => call<List<Packet>>("get", `${at(id)}/handoffs`).then((l) => l.items),
  label: (id: string, handoff: string, needed: boolean) =>
    call<unknown>("post", `${at(id)}/handoffs/${encodeURIComponent(handoff)}/label`, { needed }),
  suggestion: (id: string) => call<Suggestion | undefined>("get", `${at(id)}/suggestion`),
  contact: (id: string) => call<ContactCard>("get", `/contacts/${encodeURIComponent(id)}`),
  draft: (id: string) => call<KeptDraft | undefined>("get", `${at(id)}/draft`),
  keepDraft: (id: string, text: string, seenSeq: number) =>
    call<KeptDraft | undefined>("put", `${at(id)}/draft`, { text, seenSeq }, { keepalive: text.length < 10_000 }),
  dropDraft: (id: string) => call<unknown>("delete", `${at(id)}/draft`, undefined, { keepalive: true }),
  note: (id: string, body: { clientId: string; text: string; mentions: string[] }) =>
    call<Detail>("post", `${at(id)}/notes`, body),
  activity: (id: string, doing: "viewing" | "typing" | "gone") =>
    call<unknown>("post", `${at(id)}/activity`, { doing }, { keepalive: true }),
  owner: (id: string, body: { kind: string; epoch: number; outcome?: Outcome; note?: string; promise?: string }) =>
    call<Detail>("post", `${at(id)}/owner`, body),
  transfer: (id: string, body: { epoch: number; to: { userId?: string; teamId?: string }; note?: string }) =>
    call<Detail>("post", `${at(id)}/transfer`, body),
  snooze: (id: string, until: string | null) => call<unknown>("post", `${at(id)}/snooze`, { until }),
  priority: (id: string, priority: Priority) => call<unknown>("post", `${at(id)}/priority`, { priority }),
  setTags: (id: string, tags: string[]) => call<unknown>("put", `${at(id)}/tags`, { tags }),
  template: (
    id: string,
    body: { clientId: string; seenSeq: number; params: Record<string, string>; force?: boolean },
  ) => call<Detail>("post", `${at(id)}/template`, body),
};

/** Where the gateway gives the n-th attachment of a message, from 0. */
export function mediaAddress(messageId: string, n: number): string {
  return `/api/v1/media/${encodeURIComponent(messageId)}/${n}`;
}
