// What the bot handed over, as people read it. Pure.
import type { Event } from "../../api";
import type { Packet } from "./api";

/** How far apart, in ms, a packet and the rule of its handover may be in time. */
const apart = 10_000;

/** Which packet belongs to which change of owner: each to the one by which the bot let go, nearest to it in time. */
export function packetsByEvent(events: readonly Event[], packets: readonly Packet[]): Map<Event, Packet> {
  const out = new Map<Event, Packet>();
  const given = events.filter((e) => e.from === "bot" && e.to !== "none");
  for (const packet of packets) {
    const gap = (e: Event) => Math.abs(Date.parse(packet.createdAt) - Date.parse(e.at));
    const event = given.filter((e) => !out.has(e)).sort((a, b) => gap(a) - gap(b))[0];
    if (event && gap(event) <= apart) out.set(event, packet);
  }
  return out;
}

/** What is known by name and value; what the facts say is not said twice. */
export function knownOf({ summary, entities }: Packet): { name: string; value: string; messageId?: string }[] {
  const facts = summary.facts.map(({ name, value, messageId }) => ({ name, value, messageId }));
  const rest = Object.entries(entities)
    .filter(([name, value]) => !facts.some((f) => f.name === name && f.value === value))
    .map(([name, value]) => ({ name, value }));
  return [...facts, ...rest];
}
