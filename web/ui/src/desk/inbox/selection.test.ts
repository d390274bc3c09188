import { afterEach, describe, expect, it, vi } from "vitest";
import type { ApiError } from "../api";
import { nothing, Selection, settled, through } from "./selection";

const rows = ["a", "b", "c", "d"].map((id) => ({ id }));
const selection = () => new Selection((cause) => cause as ApiError);
const ids = (s: Selection) => [...s.store.snapshot().ids];

afterEach(() => vi.unstubAllGlobals());

describe("selection", () => {
  it("goes through the rows from the one toggled last, either way", () => {
    const s = selection();
    s.toggle("c");
    s.extend(rows, "a");
    expect(ids(s).sort()).toEqual(["a", "b", "c"]);
    s.toggle("b");
    expect(ids(s).sort()).toEqual(["a", "c"]);
  });

  it("selects the row itself when the one before is gone from the list", () => {
    expect([...through(nothing, rows, "gone", "b").ids]).toEqual(["b"]);
    expect(through(nothing, rows, "a", "gone")).toBe(nothing);
  });

  it("keeps the rows on which it did not work, each with its reason", () => {
    const after = settled(
      { ...nothing, ids: new Set(["a", "b", "c"]) },
      "resolve",
      [
        { id: "a", ok: true },
        { id: "b", ok: false, error: "Ben has taken it." },
      ],
      "unknown",
    );
    expect([...after.ids]).toEqual(["b", "c"]);
    expect(after.failed).toEqual({ b: "Ben has taken it.", c: "unknown" });
    expect(after.done).toEqual({ action: "resolve", worked: 1, failed: 2 });
  });

  it("asks for at most 200 at a time, and keeps all of a part that was refused", async () => {
    const asked: number[] = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      const body = (await request.json()) as { ids: string[] };
      asked.push(body.ids.length);
      if (asked.length === 2) return Response.json({ detail: "The database is resting." }, { status: 503 });
      return Response.json({ items: body.ids.map((id) => ({ id, ok: true })) });
    });
    const s = selection();
    s.all(Array.from({ length: 450 }, (_, n) => ({ id: `c${n}` })));
    const acting = s.act({ action: "take" }, "unknown");
    expect([s.acted("c0"), s.acted("other")]).toEqual([true, false]);
    await acting;
    expect(s.acted("c0")).toBe(true);
    expect(asked).toEqual([200, 200, 50]);
    const { ids: left, failed, busy } = s.store.snapshot();
    expect([left.size, failed.c200, busy]).toEqual([200, "The database is resting.", undefined]);
  });
});
