import { describe, expect, it } from "vitest";
import { atBefore, findNamed, mentioned, pieces } from "./mentions";

const people = [
  { id: "1", name: "Ben" },
  { id: "2", name: "Ben Okri" },
  { id: "3", name: "Zoé Durand" },
];

describe("atBefore", () => {
  it.each([
    ["@", 1, { from: 0, query: "" }],
    ["@be", 3, { from: 0, query: "be" }],
    ["ask @zo", 7, { from: 4, query: "zo" }],
    ["ask @Ben Ok", 11, { from: 4, query: "Ben Ok" }],
    ["me@example", 10, undefined],
    ["ask @ben\nnext", 13, undefined],
    ["ask", 3, undefined],
  ])("%j at %i", (text, caret, want) => {
    expect(atBefore(text, caret)).toEqual(want);
  });
});

it("finds people by the beginning of any of their names, accents forgiven", () => {
  expect(findNamed(people, "ok").map((p) => p.id)).toEqual(["2"]);
  expect(findNamed(people, "ben o").map((p) => p.id)).toEqual(["2"]);
  expect(findNamed(people, "ZOE").map((p) => p.id)).toEqual(["3"]);
  expect(findNamed(people, "en")).toEqual([]);
});

describe("pieces", () => {
  it("takes the longer of two names", () => {
    expect(pieces("Please, @Ben Okri: look", people)).toEqual([
      { text: "Please, " },
      { text: "@Ben Okri", person: people[1] },
      { text: ": look" },
    ]);
  });
  it("needs the whole name, and no letter before the sign", () => {
    expect(mentioned("@Benjamin, me@Ben, @ben", people)).toEqual([]);
  });
  it("calls each person once", () => {
    expect(mentioned("@Ben and @Zoé Durand and @Ben", people)).toEqual(["1", "3"]);
  });
  it("loses nothing", () => {
    const text = "@Ben 🙂 @nobody\n@Zoé Durand.";
    expect(
      pieces(text, people)
        .map((p) => p.text)
        .join(""),
    ).toBe(text);
  });
});
