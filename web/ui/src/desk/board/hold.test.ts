import { describe, expect, it } from "vitest";
import { hold } from "./hold";

describe("held rows", () => {
  const row = (id: string, text = "") => ({ id, text });
  it("follow what is fresh while nobody holds them", () => {
    expect(hold(undefined, [row("b"), row("a")])).toEqual({
      rows: [
        { row: row("b"), settled: false },
        { row: row("a"), settled: false },
      ],
      waiting: 0,
    });
  });
  it("keep their places, change in place, and let new ones wait", () => {
    const held = hold([row("a"), row("b")], [row("c"), row("b", "newer"), row("d")]);
    expect(held.rows).toEqual([
      { row: row("a"), settled: true },
      { row: row("b", "newer"), settled: false },
    ]);
    expect(held.waiting).toBe(2);
  });
});
