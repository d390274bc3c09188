import { describe, expect, it } from "vitest";
import type { Event } from "../../api";
import type { Packet } from "./api";
import { knownOf, packetOf } from "./packet";

const packet = (createdAt: string, more: Partial<Packet> = {}) =>
  ({
    id: createdAt,
    createdAt,
    entities: {},
    summary: { issue: "", facts: [], alreadyTried: [], askedFor: "answer", mood: "calm" },
    ...more,
  }) as unknown as Packet;

describe("packetOf", () => {
  const event = { at: "2026-11-22T10:00:00.000Z" } as Event;
  it("takes the nearest in time", () => {
    const list = ["10:05:00.000", "10:00:00.400", "09:59:58.000"].map((t) => packet(`2026-11-22T${t}Z`));
    expect(packetOf(event, list)).toBe(list[1]);
  });
  it("takes none of another handover", () => {
    expect(packetOf(event, [packet("2026-11-22T10:05:00.000Z")])).toBeUndefined();
    expect(packetOf(event, [])).toBeUndefined();
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
