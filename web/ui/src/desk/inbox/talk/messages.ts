// What a message says beside its words: why it did not go, and what came with it. Pure.
import type { Language } from "../../../words/locale";
import type { Message } from "../../api";
import type { TalkWords } from "./words";

type Known = Exclude<keyof TalkWords["status"], "refused">;

/** Why a message did not go, or nobody knows, and what to do; empty when all is well. */
export function troubleOf(words: TalkWords, language: Language, message: Message): string {
  const { status, statusReason = "", failure } = message;
  if (status === "failed") return failure ? `${failure.title[language]}. ${failure.cure[language]}` : statusReason;
  if (status !== "dead" && status !== "unknown" && status !== "cancelled" && status !== "withheld") return "";
  const [code = "", ...rest] = statusReason.split(": ");
  if (code in words.status && code !== "refused") return words.status[code as Known];
  if (status === "unknown") return words.status.unknown;
  return statusReason ? words.status.refused([code, ...rest].join(": ")) : "";
}

/** Whether the words of a message are worth sending again: it is ours, and it surely did not go. */
export function resendable({ direction, status, text }: Message): boolean {
  return direction === "out" && ["dead", "cancelled", "failed"].includes(status) && text.trim() !== "";
}

/** What came with a message, with the address the gateway gives it at. */
export function attachments(message: Message) {
  return message.media.map((m) => ({
    kind: m.kind,
    path: m.path,
    name: fileName(m.url),
    heard: m.heard ?? "",
    seen: m.seen ?? "",
    written: m.written ?? "",
  }));
}

/** The last part of an address, if it reads like the name of a file. */
export function fileName(address: string): string {
  try {
    const name = decodeURIComponent(new URL(address).pathname.split("/").at(-1) ?? "");
    return /^[^/\\]{1,120}\.\w{2,5}$/.test(name) ? name : "";
  } catch {
    return "";
  }
}
