// What the shell and the list ask of the gateway, beside what ../api asks.
import { answer, client, type Session, type Summary } from "../api";

export type Presence = "online" | "away" | "offline";
export type Priority = "normal" | "high" | "urgent";

/** Somebody who works here. */
export interface Person {
  id: string;
  name: string;
  email: string;
  role: Session["user"]["role"];
  /** What others see: the wish, or what their page observed. */
  presence: Presence;
  presenceSince?: string;
  /** Conversations they have now, and how many they take at most. */
  load: number;
  capacity: number;
  teams: string[];
  languages: string[];
  topics: string[];
  disabled: boolean;
}

/** Who is logged in: their own row, what they asked for, and what waits for them. */
export type Me = Person & { mentions: number; wish?: Presence };

export interface Team {
  id: string;
  name: string;
  members: string[];
}

/** Somebody who is at a conversation now. */
export interface Active {
  userId: string;
  name: string;
  doing: "viewing" | "typing";
}

/** A row of the list. `unread` and `mentioned` are mine; live events leave them out. */
export type Listed = Summary & {
  team?: string;
  priority?: Priority;
  tags?: string[];
  inSeq?: number;
  agentName?: string;
  snoozedUntil?: string;
  unread?: boolean;
  mentioned?: boolean;
};

export const views = [
  "mine",
  "queue",
  "all",
  "bot",
  "mentioned",
  "team",
  "unassigned",
  "agent",
  "snoozed",
  "resolved",
] as const;
export type ViewName = (typeof views)[number];

export const sorts = ["activity", "waiting", "window", "opened"] as const;
export type Sort = (typeof sorts)[number];

/** What a list shows. Empty strings ask for nothing in particular; an empty sort is the view's own. */
export interface Filter {
  view: ViewName;
  team: string;
  tag: string;
  language: string;
  agent: string;
  q: string;
  sort: Sort | "";
}

export interface Counts {
  mine: number;
  queue: number;
  team: number;
  all: number;
  snoozed: number;
  mentions: number;
}

export interface SavedView {
  id: string;
  name: string;
  shared: boolean;
  mine?: boolean;
  filter: Partial<Filter> & Pick<Filter, "view">;
}

export interface TagCount {
  tag: string;
  count: number;
}

export type BulkAction = "assign" | "resolve" | "tag" | "snooze" | "pass_back" | "take";

export interface BulkOrder {
  action: BulkAction;
  userId?: string;
  teamId?: string;
  tag?: string;
  until?: string;
  outcome?: "solved" | "unsolved" | "spam" | "other";
}

export interface BulkResult {
  id: string;
  ok: boolean;
  error?: string;
}

type Call = (path: string, init?: object) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
// Until the gateway's own document describes them, these addresses have no generated types.
const loose = client as unknown as Record<"GET" | "POST" | "PUT" | "DELETE", Call>;

function ask<T>(method: "GET" | "POST" | "PUT" | "DELETE", path: string, init: object = {}): Promise<T> {
  return answer(loose[method](`/api/v1${path}`, init) as Promise<{ data?: T; error?: unknown; response: Response }>);
}

/** A filter without what it does not ask for. */
export function asked(filter: Filter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
}

const at = (id: string) => ({ params: { path: { id } } });

export const calls = {
  list: (filter: Filter, cursor: string, limit = 50) =>
    ask<{ items: Listed[]; nextCursor: string }>("GET", "/conversations", {
      params: { query: { ...asked(filter), limit, ...(cursor ? { cursor } : {}) } },
    }),
  counts: () => ask<Counts>("GET", "/conversations/counts"),
  tags: () => ask<{ items: TagCount[] }>("GET", "/tags"),
  bulk: (ids: string[], order: BulkOrder) =>
    ask<{ items: BulkResult[] }>("POST", "/conversations/bulk", { body: { ids, ...order } }),
  markRead: (id: string, seq: number) => ask<unknown>("POST", "/conversations/{id}/read", { ...at(id), body: { seq } }),

  savedViews: () => ask<{ items: SavedView[] }>("GET", "/views"),
  saveView: (view: Omit<SavedView, "id" | "mine">) => ask<SavedView>("POST", "/views", { body: view }),
  changeView: (id: string, view: Omit<SavedView, "id" | "mine">) =>
    ask<SavedView>("PUT", "/views/{id}", { ...at(id), body: view }),
  deleteView: (id: string) => ask<unknown>("DELETE", "/views/{id}", at(id)),

  people: () => ask<{ items: Person[] }>("GET", "/people"),
  teams: () => ask<{ items: Team[] }>("GET", "/teams"),
  me: () => ask<Me>("GET", "/me"),
  setPresence: (presence: Presence) => ask<unknown>("PUT", "/me/presence", { body: { presence } }),
  heartbeat: (active: boolean) => ask<unknown>("POST", "/me/heartbeat", { body: { active } }),
};
