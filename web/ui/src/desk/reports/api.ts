// What the reports page asks of the gateway.
import type { operations } from "../../api";
import { answer, client } from "../api";

export type Report = operations["get-reports"]["responses"][200]["content"]["application/json"];
export type ModelReport = operations["get-model-report"]["responses"][200]["content"]["application/json"];
export type Figures = Report["totals"];
export type Table = "days" | "reasons" | "intents" | "agents" | "deliveries";

/** Which report is wanted; empty strings ask for nothing in particular. */
export interface Ask {
  from: string;
  to: string;
  tz: string;
  route: string;
  team: string;
}

function asked(ask: Ask) {
  return Object.fromEntries(Object.entries(ask).filter(([, value]) => value !== "")) as Partial<Ask>;
}

export const reports = {
  read: (ask: Ask) => answer<Report>(client.GET("/api/v1/reports", { params: { query: asked(ask) } })),
  models: ({ from, to, route }: Ask) =>
    answer<ModelReport>(
      client.GET("/api/v1/reports/models", { params: { query: { from, to, ...(route && { route }) } } }),
    ),
  csv: (ask: Ask, table: Table) => `/api/v1/reports.csv?${new URLSearchParams({ ...asked(ask), table })}`,
};
