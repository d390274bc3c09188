/**
 * The desk API as openapi-typescript writes it. Written by hand until the gateway publishes its document;
 * `npm run generate` then replaces this file from openapi.json.
 */
export interface paths {
  "/api/v1/session": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getSession"];
    post: operations["createSession"];
    delete: operations["deleteSession"];
    put?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/conversations": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listConversations"];
    post?: never;
    delete?: never;
    put?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/conversations/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getConversation"];
    post?: never;
    delete?: never;
    put?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/conversations/{id}/messages": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listMessages"];
    post?: never;
    delete?: never;
    put?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/messages/{id}/life": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["getMessageLife"];
    post?: never;
    delete?: never;
    put?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/dead-letters": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations["listDeadLetters"];
    post?: never;
    delete?: never;
    put?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface components {
  schemas: {
    Problem: { status?: number; title?: string; detail?: string; code?: string };
    User: { id: string; email: string; name: string; role: string };
    Session: { user: components["schemas"]["User"]; csrfToken: string };
    Credentials: { email: string; password: string };
    Contact: { id: string; name: string; phone: string; language: string };
    Identity: { kind: string; value: string; since: string };
    ContactDetail: components["schemas"]["Contact"] & { identities: components["schemas"]["Identity"][] };
    ConversationSummary: {
      id: string;
      workspace: string;
      contact: components["schemas"]["Contact"];
      route: string;
      /** @enum {string} */
      owner: "bot" | "queue" | "agent" | "none";
      epoch: number;
      language: string;
      lastText: string;
      lastDirection: string;
      lastAt: string;
      openedAt: string;
      queuedAt?: string;
      handoffReason?: string;
      windowUntil?: string;
      unanswered: number;
      lastSeq: number;
    };
    ConversationEvent: {
      seq: number;
      at: string;
      kind: string;
      actor: string;
      reason: string;
      from: string;
      to: string;
    };
    ConversationDetail: Omit<components["schemas"]["ConversationSummary"], "contact"> & {
      contact: components["schemas"]["ContactDetail"];
      events: components["schemas"]["ConversationEvent"][];
    };
    ConversationPage: { items: components["schemas"]["ConversationSummary"][]; nextCursor: string };
    Media: { url: string; kind: string };
    Message: {
      id: string;
      seq: number;
      /** @enum {string} */
      direction: "in" | "out" | "note";
      /** @enum {string} */
      author: "customer" | "bot" | "agent" | "system";
      text: string;
      media: components["schemas"]["Media"][];
      layout: string;
      choices: string[];
      at: string;
      turnId?: string;
      /** @enum {string} */
      status:
        | "received"
        | "queued"
        | "sending"
        | "accepted"
        | "retrying"
        | "unknown"
        | "dead"
        | "held"
        | "cancelled";
      statusReason?: string;
    };
    MessagePage: { items: components["schemas"]["Message"][]; more: boolean };
    LocalText: { en: string; fr: string };
    LifeStep: {
      kind: string;
      at: string;
      title: components["schemas"]["LocalText"];
      detail?: string;
      data?: { [key: string]: unknown };
    };
    Alternative: { intent: string; title: string; p: number };
    Understanding: {
      intent: string;
      title: string;
      p: number;
      band: string;
      language: string;
      alternatives: components["schemas"]["Alternative"][];
    };
    MessageLife: {
      steps: components["schemas"]["LifeStep"][];
      understanding?: components["schemas"]["Understanding"];
    };
    DeadLetter: {
      id: string;
      at: string;
      route: string;
      reason: string;
      contentType: string;
      body: string;
      size: number;
    };
    DeadLetterPage: { items: components["schemas"]["DeadLetter"][]; nextCursor: string };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
type Answer<T> = {
  200: { headers: { [name: string]: unknown }; content: { "application/json": T } };
  default: {
    headers: { [name: string]: unknown };
    content: { "application/problem+json": components["schemas"]["Problem"] };
  };
};
export interface operations {
  getSession: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: Answer<components["schemas"]["Session"]>;
  };
  createSession: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { "application/json": components["schemas"]["Credentials"] } };
    responses: Answer<components["schemas"]["Session"]>;
  };
  deleteSession: {
    parameters: { query?: never; header: { "X-CSRF-Token": string }; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: Answer<never>["default"];
    };
  };
  listConversations: {
    parameters: {
      query?: { view?: "all" | "bot" | "queue" | "agent" | "resolved"; q?: string; cursor?: string; limit?: number };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: Answer<components["schemas"]["ConversationPage"]>;
  };
  getConversation: {
    parameters: { query?: never; header?: never; path: { id: string }; cookie?: never };
    requestBody?: never;
    responses: Answer<components["schemas"]["ConversationDetail"]>;
  };
  listMessages: {
    parameters: { query?: { before?: number; limit?: number }; header?: never; path: { id: string }; cookie?: never };
    requestBody?: never;
    responses: Answer<components["schemas"]["MessagePage"]>;
  };
  getMessageLife: {
    parameters: { query?: never; header?: never; path: { id: string }; cookie?: never };
    requestBody?: never;
    responses: Answer<components["schemas"]["MessageLife"]>;
  };
  listDeadLetters: {
    parameters: { query?: { cursor?: string }; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: Answer<components["schemas"]["DeadLetterPage"]>;
  };
}
