// Which live events are news for me. Pure.
import type { Listed } from "../inbox/calls";
import type { Heard } from "../inbox/session";

export interface News {
  kind: "queued" | "assigned" | "answered" | "mention";
  conversation: string;
  /** The customer, or the colleague who mentioned me. */
  name: string;
  text: string;
  /** The same in every tab, so that one of them tells. */
  key: string;
}

/** What was known of a conversation before an event. */
export interface Known {
  owner: Listed["owner"];
  agent: string;
  queuedAt: string;
  inSeq: number;
}

export interface Hearer {
  me: string;
  teams: readonly string[];
}

export function known(c: Listed): Known {
  return { owner: c.owner, agent: c.agent ?? "", queuedAt: c.queuedAt ?? "", inSeq: inSeqOf(c) };
}

/** Number of the customer's newest line; of the newest line where the gateway does not say. */
function inSeqOf(c: Listed): number {
  return c.inSeq ?? (c.lastDirection === "in" ? c.lastSeq : 0);
}

/** A wait that began longer ago than this is no news, when nothing was known of the conversation. */
const recent = 120_000;

/** What an event of a conversation tells me that I should hear at once; undefined when nothing. */
export function newsOf(c: Listed, before: Known | undefined, { me, teams }: Hearer, now: number): News | undefined {
  const name = c.contact.name || c.contact.phone || c.contact.id;
  const news = (kind: News["kind"], at: string | number): News => ({
    kind,
    conversation: c.id,
    name,
    text: c.lastText,
    key: `${kind}:${c.id}:${at}`,
  });
  if (c.owner === "agent" && c.agent === me) {
    if (before?.owner !== "agent" || before.agent !== me) return news("assigned", c.epoch);
    return inSeqOf(c) > before.inSeq ? news("answered", inSeqOf(c)) : undefined;
  }
  if (c.owner !== "queue" || !c.queuedAt || (c.team && !teams.includes(c.team))) return undefined;
  const began = before
    ? before.owner !== "queue" || before.queuedAt !== c.queuedAt
    : now - Date.parse(c.queuedAt) < recent;
  return began ? news("queued", c.queuedAt) : undefined;
}

export function mentionOf(heard: Extract<Heard, { kind: "mention" }>): News {
  return {
    kind: "mention",
    conversation: heard.conversationId,
    name: heard.by,
    text: "",
    key: `mention:${heard.messageId}`,
  };
}
