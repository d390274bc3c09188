// The calls of an open conversation: what people write, change and look up there.
import type { components } from "../../../api";
import { answer, client } from "../../api";

type Schemas = components["schemas"];

export type Priority = Schemas["PriorityInputBody"]["priority"];
export type Outcome = NonNullable<Schemas["OwnerInputBody"]["outcome"]>;
/** What the bot hands over to people: handoff.v1, with what a person said of it. */
export type Packet = Schemas["Handoff"];
/** One attempt of the bot before it handed over. */
export type Tried = Schemas["PacketTried"];
/** An answer of the knowledge base to what the customer wrote last. */
export type Suggestion = Schemas["PacketSuggestion"];
/** An answer that was written beforehand. */
export type Canned = Schemas["CannedReply"];
export type KeptDraft = Schemas["Draft"];
/** Everything known here of a person. */
export type ContactPage = Schemas["ContactPage"];
/** One conversation of the past, in a line. */
export type PastConversation = Schemas["PastConversation"];

/** How a customer judged the help. */
export type Csat = Schemas["Survey"];

const at = (id: string) => ({ params: { path: { id } } });
/** A page that is being left still sends this; a browser takes 64 KiB of such calls at once. */
const last = (size = 0) => ({ keepalive: size < 10_000 });

export const talk = {
  tags: async () => (await answer(client.GET("/api/v1/tags"))).items,
  canned: async (conversation: string) =>
    (await answer(client.GET("/api/v1/canned", { params: { query: { conversation } } }))).items,
  contact: (id: string) => answer(client.GET("/api/v1/contacts/{id}", at(id))),
  consents: async (id: string) => (await answer(client.GET("/api/v1/contacts/{id}/consents", at(id)))).items,
  decide: (id: string, kind: Schemas["ConsentInputBody"]["kind"]) =>
    answer(client.POST("/api/v1/contacts/{id}/consents", { ...at(id), body: { kind } })),
  identify: (id: string, externalId: string) =>
    answer(client.PUT("/api/v1/contacts/{id}/external-id", { ...at(id), body: { externalId } })),
  handoffs: async (id: string) => (await answer(client.GET("/api/v1/conversations/{id}/handoffs", at(id)))).items,
  label: (id: string, handoffId: string, needed: boolean) =>
    answer(
      client.POST("/api/v1/conversations/{id}/handoffs/{handoffId}/label", {
        params: { path: { id, handoffId } },
        body: { needed },
      }),
    ),
  /** Nothing when the knowledge base has no answer that was not given yet. */
  suggestion: (id: string): Promise<Suggestion | undefined> =>
    answer(client.GET("/api/v1/conversations/{id}/suggestion", at(id))),

  /** Nothing when there is none. */
  draft: (id: string): Promise<KeptDraft | undefined> => answer(client.GET("/api/v1/conversations/{id}/draft", at(id))),
  keepDraft: (id: string, text: string, seenSeq: number): Promise<KeptDraft | undefined> =>
    answer(
      client.PUT("/api/v1/conversations/{id}/draft", { ...at(id), ...last(text.length), body: { text, seenSeq } }),
    ),
  dropDraft: (id: string) => answer(client.DELETE("/api/v1/conversations/{id}/draft", { ...at(id), ...last() })),
  note: (id: string, body: Schemas["NoteInputBody"]) =>
    answer(client.POST("/api/v1/conversations/{id}/notes", { ...at(id), body })),
  activity: (id: string, doing: Schemas["ActivityInputBody"]["doing"]) =>
    answer(client.POST("/api/v1/conversations/{id}/activity", { ...at(id), ...last(), body: { doing } })),

  owner: (id: string, body: Schemas["OwnerInputBody"]) =>
    answer(client.POST("/api/v1/conversations/{id}/owner", { ...at(id), body })),
  transfer: (id: string, body: Schemas["TransferInputBody"]) =>
    answer(client.POST("/api/v1/conversations/{id}/transfer", { ...at(id), body })),
  snooze: (id: string, until: string | null) =>
    answer(client.POST("/api/v1/conversations/{id}/snooze", { ...at(id), body: { until } })),
  priority: (id: string, priority: Priority) =>
    answer(client.POST("/api/v1/conversations/{id}/priority", { ...at(id), body: { priority } })),
  setTags: (id: string, tags: string[]) =>
    answer(client.PUT("/api/v1/conversations/{id}/tags", { ...at(id), body: { tags } })),
  template: (id: string, body: Schemas["TemplateInputBody"]) =>
    answer(client.POST("/api/v1/conversations/{id}/template", { ...at(id), body })),
};
