// What people change about a conversation: how each change is asked of the gateway, and how the page shows it meanwhile.
import type { Detail } from "../../api";
import { type Outcome, type Priority, talk } from "../talk/api";

export type Change =
  | { kind: "accept" }
  | { kind: "reopen" }
  | { kind: "pass_back"; promise?: string }
  | { kind: "resolve"; outcome?: Outcome; note?: string }
  | { kind: "assign"; to: { userId: string; name: string } | { teamId: string; name: string }; note?: string }
  | { kind: "snooze"; until: string | null }
  | { kind: "priority"; priority: Priority }
  | { kind: "tags"; tags: string[] }
  | { kind: "template"; clientId: string; seen: number; params: Record<string, string> };

export type ChangeKind = Change["kind"];

/** Changes of one group exclude each other; those of different groups go side by side. */
export type Group = "owner" | "snooze" | "priority" | "tags" | "template";

export function groupOf(kind: ChangeKind): Group {
  return kind === "snooze" || kind === "priority" || kind === "tags" || kind === "template" ? kind : "owner";
}

/** Asks the gateway for a change; it answers with the conversation as it then is. */
export function ask({ id, epoch }: Detail, change: Change): Promise<Detail> {
  switch (change.kind) {
    case "assign": {
      const { name: _, ...to } = change.to;
      return talk.transfer(id, { epoch, to, ...(change.note ? { note: change.note } : {}) });
    }
    case "snooze":
      return talk.snooze(id, change.until);
    case "priority":
      return talk.priority(id, change.priority);
    case "tags":
      return talk.setTags(id, change.tags);
    case "template":
      return talk.template(id, { clientId: change.clientId, seenSeq: change.seen, params: change.params });
    default:
      return talk.owner(id, { ...change, epoch });
  }
}

/** The conversation as it is once a change has been made by `me`. */
export function changed(detail: Detail, change: Change, me: string): Detail {
  const { agent: _, ...rest } = detail;
  switch (change.kind) {
    case "accept":
      return { ...rest, owner: "agent", agent: me };
    case "assign":
      return "userId" in change.to
        ? { ...rest, owner: "agent", agent: change.to.userId }
        : { ...rest, owner: "queue", team: change.to.teamId };
    case "pass_back":
    case "reopen":
      return { ...rest, owner: "bot" };
    case "resolve":
      return { ...rest, owner: "none", ...(change.outcome ? { outcome: change.outcome } : {}) };
    case "snooze":
      return { ...detail, snoozedUntil: change.until ?? undefined };
    case "priority":
      return { ...detail, priority: change.priority };
    case "tags":
      return { ...detail, tags: change.tags };
    case "template":
      return detail;
  }
}

/** What may be done to a conversation, in the order of the buttons. */
export function offered(detail: Detail, me: string): ChangeKind[] {
  const aside: ChangeKind[] = ["assign", "snooze", "tags", "priority"];
  switch (detail.owner) {
    case "none":
      return ["reopen", "tags"];
    case "bot":
      return ["accept", ...aside, "resolve"];
    case "agent":
      return [...(detail.agent === me ? [] : (["accept"] as const)), ...aside, "pass_back", "resolve"];
    default:
      return ["accept", ...aside, "pass_back", "resolve"];
  }
}

/** Whether a conversation is put aside at a moment. */
export function snoozed({ snoozedUntil }: Pick<Detail, "snoozedUntil">, now: number): boolean {
  return !!snoozedUntil && Date.parse(snoozedUntil) > now;
}
