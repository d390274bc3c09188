// What the bot handed over, as people read it. Pure.
import type { Event } from "../../api";
import type { Packet } from "./api";

/** How far apart, in ms, a packet and the rule of its handover may be in time. */
const apart = 10_000;

/** The packet that came with a change of owner: the nearest in time, if one is near. */
export function packetOf(event: Event, packets: readonly Packet[]): Packet | undefined {
  const gap = (p: Packet) => Math.abs(Date.parse(p.createdAt) - Date.parse(event.at));
  const nearest = [...packets].sort((a, b) => gap(a) - gap(b))[0];
  return nearest && gap(nearest) <= apart ? nearest : undefined;
}

/** What is known by name and value; what the facts say is not said twice. */
export function knownOf({ summary, entities }: Packet): { name: string; value: string; messageId?: string }[] {
  const facts = summary.facts.map(({ name, value, messageId }) => ({ name, value, messageId }));
  const rest = Object.entries(entities)
    .filter(([name, value]) => !facts.some((f) => f.name === name && f.value === value))
    .map(([name, value]) => ({ name, value }));
  return [...facts, ...rest];
}
