import { expect, test } from "vitest";
import { type Attribute, arrays, inWords, shown, type Telling, toldInWords } from "./profile";
import { en } from "./profile.en";

const attribute = (over: Partial<Attribute>): Attribute => ({
  name: "a",
  kind: "plain",
  value: "null",
  state: "accepted",
  since: "2026-11-22T20:00:00Z",
  ...over,
});

test("values read as people say them", () => {
  expect(inWords("true", en)).toBe("yes");
  expect(inWords("false", en)).toBe("no");
  expect(inWords("null", en)).toBe("taken away");
  expect(inWords('"opening_hours"', en)).toBe("opening_hours");
  expect(inWords("4", en)).toBe("4");
  expect(inWords('{"$time":"2026-11-22T20:00:00.000Z"}', en)).toBe("2026-11-22T20:00:00.000Z");
  expect(inWords('{"score":4,"route":"support"}', en)).toBe("score 4, route support");
  expect(inWords("no json", en)).toBe("no json");
});

test("an array stands in one line, in the state of the item in most trouble", () => {
  const list = shown(
    [
      attribute({ name: "topics", part: "returns", kind: "item", value: "true", toldAt: "2026-11-22T20:00:01Z" }),
      attribute({ name: "topics", part: "old", kind: "item", value: "false", toldAt: "2026-11-22T20:00:03Z" }),
      attribute({ name: "topics", part: "sizes", kind: "item", value: "true", state: "failed", reason: "too many" }),
      attribute({ name: "chat", part: "route", kind: "nested", value: '"support"' }),
    ],
    en,
  );
  expect(list).toEqual([
    { name: "topics", value: "returns, sizes", state: "failed", reason: "too many", toldAt: "2026-11-22T20:00:03Z" },
    { name: "chat.route", value: "support", state: "accepted", reason: "", toldAt: "" },
  ]);
});

test("what was told says what it did", () => {
  const told = (over: Partial<Telling>) =>
    toldInWords(
      {
        id: "1",
        kind: "attribute",
        name: "n",
        value: "1",
        happenedAt: "2026-11-22T20:00:00Z",
        state: "accepted",
        ...over,
      },
      arrays([attribute({ name: "list", kind: "item" }), attribute({ name: "n", kind: "nested" })]),
      en,
    );
  expect(told({ kind: "event", value: "{}" })).toEqual({ name: "n", value: "event" });
  expect(told({ kind: "increment" })).toEqual({ name: "n", value: "+ 1" });
  expect(told({ name: "list", part: "returns", value: "true" })).toEqual({ name: "list", value: "with returns" });
  expect(told({ name: "list", part: "returns", value: "false" })).toEqual({ name: "list", value: "without returns" });
  expect(told({ part: "open", value: "true" })).toEqual({ name: "n.open", value: "yes" });
  expect(told({ part: "route", value: '"support"' })).toEqual({ name: "n.route", value: "support" });
  expect(told({ value: "true" })).toEqual({ name: "n", value: "yes" });
});
