import { describe, expect, it } from "vitest";
import { find, match } from "./fuzzy";

const order = (things: string[], search: string) => find(things, (t) => t, search).map((f) => f.thing);

describe("find", () => {
  it("finds by the first letters of words, whatever lies between", () => {
    expect(order(["Requests", "Reply queue"], "rq")).toEqual(["Reply queue", "Requests"]);
  });
  it("finds a word that begins so before one that holds it", () => {
    expect(order(["My status: Away", "Queue", "Unqueued"], "queue")).toEqual(["Queue", "Unqueued"]);
  });
  it("looks past accents and case", () => {
    expect(order(["Étiqueter", "Aller à : Réglages"], "reglages")).toEqual(["Aller à : Réglages"]);
    expect(match("Été", "ete")?.at).toEqual([0, 1, 2]);
  });
  it("keeps the given order without a search, and finds nothing where a letter is missing", () => {
    expect(order(["b", "a"], "")).toEqual(["b", "a"]);
    expect(match("Queue", "qx")).toBeUndefined();
  });
  it("does not run past the letters that are still needed for a word's beginning", () => {
    expect(match("abc a", "abc")?.at).toEqual([0, 1, 2]);
    expect(match("bar x b", "br")?.at).toEqual([0, 2]);
  });
});
