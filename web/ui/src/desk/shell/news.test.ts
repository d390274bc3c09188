import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Listed } from "../inbox/calls";
import { known, newsOf } from "./news";
import { type Channel, Tabs } from "./tabs";

const now = Date.parse("2026-11-22T10:00:00Z");
const c = (more: Partial<Listed>): Listed =>
  ({
    id: "a",
    owner: "bot",
    epoch: 1,
    contact: { id: "p", name: "Ada", phone: "", language: "en" },
    lastText: "Hello",
    lastDirection: "in",
    lastSeq: 1,
    inSeq: 1,
    ...more,
  }) as Listed;
const me = { me: "me", teams: ["t1"] };
const queued = c({ owner: "queue", queuedAt: "2026-11-22T09:59:50Z", epoch: 2 });
const mine = c({ owner: "agent", agent: "me", epoch: 3 });
const kind = (after: Listed, before?: Listed) => newsOf(after, before && known(before), me, now)?.kind;

describe("what is news for me", () => {
  it("is who begins to wait where I may take them, once", () => {
    expect(kind(queued, c({}))).toBe("queued");
    expect(kind(queued, queued)).toBeUndefined();
    expect(kind({ ...queued, team: "t2" }, c({}))).toBeUndefined();
    expect(kind({ ...queued, team: "t1" }, c({}))).toBe("queued");
  });
  it("is a wait that began just now, when nothing was known; not one of yesterday", () => {
    expect(kind(queued)).toBe("queued");
    expect(kind({ ...queued, queuedAt: "2026-11-21T09:00:00Z" })).toBeUndefined();
  });
  it("is what is given to me, and what the customer writes to me", () => {
    expect(kind(mine, queued)).toBe("assigned");
    expect(kind(mine, { ...mine, agent: "ben" })).toBe("assigned");
    expect(kind({ ...mine, inSeq: 4 }, mine)).toBe("answered");
    expect(kind({ ...mine, lastSeq: 9 }, mine)).toBeUndefined();
  });
  it("is nothing of others and of the bot", () => {
    expect(kind({ ...mine, agent: "ben", inSeq: 9 }, { ...mine, agent: "ben" })).toBeUndefined();
    expect(kind(c({ inSeq: 9 }), c({}))).toBeUndefined();
  });
});

/** Tabs of one browser: what one says the others hear. */
class Room {
  #channels: Channel[] = [];
  join(): Channel {
    const channel: Channel = {
      onmessage: null,
      close: () => {},
      postMessage: (said) => {
        for (const other of this.#channels) if (other !== channel) other.onmessage?.({ data: said } as MessageEvent);
      },
    };
    this.#channels.push(channel);
    return channel;
  }
}

describe("several tabs", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());
  const settle = async <T>(promises: Promise<T>[]) => {
    await vi.advanceTimersByTimeAsync(1000);
    return Promise.all(promises);
  };
  const tabs = (n: number, seen = (_: string) => {}) => {
    const room = new Room();
    return Array.from({ length: n }, (_, i) => new Tabs(room.join(), seen, `tab${i}`));
  };

  it("tell a piece of news once", async () => {
    const all = tabs(3);
    const told = await settle(all.map((t) => t.settle("k", false)));
    expect(told.map((t) => t.tell)).toEqual([true, false, false]);
    expect(told.every((t) => !t.looked)).toBe(true);
  });
  it("tell nothing that one of them shows", async () => {
    const [a, b] = tabs(2) as [Tabs, Tabs];
    const told = await settle([a.settle("k", false), b.settle("k", true)]);
    expect(told.map((t) => [t.tell, t.looked])).toEqual([
      [false, true],
      [false, true],
    ]);
  });
  it("tell nothing again in a tab that hears of it late, even one that would come first", async () => {
    const [first, second] = tabs(2) as [Tabs, Tabs];
    expect((await settle([second.settle("k", false)]))[0]?.tell).toBe(true);
    expect((await settle([first.settle("k", false)]))[0]?.tell).toBe(false);
  });
  it("say what was looked at", () => {
    const seen = vi.fn();
    const [a] = tabs(2, seen) as [Tabs, Tabs];
    a.seen("c1");
    expect(seen).toHaveBeenCalledWith("c1");
  });
  it("tell by themselves where the browser has no way between them", async () => {
    const alone = new Tabs(undefined, () => {}, "x");
    expect(await alone.settle("k", false)).toEqual({ tell: true, looked: false });
    expect((await alone.settle("k", true)).tell).toBe(false);
  });
});
