import { describe, expect, it } from "vitest";
import { apply, choose, initial, mark, rows, type State, thread, withSnapshot, withThread } from "./model";
import type { ActivityEntry, Phone, PhoneMessage } from "./sandbox";

const ada = "+33600000002";
const grace = "+15550000001";

function phone(number: string, more: Partial<Phone> = {}): Phone {
  return {
    phone: number,
    name: number === ada ? "Ada" : "Grace",
    language: "en",
    subscribed: true,
    blocked: false,
    read_receipts: true,
    online: true,
    window_until: null,
    typing: false,
    unread: 0,
    last: null,
    ...more,
  };
}

function message(n: number, direction: "in" | "out", more: Partial<PhoneMessage> = {}): PhoneMessage {
  const at = new Date(Date.UTC(2026, 10, 22, 9, 0, n)).toISOString();
  return { n, id: `m${n}`, direction, layout: "text", text: `line ${n}`, status: "sent", at, ...more };
}

function entry(n: number): ActivityEntry {
  return { n, at: "2026-11-22T09:00:00.000Z", kind: "webhook", outcome: "accepted", phone: ada };
}

function loaded(messages: PhoneMessage[] = [], phones = [phone(ada), phone(grace)]): State {
  const snapshot = {
    phones,
    threads: { [ada]: { messages, notices: [] } },
    activity: [],
    clock: { now: "2026-11-22T09:00:00.000Z", offset_ms: 0 },
  };
  return withSnapshot(initial, snapshot, mark(initial));
}

const ns = (s: State) => thread(s, ada).messages.map((m) => m.n);

describe("apply", () => {
  it("puts messages in the order of n, whatever order they come in, and each only once", () => {
    let s = loaded();
    for (const n of [2, 1, 3, 2]) s = apply(s, { type: "message", phone: ada, message: message(n, "out") });
    expect(ns(s)).toEqual([1, 2, 3]);
    expect(s.phones[0]?.last?.n).toBe(3);
    // Message 1 came late: it does not count as unread again, 2 did not count twice.
    expect(s.phones[0]?.unread).toBe(2);
  });

  it("never takes a tick back", () => {
    let s = loaded([message(1, "in", { status: "delivered" })]);
    s = apply(s, { type: "status", phone: ada, n: 1, status: "sent" });
    expect(thread(s, ada).messages[0]?.status).toBe("delivered");
    s = apply(s, { type: "status", phone: ada, n: 1, status: "read" });
    expect(thread(s, ada).messages[0]?.status).toBe("read");
  });

  it("replaces a draft by the sandbox's message", () => {
    let s = withThread(loaded(), ada, (t) => ({
      ...t,
      drafts: [
        { key: "a", id: "m1", text: "hello", media: [], at: "" },
        { key: "b", text: "later", media: [], at: "" },
      ],
    }));
    s = apply(s, { type: "message", phone: ada, message: message(1, "in") });
    expect(thread(s, ada).drafts.map((d) => d.key)).toEqual(["b"]);
  });

  it("ends typing when the reply arrives, not when the person writes", () => {
    let s = loaded([], [phone(ada, { typing: true })]);
    s = apply(s, { type: "message", phone: ada, message: message(1, "in") });
    expect(s.phones[0]?.typing).toBe(true);
    s = apply(s, { type: "message", phone: ada, message: message(2, "out") });
    expect(s.phones[0]?.typing).toBe(false);
  });

  it("adds a notice once and an unknown phone at the end", () => {
    const notice = { n: 1, at: "2026-11-22T09:00:01.000Z", kind: "blank", text: { en: "x", fr: "y" } };
    let s = loaded();
    s = apply(s, { type: "notice", phone: ada, notice });
    s = apply(s, { type: "notice", phone: ada, notice });
    expect(thread(s, ada).notices).toHaveLength(1);
    s = apply(s, { type: "phone", phone: phone("+15550000003") });
    expect(s.phones.map((p) => p.phone)).toEqual([ada, grace, "+15550000003"]);
  });

  it("keeps activity newest first, without repeats", () => {
    let s = loaded();
    for (const n of [1, 3, 2, 3]) s = apply(s, { type: "activity", entry: entry(n) });
    expect(s.activity.map((e) => e.n)).toEqual([3, 2, 1]);
  });
});

describe("withSnapshot", () => {
  it("keeps what arrived while the snapshot was on its way", () => {
    let s = loaded([message(1, "in")]);
    const since = mark(s);
    s = apply(s, { type: "message", phone: ada, message: message(2, "out") });
    s = apply(s, { type: "activity", entry: entry(7) });
    s = withSnapshot(
      s,
      {
        phones: [phone(ada, { last: message(1, "in") })],
        threads: { [ada]: { messages: [message(1, "in")], notices: [] } },
        activity: [entry(6)],
        clock: { now: "", offset_ms: 5 },
      },
      since,
    );
    expect(ns(s)).toEqual([1, 2]);
    expect(s.phones[0]?.last?.n).toBe(2);
    expect(s.activity.map((e) => e.n)).toEqual([7, 6]);
    expect(s.clock?.offset_ms).toBe(5);
  });

  it("drops the lines of a life that a reset has ended", () => {
    const s = loaded([1, 2, 3, 4].map((n) => message(n, "out")));
    const fresh = { phones: [phone(ada)], threads: {}, activity: [], clock: { now: "", offset_ms: 0 } };
    const after = withSnapshot(s, fresh, mark(s));
    expect(ns(after)).toEqual([]);
    expect(after.phones).toHaveLength(1);
  });

  it("holds on to the chosen phone, or takes the first one", () => {
    const s = { ...loaded(), chosen: grace };
    const snapshot = {
      phones: [phone(ada), phone(grace)],
      threads: {},
      activity: [],
      clock: { now: "", offset_ms: 0 },
    };
    expect(withSnapshot(s, snapshot, mark(s)).chosen).toBe(grace);
    expect(withSnapshot(s, { ...snapshot, phones: [phone(ada)] }, mark(s)).chosen).toBe(ada);
  });
});

describe("rows", () => {
  it("lays out days, tails, notices after their message, and drafts last", () => {
    let s = loaded([
      message(1, "in", { at: "2026-11-20T09:00:00.000Z" }),
      message(2, "out"),
      message(3, "out"),
      message(4, "in"),
    ]);
    s = apply(s, { type: "notice", phone: ada, notice: { n: 3, at: "x", kind: "blank", text: { en: "", fr: "" } } });
    s = withThread(s, ada, (t) => ({ ...t, drafts: [{ key: "d", text: "", media: [], at: "" }] }));
    const got = rows(thread(s, ada));
    expect(got.map((r) => r.kind)).toEqual([
      "day",
      "message",
      "day",
      "message",
      "message",
      "notice",
      "message",
      "draft",
    ]);
    expect(got.flatMap((r) => (r.kind === "message" ? [r.tail] : []))).toEqual([true, true, false, true]);
  });

  it("draws the unread line where the person left off", () => {
    let s = loaded(
      [message(1, "out"), message(2, "in"), message(3, "out"), message(4, "out")],
      [phone(grace), phone(ada, { unread: 2 })],
    );
    s = choose(s, ada);
    const got = rows(thread(s, ada));
    const line = got.findIndex((r) => r.kind === "divider");
    expect(got[line]).toMatchObject({ count: 2 });
    expect(got[line + 1]).toMatchObject({ message: { n: 3 } });
  });

  it("marks the button whose words came back", () => {
    const buttons = [{ label: "Yes" }, { label: "No" }];
    const s = loaded([
      message(1, "out", { buttons }),
      message(2, "in", { text: "No" }),
      message(3, "out", { buttons }),
    ]);
    const got = rows(thread(s, ada)).flatMap((r) => (r.kind === "message" ? [r.tapped] : []));
    expect(got).toEqual(["No", "", ""]);
  });

  it("recognises a list row with its description behind it", () => {
    const list = { button: "Topics", sections: [{ rows: [{ title: "Late", description: "Not here yet" }] }] };
    const s = loaded([message(1, "out", { list }), message(2, "in", { text: "Late\nNot here yet" })]);
    const got = rows(thread(s, ada)).flatMap((r) => (r.kind === "message" ? [r.tapped] : []));
    expect(got).toEqual(["Late", ""]);
  });
});
