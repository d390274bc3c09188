import { describe, expect, it } from "vitest";
import type { Event } from "../../api";
import type { Packet } from "./api";
import { knownOf, packetsByEvent } from "./packet";

const packet = (createdAt: string, more: Partial<Packet> = {}) =>
  ({
    id: createdAt,
    createdAt,
    entities: {},
    summary: { issue: "", facts: [], alreadyTried: [], askedFor: "answer", mood: "calm" },
    ...more,
  }) as unknown as Packet;

describe("packetsByEvent", () => {
  const event = (at: string, from = "bot", to = "queue") => ({ at: `2026-11-22T${at}Z`, from, to }) as unknown as Event;
  const of = (at: string) => packet(`2026-11-22T${at}Z`);
  it("gives each packet to the change that is nearest in time", () => {
    const events = [event("10:00:00.000"), event("10:05:00.000")];
    const packets = [of("10:05:00.200"), of("10:00:00.400")];
    expect([...packetsByEvent(events, packets)]).toEqual([
      [events[1], packets[0]],
      [events[0], packets[1]],
    ]);
  });
  it("does not repeat it when the queue gives the conversation on at once", () => {
    const events = [event("10:00:00.000"), event("10:00:00.100", "queue", "agent")];
    const one = of("10:00:00.100");
    expect([...packetsByEvent(events, [one])]).toEqual([[events[0], one]]);
  });
  it("gives none to a change of another time", () => {
    expect(packetsByEvent([event("10:00:00.000")], [of("10:05:00.000")]).size).toBe(0);
    expect(packetsByEvent([event("10:00:00.000", "bot", "none")], [of("10:00:00.000")]).size).toBe(0);
  });
});

it("says what is known once", () => {
  const fact = { name: "email" as const, value: "ada@example.com", text: "ADA@example.com", seq: 3, messageId: "m3" };
  const p = packet("x", {
    entities: { email: "ada@example.com", amount: "12.00" },
    summary: { issue: "", facts: [fact], alreadyTried: [], tried: [], askedFor: "answer", mood: "calm" },
  });
  expect(knownOf(p)).toEqual([
    { name: "email", value: "ada@example.com", messageId: "m3" },
    { name: "amount", value: "12.00" },
  ]);
});
