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

/** What happened. */
export function eventText(words: TalkWords, event: Event, names: Names): string {
  const kind = event.kind as string;
  const who = actorOf(words, event, names);
  if (!(kind in words.events)) return words.otherEvent(kind.replaceAll("_", " "));
  const known = kind as keyof TalkWords["events"];
  return who ? words.eventsBy[known](who) : words.events[known];
}
