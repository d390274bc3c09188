// What the board asks of the gateway.
import type { operations } from "../../api";
import { answer, client, type Detail } from "../api";

export type Board = operations["get-board"]["responses"][200]["content"]["application/json"];
export type Row = Board["rows"][number];
export type Agent = Board["agents"][number];
export type Why = Row["why"];

const of = (id: string) => ({ params: { path: { id } } });

export const board = {
  read: () => answer<Board>(client.GET("/api/v1/board")),
  take: (row: Row) =>
    answer<Detail>(
      client.POST("/api/v1/conversations/{id}/owner", { ...of(row.id), body: { kind: "accept", epoch: row.epoch } }),
    ),
  transfer: (row: Row, to: { userId: string } | { teamId: string }) =>
    answer<Detail>(
      client.POST("/api/v1/conversations/{id}/transfer", { ...of(row.id), body: { epoch: row.epoch, to } }),
    ),
};
