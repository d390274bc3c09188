// Puts the activity log into words, and gathers it by the message it is about.
import type { ActivityEntry, PhoneMessage } from "./sandbox";
import type { Words } from "./words";

export type Tone = "plain" | "ok" | "warn" | "danger";

const trouble = new Set(["failed", "given_up", "unknown_user", "not_on_whatsapp", "aborted"]);
const good = new Set(["accepted", "sent", "delivered", "read"]);

export function tone(entry: ActivityEntry): Tone {
  if (good.has(entry.outcome)) return entry.outcome === "accepted" || entry.outcome === "sent" ? "plain" : "ok";
  return trouble.has(entry.outcome) ? "danger" : "warn";
}

export function kindName(words: Words, kind: string): string {
  return (words.kinds as Record<string, string>)[kind] ?? words.kinds.other;
}

/** The outcome's word; one this page does not know is shown with its underscores taken out. */
export function outcomeName(words: Words, outcome: string): string {
  return (words.outcomes as Record<string, string>)[outcome] ?? outcome.replaceAll("_", " ");
}

/** One entry as a sentence. */
export function sentence(words: Words, entry: ActivityEntry): string {
  const { step } = words;
  const fine = good.has(entry.outcome);
  const sends = entry.kind === "trigger_send" || entry.kind === "messages_send";
  if (entry.kind === "inbound" && fine) return step.inboundAccepted;
  if (entry.kind === "webhook") {
    if (fine) return step.webhookAccepted;
    if (entry.outcome === "retrying") return step.webhookRetrying;
    if (entry.outcome === "given_up") return step.webhookGivenUp;
    if (entry.outcome === "failed") return step.webhookFailed;
  }
  if (sends && fine) return step.sendAccepted;
  if (sends && (entry.outcome === "failed" || entry.outcome === "rate_limited")) return step.sendFailed;
  if (entry.kind === "delivery" || sends) {
    if (entry.outcome === "delivered") return step.delivered;
    if (entry.outcome === "read") return step.read;
    if (entry.outcome === "sent" || entry.outcome === "accepted") return step.sent;
    return step.dropped(outcomeName(words, entry.outcome).toLocaleLowerCase());
  }
  if (entry.kind === "subscription") return step.subscription;
  if (entry.kind === "user" && fine) return step.user;
  return step.other(kindName(words, entry.kind), outcomeName(words, entry.outcome));
}

/**
 * The entries of one phone. A send may reach many people in one call and then names none of them; it belongs to every
 * phone that its dispatch was delivered to.
 */
export function entriesOf(phone: string, entries: ActivityEntry[]): ActivityEntry[] {
  const dispatches = new Set(entries.filter((e) => e.phone === phone && e.dispatch_id).map((e) => e.dispatch_id));
  return entries.filter((e) => e.phone === phone || (!e.phone && e.dispatch_id && dispatches.has(e.dispatch_id)));
}

/** What happened from one message of the person up to the next. */
export interface Chapter {
  key: string;
  /** The person's message that opened it; undefined for what happened before any. */
  opening: PhoneMessage | undefined;
  /** Oldest first. */
  entries: ActivityEntry[];
}

/**
 * Chapters of one phone, newest first. An entry belongs to the message it names: a reply to the message it answers (the
 * last one of the person before it), so that a late retry stays with its own message.
 */
export function chapters(entries: ActivityEntry[], messages: PhoneMessage[], limit: number): Chapter[] {
  const byOpening = new Map<number, Chapter>();
  const openings = messages.filter((m) => m.direction === "in");
  const opened = new Map<string, number>();
  const ordered = [...entries].sort((a, b) => a.n - b.n);
  for (const entry of ordered) {
    if (entry.message_n !== undefined && entry.dispatch_id) opened.set(entry.dispatch_id, entry.message_n);
  }
  for (const entry of ordered) {
    const about = entry.message_n ?? opened.get(entry.dispatch_id ?? "");
    const opening = openings.findLast((m) => (about === undefined ? m.at <= entry.at : m.n <= about));
    const n = opening?.n ?? 0;
    const chapter = byOpening.get(n) ?? { key: String(n), opening, entries: [] };
    chapter.entries.push(entry);
    byOpening.set(n, chapter);
  }
  return [...byOpening.values()].sort((a, b) => Number(b.key) - Number(a.key)).slice(0, limit);
}
