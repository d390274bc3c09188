// Changes of owner in words, in the language of the reader. Pure.
import type { Event } from "../../api";
import type { TalkWords } from "./words";

/** What is known of people: who reads, and the names behind ids. */
export interface Names {
  me: string;
  nameOf: (id: string | undefined) => string | undefined;
}

/** Who did it: the reader, a colleague by name, or nothing for what the bot and the program do by themselves. */
export function actorOf(words: TalkWords, event: Event, { me, nameOf }: Names): string {
  if (event.actor === me) return words.me;
  if (!event.actor || /^(bot|parley)$/.test(event.actor)) return "";
  const named = nameOf(event.actor) ?? event.actorName;
  return named && named !== event.actor ? named : words.colleague;
}

/** Why, where a change has a reason of its own: what was promised, or what the desk says of what it did by itself. */
export function reasonOf(words: TalkWords, event: Event): { text: string; detail: string } | undefined {
  if (!event.reason) return undefined;
  if (event.kind === "pass_back") return { text: "", detail: words.promised(event.reason) };
  if (event.actor !== "parley") return undefined;
  const silent = /^no answer for (.+)$/.exec(event.reason)?.[1];
  if (silent) return { text: words.byItself.silent(silent), detail: "" };
  if (event.reason === "next in line") return { text: words.byItself.next, detail: "" };
  return event.reason === "their account was disabled" ? { text: words.byItself.disabled, detail: "" } : undefined;
}

/** What happened. `to` is the id of who got the conversation, where that is known. */
export function eventText(words: TalkWords, event: Event, names: Names, to?: string): string {
  const kind = event.kind as string;
  const who = actorOf(words, event, names);
  const getter = to === names.me ? words.toMe : names.nameOf(to);
  if (kind === "assign" && getter) return who ? words.assignedBy(who, getter) : words.assignedTo(getter);
  if (!(kind in words.events)) return words.otherEvent(kind.replaceAll("_", " "));
  const known = kind as keyof TalkWords["events"];
  return who ? words.eventsBy[known](who) : words.events[known];
}
