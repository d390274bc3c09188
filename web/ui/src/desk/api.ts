// The desk API: types from its OpenAPI document, and one client that turns problem documents into errors.
import createClient from "openapi-fetch";
import type { components, operations, paths } from "../api";

type Schemas = components["schemas"];
export type Session = operations["get-session"]["responses"][200]["content"]["application/json"];
export type Summary = Schemas["ConversationSummary"];
export type Detail = Schemas["ConversationDetail"];
export type Event = Schemas["OwnerChange"];
/** The data of the live event "conversation". */
export type Change = operations["stream-events"]["responses"][200]["content"]["text/event-stream"];
export type Message = Schemas["Message"];
export type Life = Schemas["LifeOutputBody"];
export type DeadLetter = Schemas["DeadLetter"];
export type OwnerKind = Schemas["OwnerInputBody"]["kind"];
export type View = Extract<
  NonNullable<NonNullable<operations["list-conversations"]["parameters"]["query"]>["view"]>,
  "all" | "bot" | "queue" | "agent" | "resolved"
>;

/** What the gateway said when it refused; `status` 0 means that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Looked up at each call, so that a page that replaces fetch (a test, an extension) is heard.
export const client = createClient<paths>({ baseUrl: location.origin, fetch: (request) => fetch(request) });

let csrf = "";
/** Says with which token the session proves that a change comes from this page; "" once it has ended. */
export function proveWith(csrfToken: string) {
  csrf = csrfToken;
}
client.use({
  onRequest({ request }) {
    if (csrf && request.method !== "GET") request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
});

type Result<T> = { data?: T; error?: unknown; response: Response };

/** The data of a call; throws an ApiError when the gateway refused or could not be reached. */
export async function answer<T>(call: Promise<Result<T>>): Promise<T> {
  let result: Result<T>;
  try {
    result = await call;
  } catch {
    throw new ApiError(0, "unreachable", "");
  }
  if (result.response.ok) return result.data as T;
  const problem = (result.error ?? {}) as { code?: string; title?: string; detail?: string };
  throw new ApiError(result.response.status, problem.code ?? "", problem.detail || problem.title || "");
}

export const api = {
  session: () => answer<Session>(client.GET("/api/v1/session")),
  logIn: (email: string, password: string) =>
    answer<Session>(client.POST("/api/v1/session", { body: { email, password } })),
  logOut: () => answer<unknown>(client.DELETE("/api/v1/session")),
  conversations: (view: View, q: string, cursor: string) =>
    answer<Schemas["ConversationListBody"]>(
      client.GET("/api/v1/conversations", {
        params: { query: { view, limit: 50, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) } },
      }),
    ),
  conversation: (id: string) => answer<Detail>(client.GET("/api/v1/conversations/{id}", { params: { path: { id } } })),
  messages: (id: string, before?: number) =>
    answer<Schemas["MessageListBody"]>(
      client.GET("/api/v1/conversations/{id}/messages", {
        params: { path: { id }, query: { limit: 100, ...(before ? { before } : {}) } },
      }),
    ),
  reply: (id: string, body: Schemas["ReplyInputBody"]) =>
    answer<Detail>(client.POST("/api/v1/conversations/{id}/replies", { params: { path: { id } }, body })),
  changeOwner: (id: string, body: Schemas["OwnerInputBody"]) =>
    answer<Detail>(client.POST("/api/v1/conversations/{id}/owner", { params: { path: { id } }, body })),
  life: (id: string) => answer<Life>(client.GET("/api/v1/messages/{id}/life", { params: { path: { id } } })),
  deadLetters: (cursor: string) =>
    answer<Schemas["DeadLetterListBody"]>(
      client.GET("/api/v1/dead-letters", { params: { query: cursor ? { cursor } : {} } }),
    ),
};
