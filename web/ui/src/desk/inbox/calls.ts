// What the shell and the list ask of the gateway, beside what ../api asks.
import type { components } from "../../api";
import { answer, client, type Summary } from "../api";

type Schemas = components["schemas"];
/** Somebody who works here. Their presence is what others see: the wish, or what their page observed. */
export type Person = Schemas["Colleague"];
export type Presence = Person["presence"];
/** Who is logged in: their own row, what they asked to be, and what waits for them. */
export type Me = Schemas["Myself"];
export type Team = Schemas["TeamInfo"];
/** Somebody who is at a conversation now. */
export type Active = Schemas["Active"];
/** A row of the list. `unread` and `mentioned` are mine; live events leave them out. */
export type Listed = Summary;
export type Priority = Summary["priority"];
export type Counts = Schemas["Counts"];
export type SavedView = Schemas["SavedView"];
export type NewView = Schemas["NewView"];
export type BulkOrder = Omit<Schemas["BulkInputBody"], "ids">;
export type BulkAction = BulkOrder["action"];
export type BulkResult = Schemas["BulkResult"];

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

/** A filter without what it does not ask for. */
export function asked(filter: Filter): Asked {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== "")) as Asked;
}

type Asked = { [Part in keyof Filter]?: Exclude<Filter[Part], ""> } & Pick<Filter, "view">;

const at = (id: string) => ({ params: { path: { id } } });

export const calls = {
  list: (filter: Filter, cursor: string, limit = 50) =>
    answer<Schemas["ConversationListBody"]>(
      client.GET("/api/v1/conversations", {
        params: { query: { ...asked(filter), limit, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  counts: () => answer<Counts>(client.GET("/api/v1/conversations/counts")),
  tags: () => answer<Schemas["TagListBody"]>(client.GET("/api/v1/tags")),
  bulk: (ids: string[], order: BulkOrder) =>
    answer<Schemas["BulkOutputBody"]>(client.POST("/api/v1/conversations/bulk", { body: { ids, ...order } })),
  markRead: (id: string, seq: number) =>
    answer<unknown>(client.POST("/api/v1/conversations/{id}/read", { ...at(id), body: { seq } })),

  savedViews: () => answer<Schemas["ViewListBody"]>(client.GET("/api/v1/views")),
  saveView: (view: NewView) => answer<SavedView>(client.POST("/api/v1/views", { body: view })),
  changeView: (id: string, view: NewView) =>
    answer<SavedView>(client.PUT("/api/v1/views/{id}", { ...at(id), body: view })),
  deleteView: (id: string) => answer<unknown>(client.DELETE("/api/v1/views/{id}", at(id))),

  people: () => answer<Schemas["PeopleOutputBody"]>(client.GET("/api/v1/people")),
  teams: () => answer<Schemas["TeamsOutputBody"]>(client.GET("/api/v1/teams")),
  me: () => answer<Me>(client.GET("/api/v1/me")),
  setPresence: (presence: Presence) => answer<Me>(client.PUT("/api/v1/me/presence", { body: { presence } })),
  heartbeat: (active: boolean) => answer<unknown>(client.POST("/api/v1/me/heartbeat", { body: { active } })),
};
