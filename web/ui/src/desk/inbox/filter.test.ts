import { describe, expect, it } from "vitest";
import type { Filter, Listed } from "./calls";
import { belongs, comparing, everything, fromAddress, marked, narrowed, orderOf, toAddress } from "./filter";

const c = (more: Partial<Listed>): Listed =>
  ({
    id: "a",
    owner: "queue",
    language: "en",
    lastAt: "2026-11-22T09:00:00Z",
    openedAt: "2026-11-22T08:00:00Z",
    tags: [],
    priority: "normal",
    ...more,
  }) as Listed;
const reader = { me: "me", teams: ["t1"] };
const f = (more: Partial<Filter>): Filter => ({ ...everything, ...more });

describe("the address of a filter", () => {
  it("says everything that is asked for, and nothing else", () => {
    const filter = f({ view: "queue", tag: "vip & co", q: "où est", sort: "window" });
    expect(fromAddress(toAddress(filter))).toEqual(filter);
    expect(toAddress(everything)).toBe("");
    expect(toAddress(f({ view: "mine" }))).toBe("?view=mine");
  });
  it("forgets what it does not know", () => {
    expect(fromAddress("?view=nonsense&sort=up&tag=x&other=1")).toEqual(f({ tag: "x" }));
  });
});

describe("belongs", () => {
  it("keeps what is put aside out of the views one works in", () => {
    const aside = c({ snoozedUntil: "2026-11-23T09:00:00Z" });
    expect(
      ["queue", "unassigned", "snoozed", "all"].map((view) => belongs(f({ view } as Filter), aside, reader)),
    ).toEqual([false, true, true, true]);
  });
  it("knows what is mine, my team's and another's", () => {
    const mine = c({ owner: "agent", agent: "me", team: "t1" });
    const other = c({ owner: "agent", agent: "ben", team: "t2" });
    expect(belongs(f({ view: "mine" }), mine, reader)).toBe(true);
    expect(belongs(f({ view: "mine" }), other, reader)).toBe(false);
    expect(belongs(f({ view: "team" }), mine, reader)).toBe(true);
    expect(belongs(f({ view: "team" }), other, reader)).toBe(false);
    expect(belongs(f({ view: "team", team: "t2" }), other, reader)).toBe(true);
    expect(belongs(f({ view: "agent", agent: "me" }), mine, reader)).toBe(true);
    expect(belongs(f({ view: "agent", agent: "me" }), other, reader)).toBe(false);
  });
  it("narrows by tag and language", () => {
    expect(belongs(f({ tag: "vip" }), c({ tags: ["vip"] }), reader)).toBe(true);
    expect(belongs(f({ tag: "vip" }), c({}), reader)).toBe(false);
    expect(belongs(f({ language: "fr" }), c({}), reader)).toBe(false);
    expect(narrowed(f({ tag: "vip", language: "fr", q: "x", sort: "opened" }))).toBe(2);
  });
});

describe("order", () => {
  it("is by the gateway's rank in the queue, and by what happened last elsewhere", () => {
    expect(orderOf(f({ view: "queue" }))).toBe("waiting");
    expect(orderOf(f({ view: "queue", sort: "opened" }))).toBe("opened");
    expect(orderOf(f({ view: "mine" }))).toBe("activity");
    const urgent = c({ id: "u", queueRank: 1, queuedAt: "2026-11-22T09:00:00Z" });
    const early = c({ id: "e", queueRank: 5, queuedAt: "2026-11-22T08:00:00Z" });
    expect([early, urgent].sort(comparing("waiting")).map((x) => x.id)).toEqual(["u", "e"]);
  });
  it("puts closed windows behind the one that closes first", () => {
    const now = Date.parse("2026-11-22T10:00:00Z");
    const window = (id: string, windowUntil: string | undefined) => c({ id, windowUntil });
    const rows = [
      window("closed", "2026-11-22T09:00:00Z"),
      window("late", "2026-11-22T20:00:00Z"),
      window("soon", "2026-11-22T11:00:00Z"),
    ];
    expect(rows.sort(comparing("window", now)).map((x) => x.id)).toEqual(["soon", "late", "closed"]);
  });
});

describe("marked", () => {
  const hits = (text: string, q: string) => marked(text, q).flatMap((p) => (p.hit ? [p.text] : []));
  it("marks beginnings of words, whatever the accents", () => {
    expect(hits("Où est mon colis ? Mon colis", "colis ou")).toEqual(["Où", "colis", "colis"]);
    expect(hits("unparcelled parcel", "parcel")).toEqual(["parcel"]);
  });
  it("marks digits within a number", () => {
    expect(hits("+33600000002", "0000 02")).toEqual(["000002"]);
    expect(hits("Order 33600000002", "6000")).toEqual([]);
  });
  it("gives the text back whole, in order", () => {
    for (const q of ["a", "", "zoe", "🙂"]) {
      expect(
        marked("Zoé 🙂 a ai", q)
          .map((p) => p.text)
          .join(""),
      ).toBe("Zoé 🙂 a ai");
    }
  });
});
