import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../../live/store";
import type { ApiError } from "../api";
import type { Listed } from "./calls";
import { everything } from "./filter";
import { Listing } from "./listing";
import { initial } from "./model";

const c = (id: string, minute: number, more: Partial<Listed> = {}) =>
  ({
    id,
    owner: "bot",
    epoch: 1,
    lastSeq: minute,
    inSeq: minute,
    lastAt: new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString(),
    tags: [],
    ...more,
  }) as Listed;

describe("Listing", () => {
  let pages: ((query: URLSearchParams) => { items: Listed[]; nextCursor: string } | Response)[];
  let queries: URLSearchParams[];
  const store = () => new Store(initial, (task) => task());
  const make = () => {
    const s = store();
    return {
      s,
      listing: new Listing(
        s,
        (cause) => cause as ApiError,
        () => ({ me: "me", teams: [], reading: "" }),
      ),
    };
  };
  const ids = (s: ReturnType<typeof store>) => s.snapshot().list.items.map((i) => i.id);

  beforeEach(() => {
    pages = [];
    queries = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      const query = new URL(request.url).searchParams;
      queries.push(query);
      const page = pages.length > 1 ? pages.shift()! : pages[0]!;
      const answer = page(query);
      return answer instanceof Response ? answer : Response.json(answer);
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("loses nothing that happened while the first page was on its way", async () => {
    const { s, listing } = make();
    pages = [
      () => {
        listing.take(c("new", 9));
        return { items: [c("a", 1)], nextCursor: "" };
      },
    ];
    await listing.again();
    expect(ids(s)).toEqual(["new", "a"]);
  });

  it("reads as many rows again as there were, and keeps them until it has them", async () => {
    const { s, listing } = make();
    const all = Array.from({ length: 120 }, (_, n) => c(`c${String(n).padStart(3, "0")}`, 500 - n));
    pages = [
      (q) => {
        const from = Number(q.get("cursor") ?? 0);
        const to = from + Number(q.get("limit"));
        return { items: all.slice(from, to), nextCursor: to < all.length ? String(to) : "" };
      },
    ];
    await listing.again();
    await listing.more();
    await listing.more();
    expect(ids(s)).toHaveLength(120);
    let least = 999;
    s.subscribe(() => (least = Math.min(least, s.snapshot().list.items.length)));
    await listing.again();
    expect([least, ids(s).length]).toEqual([120, 120]);
  });

  it("shows only the answer to the filter asked last", async () => {
    const { s, listing } = make();
    pages = [(q) => ({ items: [c(q.get("view") ?? "", 1, { owner: "queue" })], nextCursor: "" })];
    listing.show({ ...everything, view: "queue" });
    listing.show({ ...everything, view: "unassigned" });
    await vi.waitFor(() => expect(ids(s)).toEqual(["unassigned"]));
    expect(queries.map((q) => q.get("view"))).toEqual(["queue", "unassigned"]);
  });

  it("keeps the rows when the next page fails, and says so", async () => {
    const { s, listing } = make();
    pages = [
      () => ({ items: [c("a", 1)], nextCursor: "x" }),
      () => Response.json({ detail: "The database is resting." }, { status: 503 }),
    ];
    await listing.again();
    await listing.more();
    expect(ids(s)).toEqual(["a"]);
    expect(s.snapshot().list.error?.message).toBe("The database is resting.");
  });

  it("moves rows twice a second at most, but what my own hand did at once", async () => {
    vi.useFakeTimers();
    const { s, listing } = make();
    pages = [() => ({ items: [c("a", 2), c("b", 1)], nextCursor: "" })];
    await listing.again();
    await vi.advanceTimersByTimeAsync(1000);
    listing.take(c("b", 3));
    expect(ids(s)).toEqual(["b", "a"]);
    listing.take(c("a", 4));
    expect([ids(s), s.snapshot().list.items[1]?.lastSeq]).toEqual([["b", "a"], 4]);
    await vi.advanceTimersByTimeAsync(600);
    expect(ids(s)).toEqual(["a", "b"]);
    listing.takeNow(c("b", 5));
    expect(ids(s)).toEqual(["b", "a"]);
    listing.take(c("a", 6));
    listing.hold(true);
    await vi.advanceTimersByTimeAsync(2000);
    expect(ids(s)).toEqual(["b", "a"]);
    listing.hold(false);
    expect(ids(s)).toEqual(["a", "b"]);
    listing.stop();
  });

  it("asks a search again a little after something happened", async () => {
    vi.useFakeTimers();
    const { s, listing } = make();
    pages = [() => ({ items: [c("a", 1)], nextCursor: "" }), () => ({ items: [c("b", 5), c("a", 1)], nextCursor: "" })];
    listing.show({ ...everything, q: "ada" });
    await vi.advanceTimersByTimeAsync(10);
    expect(ids(s)).toEqual(["a"]);
    listing.take(c("b", 5));
    await vi.advanceTimersByTimeAsync(3000);
    expect(ids(s)).toEqual(["b", "a"]);
    listing.stop();
  });
});
