import type { components } from "../../api";
import { answer, client } from "../api";

type Schemas = components["schemas"];
export type Proposal = Schemas["Proposal"];
export type NewIntent = Schemas["NewIntent"];
export type Intent = Schemas["KnownIntent"];
export type Reading = Schemas["KnowledgeReading"];
export type Effect = Schemas["LearningEffect"];
export type Change = Schemas["ReadingChange"];
export type ProposalState = Proposal["state"];

export const learningApi = {
  proposals: (state: ProposalState, cursor: string) =>
    answer<Schemas["ProposalListBody"]>(
      client.GET("/api/v1/learning/proposals", {
        params: { query: { state, limit: 50, ...(cursor ? { cursor } : {}) } },
      }),
    ),
  propose: (body: Schemas["ProposeInputBody"]) => answer<Proposal>(client.POST("/api/v1/learning/proposals", { body })),
  review: (id: string, body: Schemas["ReviewInputBody"]) =>
    answer<Proposal>(client.POST("/api/v1/learning/proposals/{id}/review", { params: { path: { id } }, body })),
  preview: () => answer<Effect>(client.GET("/api/v1/learning/preview")),
  publish: () => answer<Effect>(client.POST("/api/v1/learning/publish")),
  intents: () => answer<Schemas["IntentListBody"]>(client.GET("/api/v1/knowledge/intents")),
  read: (text: string, language: string) =>
    answer<Reading>(client.POST("/api/v1/knowledge/try", { body: { text, ...(language ? { language } : {}) } })),
};
