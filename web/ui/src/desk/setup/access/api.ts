// API tokens, the audit log, and one's own password and sessions.
import type { components, operations } from "../../../api";
import { answer, client, type Session } from "../../api";

type Schemas = components["schemas"];
export type Token = Schemas["APIToken"];
export type TokenWithSecret = Schemas["APITokenWithSecret"];
export type Entry = Schemas["AuditEntry"];
export type OwnSession = Schemas["OwnSession"];
export type Invitation = operations["get-invitation"]["responses"][200]["content"]["application/json"];

export const access = {
  tokens: () => answer<Schemas["TokenListBody"]>(client.GET("/api/v1/tokens")),
  addToken: (body: { name: string; scopes: string[]; expiresAt?: string }) =>
    answer<TokenWithSecret>(client.POST("/api/v1/tokens", { body })),
  revokeToken: (id: string) => answer<unknown>(client.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } })),
  audit: (query: { actor?: string; action?: string; before?: string }) =>
    answer<Schemas["AuditListBody"]>(client.GET("/api/v1/audit", { params: { query } })),
  changePassword: (current: string, next: string) =>
    answer<unknown>(client.PUT("/api/v1/me/password", { body: { current, next } })),
  sessions: async () => (await answer<{ items: OwnSession[] }>(client.GET("/api/v1/me/sessions"))).items,
  endSession: (id: string) => answer<unknown>(client.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } })),
  invitation: (token: string) =>
    answer<Invitation>(client.GET("/api/v1/invitations/{token}", { params: { path: { token } } })),
  accept: (token: string, password: string) =>
    answer<Session>(client.POST("/api/v1/invitations/{token}", { params: { path: { token } }, body: { password } })),
};
