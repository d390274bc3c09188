import { describe, expect, it } from "vitest";
import { codePoints, countParts, partLimit } from "./parts";

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
  ])("%s", (_, text, parts) => {
    expect(countParts(text)).toBe(parts);
  });

  // The gateway prefers these places, so that a text of two limits may take three messages.
  it.each([
    ["a paragraph before a line", "aaa\n\nbb\nc ddddddd", 10, 3],
    ["a sentence before a word", "aaaaa. bb cccccccccc", 10, 3],
    ["a word", "aaaaaa bbbbbb cccccc", 10, 3],
    ["nowhere in the first half", "aa bbbbbbbbbbbbbbbbb", 10, 2],
    ["the white space at a cut is lost", `aaaaaaaaaa${" ".repeat(30)}b`, 10, 2],
  ])("cuts at %s", (_, text, limit, parts) => {
    expect(countParts(text, limit)).toBe(parts);
  });
});

it("counts code points, as WhatsApp does", () => {
  expect(codePoints("abc")).toBe(3);
  expect(codePoints("🙂".repeat(5000))).toBe(5000);
});
