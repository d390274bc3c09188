import { describe, expect, it } from "vitest";
import type { Detail, Event, Message } from "../api";
import type { Filter, Listed } from "./calls";
import { everything } from "./filter";
import {
  type Eye,
  initial,
  type List,
  leavesGap,
  rows,
  type State,
  settle,
  type Transcript,
  withConversations,
  withMessages,
  withPage,
  withRow,
} from "./model";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();

function summary(id: string, minute: number, more: Partial<Listed> = {}): Listed {
  return {
    id,
    workspace: "shop",
    contact: { id: `c-${id}`, name: id, phone: "", language: "en" },
    route: "support",
    owner: "bot",
    epoch: 1,
    language: "en",
    lastText: "",
    lastDirection: "in",
    lastAt: at(minute),
    openedAt: at(0),
    unanswered: false,
    priority: "normal",
    lastSeq: minute,
    inSeq: minute,
    tags: [],
    ...more,
  };
}

function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    seq,
    direction: "in",
    author: "customer",
    text: "",
    media: [],
    layout: "text",
    choices: [],
    at: at(seq),
    status: "received",
    ...more,
  };
}

const list = (items: Listed[], more: Partial<List> = {}): List => ({
  ...initial.list,
  loading: false,
  items,
  ...more,
});
const state = (l: List, transcript?: Transcript): State => ({ ...initial, list: l, transcript });
const eye = (held = false, more: Partial<Eye> = {}): Eye => ({ me: "me", teams: ["t1"], held, reading: "", ...more });
const filtered = (filter: Partial<Filter>) => ({ filter: { ...everything, ...filter } });
const withConversation = (s: State, c: Listed, held: boolean, more: Partial<Eye> = {}) =>
  withConversations(s, new Map([[c.id, c]]), eye(held, more));
const ids = (s: State) => s.list.items.map((c) => c.id);

describe("withConversation", () => {
  it("moves a row that changed to its place, and adds a new one, when nobody holds the list", () => {
    let s = state(list([summary("b", 2), summary("a", 1)]));
    s = withConversation(s, summary("a", 3), false);
    expect(ids(s)).toEqual(["a", "b"]);
    s = withConversation(s, summary("c", 4), false);
    expect(ids(s)).toEqual(["c", "a", "b"]);
  });

  it("moves nothing under the pointer: rows change where they stand and new ones wait", () => {
    let s = state(list([summary("b", 2), summary("a", 1)]));
    s = withConversation(s, summary("a", 3, { lastText: "new words" }), true);
    s = withConversation(s, summary("c", 4), true);
    expect(ids(s)).toEqual(["b", "a"]);
    expect(s.list.items[1]?.lastText).toBe("new words");
    expect([...s.list.waiting.keys()]).toEqual(["c"]);
    expect(settle(s.list, eye()).items.map((c) => c.id)).toEqual(["c", "a", "b"]);
  });

  it("takes a row out of a view it no longer belongs to, but not while the list is held", () => {
    const s = state(list([summary("b", 2), summary("a", 1)], filtered({ view: "bot" })));
    const handed = summary("a", 3, { owner: "queue", epoch: 2 });
    expect(ids(withConversation(s, handed, true))).toEqual(["b", "a"]);
    expect(ids(withConversation(s, handed, false))).toEqual(["b"]);
  });

  it("never goes back to an older state of a conversation", () => {
    let s = state(list([summary("a", 5, { epoch: 2, owner: "queue" })]));
    s = withConversation(s, summary("a", 9, { epoch: 1, owner: "bot" }), false);
    expect(s.list.items[0]?.owner).toBe("queue");
    s = withConversation(s, summary("a", 4, { epoch: 2, owner: "queue" }), false);
    expect(s.list.items[0]?.lastSeq).toBe(5);
  });

  it("leaves to the server what a search finds and what lies on a later page", () => {
    const searched = state(list([summary("a", 5)], filtered({ q: "gra" })));
    expect(ids(withConversation(searched, summary("b", 9), false))).toEqual(["a"]);
    const paged = state(list([summary("a", 5)], { nextCursor: "x" }));
    expect(ids(withConversation(paged, summary("b", 1), false))).toEqual(["a"]);
    expect(ids(withConversation(paged, summary("b", 9), false))).toEqual(["b", "a"]);
  });
});

describe("withConversations", () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => summary(`c${String(i).padStart(4, "0")}`, n - i));

  it("puts a whole frame of changes where a sort of everything would", () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 16807) % 2147483647;
      return seed % n;
    };
    let s = state(list(many(300)));
    const now = new Map(s.list.items.map((c) => [c.id, c]));
    for (let frame = 0; frame < 60; frame++) {
      const changes = new Map<string, Listed>();
      for (let n = random(6); n >= 0; n--) {
        const id = `c${String(random(320)).padStart(4, "0")}`;
        changes.set(
          id,
          summary(id, 400 + frame, { lastAt: new Date(Date.UTC(2026, 10, 23) + random(9999)).toISOString() }),
        );
      }
      for (const [id, c] of changes) now.set(id, c);
      s = withConversations(s, changes, eye(frame % 5 === 4));
      if (frame % 5 === 4) s = { ...s, list: settle(s.list, eye()) };
      const sorted = [...now.values()].sort(
        (a, b) => Date.parse(b.lastAt) - Date.parse(a.lastAt) || (a.id < b.id ? 1 : -1),
      );
      expect(ids(s)).toEqual(sorted.map((c) => c.id));
    }
  });

  it("leaves every row that did not change the very same, so that none is drawn again", () => {
    const before = state(list(many(50)));
    const after = withConversation(before, summary("c0020", 999), false);
    const same = after.list.items.filter((c) => before.list.items.includes(c));
    expect(same).toHaveLength(49);
  });

  it("gives the state back when nothing changed", () => {
    const s = state(list([summary("a", 5)], filtered({ view: "bot" })));
    expect(withConversation(s, summary("z", 9, { owner: "none" }), false)).toBe(s);
  });

  it("drops a row that moved below the pages read so far: it comes with its page", () => {
    const waits = (id: string, minute: number, epoch = 1) =>
      summary(id, minute, { owner: "queue", queuedAt: at(minute), epoch });
    const s = state(list([waits("a", 1), waits("b", 2)], { ...filtered({ view: "queue" }), nextCursor: "x" }));
    expect(ids(withConversation(s, waits("a", 30, 2), false))).toEqual(["b"]);
  });

  it("makes a row unread when the customer writes, but not the one that is being read, nor the bot's", () => {
    const mine = (inSeq: number) => summary("a", inSeq, { owner: "agent", agent: "me", inSeq });
    const s = state(list([mine(1)]));
    expect(withConversation(s, mine(2), false).list.items[0]?.unread).toBe(true);
    expect(withConversation(s, mine(2), false, { reading: "a" }).list.items[0]?.unread).toBe(false);
    const bot = state(list([summary("a", 1, { inSeq: 1 })]));
    expect(withConversation(bot, summary("a", 2, { inSeq: 2 }), false).list.items[0]?.unread).toBe(false);
  });

  it("keeps what only I know of a row over live events, which are the same for everybody", () => {
    const mine = (seq: number, more: Partial<Listed> = {}) =>
      summary("a", seq, { owner: "agent", agent: "me", inSeq: 1, ...more });
    const s = state(list([mine(1, { unread: true, mentioned: true })]));
    const after = withConversation(s, mine(2, { lastDirection: "out" }), false).list.items[0];
    expect([after?.unread, after?.mentioned]).toEqual([true, true]);
  });

  it("keeps a row that mentioned me under my eyes, once read", () => {
    const s = state(list([summary("a", 1, { mentioned: true })], filtered({ view: "mentioned" })));
    const read = withRow(s, "a", (c) => ({ ...c, mentioned: false }));
    expect(ids(withConversation(read, summary("a", 2), false))).toEqual(["a"]);
  });

  it("clears what a newer state of the open conversation leaves out", () => {
    const detail = {
      ...summary("a", 1, { agent: "me", owner: "agent" }),
      identities: [],
      events: [],
    } as unknown as Detail;
    const t: Transcript = { id: "a", detail, messages: [], more: false, loading: false, error: undefined };
    const s = withConversation(state(list([]), t), summary("a", 2, { epoch: 2, owner: "bot" }), false);
    expect(s.transcript?.detail?.agent).toBeUndefined();
    expect(s.transcript?.detail?.identities).toEqual([]);
  });
});

describe("lists", () => {
  it("adds a page without listing a row twice that moved meanwhile", () => {
    const first = withPage(initial.list, [summary("a", 9), summary("b", 8)], "cursor", true);
    const second = withPage(first, [summary("b", 8), summary("c", 7)], "", false);
    expect(second.items.map((c) => c.id)).toEqual(["a", "b", "c"]);
    expect(second.nextCursor).toBe("");
  });
});

describe("transcript", () => {
  const open = (messages: Message[]): Transcript => ({
    id: "a",
    detail: {
      ...summary("a", 1),
      identities: [],
      events: [],
      people: [],
      readSeq: 0,
      templateOffered: false,
      mayWait: false,
    } as Detail,
    messages,
    more: false,
    loading: false,
    error: undefined,
  });

  it("merges messages by id in the order of seq, newest state last", () => {
    let s = state(list([]), open([message(1), message(3, { status: "queued" })]));
    s = withMessages(s, "a", [message(2), message(3, { status: "accepted" })]);
    expect(s.transcript?.messages.map((m) => [m.seq, m.status])).toEqual([
      [1, "received"],
      [2, "received"],
      [3, "accepted"],
    ]);
    expect(withMessages(s, "other", [message(9)])).toBe(s);
  });

  it("notices when the newest messages do not reach what is shown", () => {
    expect(leavesGap(open([message(1), message(2)]), [message(3)])).toBe(false);
    expect(leavesGap(open([message(1), message(2)]), [message(2), message(3)])).toBe(false);
    expect(leavesGap(open([message(1)]), [message(5), message(6)])).toBe(true);
    expect(leavesGap(open([]), [message(5)])).toBe(false);
  });

  it("keeps the header of the open conversation up to date", () => {
    const s = withConversation(state(list([]), open([])), summary("a", 7, { owner: "queue", epoch: 2 }), false);
    expect(s.transcript?.detail?.owner).toBe("queue");
    expect(s.transcript?.detail?.events).toEqual([]);
  });
});

describe("rows", () => {
  const event = (seq: number, minute: number): Event => ({
    seq,
    at: at(minute),
    kind: "offer",
    actor: "bot",
    actorName: "bot",
    reason: "",
    from: "bot",
    to: "queue",
  });

  it("puts owner changes where they happened and names an author once a turn", () => {
    const messages = [message(1), message(2), message(4, { direction: "out", author: "bot" })];
    const got = rows(messages, [event(1, 3)], false);
    expect(got.map((r) => r.kind)).toEqual(["day", "message", "message", "event", "message"]);
    expect(got.flatMap((r) => (r.kind === "message" ? [r.first] : []))).toEqual([true, false, true]);
  });

  it("leaves out what happened before the oldest line shown, while older ones exist", () => {
    expect(rows([message(5)], [event(1, 3)], true).some((r) => r.kind === "event")).toBe(false);
    expect(rows([message(5)], [event(1, 3)], false).some((r) => r.kind === "event")).toBe(true);
  });

  it("shows what happened last, after the last message", () => {
    expect(rows([message(1)], [event(1, 30)], false).at(-1)?.kind).toBe("event");
  });
});
