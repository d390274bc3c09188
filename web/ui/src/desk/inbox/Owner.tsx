import { Bot, Check, Headset, Hourglass } from "lucide-react";
import type { Summary } from "../api";
import { catalogues, useWords, type Words } from "../words";

const looks = {
  bot: { icon: Bot, className: "rounded-md bg-bot-soft text-bot" },
  queue: { icon: Hourglass, className: "rounded-full bg-warn-soft text-warn" },
  agent: { icon: Headset, className: "rounded-full bg-agent-soft text-agent" },
  none: { icon: Check, className: "rounded-full bg-sunken text-muted" },
} as const;

/** Who may speak, told apart by shape and picture as well as colour. */
export function OwnerMark({ owner, small = false }: { owner: Summary["owner"]; small?: boolean }) {
  const words = useWords();
  const { icon: Icon, className } = looks[owner];
  return (
    <span className={`flex shrink-0 items-center justify-center ${small ? "size-5" : "size-8"} ${className}`}>
      <Icon aria-hidden className={small ? "size-3.5" : "size-[18px]"} />
      <span className="sr-only">{words.ownerIs(words.owners[owner])}</span>
    </span>
  );
}

/** Who may speak, by name where it matters: the agent who reads this, or another one. */
export function whoOwns(
  words: Words,
  { owner, agent }: Pick<Summary, "owner" | "agent">,
  me: string,
  name?: string,
): string {
  if (owner !== "agent") return words.owners[owner];
  return agent === me ? words.you : name || words.people.colleague;
}

/** The name of a person, or the number when there is none. */
export function nameOf(contact: Summary["contact"]): string {
  return contact.name || contact.phone || contact.id;
}

/** Why a conversation changed hands: the code in words, and what was noted with it ("code: detail"). */
export function reasonInWords(words: Words, reason: string): { text: string; detail: string } {
  const [code = "", ...rest] = reason.split(": ");
  // A reason that a person wrote is no code.
  if (!/^[a-z_]+$/.test(code)) return { text: reason, detail: "" };
  const text = inWords(words.reasons, code);
  const detail = rest.join(": ");
  // The detail is English and often says no more than the code does.
  const known = inWords(catalogues.en.reasons, code);
  return { text, detail: detail.toLowerCase() === known.toLowerCase() ? "" : detail };
}

/** A stable code in words; one this page does not know is shown with its underscores taken out. */
export function inWords(table: Record<string, string>, code: string): string {
  const known = table[code];
  if (known) return known;
  const plain = code.replaceAll("_", " ").trim();
  return plain.charAt(0).toLocaleUpperCase() + plain.slice(1);
}
