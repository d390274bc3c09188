import { describe, expect, it } from "vitest";
import table from "../../../../../internal/channel/delivery/testdata/split.json";
import { codePoints, countParts, partLimit, split } from "./parts";

// The gateway's own test reads the same table.
describe("split", () => {
  it.each(table.map((c) => [c.name, c] as const))("%s", (_, { text, limit, want }) => {
    expect(split(text, limit)).toEqual(want ?? []);
  });
});

describe("countParts", () => {
  it.each([
    ["nothing", "", 0],
    ["white space", " \n ", 0],
    ["a word", "hello", 1],
    ["exactly the limit", "x".repeat(partLimit), 1],
    ["white space around the limit", `  ${"x".repeat(partLimit)}\n`, 1],
    ["one more", "x".repeat(partLimit + 1), 2],
    ["twice the limit", "x".repeat(2 * partLimit), 2],
    ["emoji count once", "🙂".repeat(partLimit), 1],
    ["one emoji more", "🙂".repeat(partLimit + 1), 2],
    ["Liquid, which is sent longer than it was written", `{{${"x".repeat(partLimit - 2)}`, 2],
  ])("%s", (_, text, parts) => {
    expect(countParts(text)).toBe(parts);
  });
});

it("counts code points, as WhatsApp does", () => {
  expect(codePoints("abc")).toBe(3);
  expect(codePoints("🙂".repeat(5000))).toBe(5000);
});
