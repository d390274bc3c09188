import { describe, expect, it } from "vitest";
import type { ActivityEntry, PhoneMessage } from "./sandbox";
import { chapters, entriesOf, outcomeName, sentence, tone } from "./steps";
import { en } from "./words.en";

const entry = (n: number, kind: string, outcome: string, more: Partial<ActivityEntry> = {}): ActivityEntry => ({
  n,
  at: new Date(Date.UTC(2026, 10, 22, 9, 0, n)).toISOString(),
  kind,
  outcome,
  ...more,
});
const message = (n: number, direction: "in" | "out", second: number): PhoneMessage => ({
  n,
  id: `m${n}`,
  direction,
  layout: "text",
  status: "sent",
  at: new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString(),
});

describe("chapters", () => {
  it("puts a late retry with the message it is about, and a reply with the one it answers", () => {
    const messages = [message(1, "in", 0), message(2, "in", 10), message(3, "out", 20)];
    const entries = [
      entry(25, "delivery", "delivered", { message_n: 3 }),
      entry(22, "webhook", "accepted", { dispatch_id: "d1" }),
      entry(11, "inbound", "accepted", { message_n: 2, dispatch_id: "d2" }),
      entry(2, "webhook", "retrying", { dispatch_id: "d1" }),
      entry(1, "inbound", "accepted", { message_n: 1, dispatch_id: "d1" }),
    ];
    const got = chapters(entries, messages, 10).map((c) => [c.opening?.n, c.entries.map((e) => e.n)]);
    expect(got).toEqual([
      [2, [11, 25]],
      [1, [1, 2, 22]],
    ]);
  });

  it("keeps what happened before any message", () => {
    const got = chapters([entry(1, "subscription", "accepted")], [], 10);
    expect(got).toHaveLength(1);
    expect(got[0]?.opening).toBeUndefined();
  });
});

describe("entriesOf", () => {
  it("adds the send that brought this phone its reply, and no other phone's", () => {
    const entries = [
      entry(3, "delivery", "delivered", { phone: "+1", dispatch_id: "a" }),
      entry(2, "trigger_send", "accepted", { dispatch_id: "a" }),
      entry(1, "trigger_send", "accepted", { dispatch_id: "b" }),
      entry(0, "webhook", "accepted", { phone: "+2", dispatch_id: "c" }),
    ];
    expect(entriesOf("+1", entries).map((e) => e.n)).toEqual([3, 2]);
  });
});

describe("words of an entry", () => {
  it("says why a reply did not arrive", () => {
    expect(sentence(en, entry(1, "delivery", "not_subscribed"))).toBe("The reply did not arrive: not subscribed");
    expect(tone(entry(1, "delivery", "not_subscribed"))).toBe("warn");
  });

  it("has words for what it does not know", () => {
    expect(outcomeName(en, "some_new_thing")).toBe("some new thing");
    expect(sentence(en, entry(1, "canvas", "some_new_thing"))).toBe("Sandbox: some new thing");
  });

  it("tells a refused send from a dropped one", () => {
    expect(sentence(en, entry(1, "trigger_send", "rate_limited"))).toBe(en.step.sendFailed);
    expect(sentence(en, entry(1, "webhook", "given_up"))).toBe(en.step.webhookGivenUp);
  });
});
