// Who works here: accounts, teams, and what each person takes and knows.
import type { components } from "../../api";
import { answer, client } from "../api";

type Schemas = components["schemas"];
export type User = Schemas["UserAccount"];
export type Role = User["role"];
export type Link = Schemas["OneTimeLink"];
export type Person = Schemas["Colleague"];
export type Team = Schemas["TeamInfo"];
export type TeamFields = Schemas["TeamFields"];
export type Hours = NonNullable<TeamFields["hours"]>;
export type Span = Hours["weekly"][number];
export type Day = Span["day"];

const at = (id: string) => ({ params: { path: { id } } });

export const team = {
  users: async () => (await answer<{ items: User[] }>(client.GET("/api/v1/users"))).items,
  invite: (body: { email: string; name: string; role: Role }) =>
    answer<Link>(client.POST("/api/v1/users/invitations", { body })),
  reset: (id: string) => answer<Link>(client.POST("/api/v1/users/{id}/reset", at(id))),
  changeUser: (id: string, body: { name: string; role: Role }) =>
    answer<User>(client.PUT("/api/v1/users/{id}", { ...at(id), body })),
  disable: (id: string) => answer<User>(client.POST("/api/v1/users/{id}/disable", at(id))),
  enable: (id: string) => answer<User>(client.POST("/api/v1/users/{id}/enable", at(id))),
  people: async () => (await answer<{ items: Person[] }>(client.GET("/api/v1/people"))).items,
  setSkills: (id: string, body: { capacity: number; languages: string[]; topics: string[] }) =>
    answer<unknown>(client.PUT("/api/v1/people/{id}/skills", { ...at(id), body })),
  teams: async () => (await answer<{ items: Team[] }>(client.GET("/api/v1/teams"))).items,
  addTeam: (body: TeamFields) => answer<unknown>(client.POST("/api/v1/teams", { body })),
  changeTeam: (id: string, body: TeamFields) => answer<unknown>(client.PUT("/api/v1/teams/{id}", { ...at(id), body })),
  deleteTeam: (id: string) => answer<unknown>(client.DELETE("/api/v1/teams/{id}", at(id))),
};
