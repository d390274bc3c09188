import { describe, expect, it } from "vitest";
import type { Detail, Event, Message, Summary } from "../api";
import {
  belongs,
  initial,
  type List,
  leavesGap,
  rows,
  type State,
  settle,
  type Transcript,
  withConversation,
  withMessages,
  withPage,
} from "./model";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute)).toISOString();

function summary(id: string, minute: number, more: Partial<Summary> = {}): Summary {
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

const list = (items: Summary[], more: Partial<List> = {}): List => ({
  ...initial.list,
  loading: false,
  items,
  ...more,
});
const state = (l: List, transcript?: Transcript): State => ({ ...initial, list: l, transcript });
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
    expect(s.list.waiting.map((c) => c.id)).toEqual(["c"]);
    expect(settle(s.list).items.map((c) => c.id)).toEqual(["c", "a", "b"]);
  });

  it("takes a row out of a view it no longer belongs to, but not while the list is held", () => {
    const s = state(list([summary("b", 2), summary("a", 1)], { view: "bot" }));
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
    const searched = state(list([summary("a", 5)], { q: "gra" }));
    expect(ids(withConversation(searched, summary("b", 9), false))).toEqual(["a"]);
    const paged = state(list([summary("a", 5)], { nextCursor: "x" }));
    expect(ids(withConversation(paged, summary("b", 1), false))).toEqual(["a"]);
    expect(ids(withConversation(paged, summary("b", 9), false))).toEqual(["b", "a"]);
  });
});

describe("lists", () => {
  it("knows which view a conversation belongs to", () => {
    const owners = ["bot", "queue", "agent", "none"] as const;
    const views = ["all", "bot", "queue", "agent", "resolved"] as const;
    const got = owners.map((owner) => views.filter((v) => belongs(v, summary("a", 1, { owner }))));
    expect(got).toEqual([
      ["all", "bot"],
      ["all", "queue"],
      ["all", "agent"],
      ["all", "resolved"],
    ]);
  });

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
