import { describe, expect, it } from "vitest";
import type { Detail, Event, Message } from "../api";
import {
  arrived,
  ask,
  attach,
  blank,
  conflict,
  type Draft,
  fail,
  isBlank,
  keepEditing,
  newSince,
  pastMine,
  restored,
  send,
  type Talk,
  taken,
  underWay,
  withOutgoing,
  write,
} from "./draft";

const at = "2026-11-22T09:00:00.000Z";
const offline = { code: "offline", detail: "" } as const;
const row = (id: string, seq: number, when = at) => ({ id, seq, at: when }) as Message;
const takeover = (seq: number, actor: string) => ({ seq, actor, to: "agent" }) as Event;
const talk = (messages: Message[], mine: string[] = [], events: Event[] = []): Talk => ({
  messages,
  events,
  me: "me",
  mine: new Set(mine),
});
const typed = (text: string, seen = 3) => write(blank, text, seen);
const sent = (text = "hello") => send(typed(text), "id-1", at);

describe("writing", () => {
  it("fixes what was seen at the first letter, and not later", () => {
    let d = write(blank, "h", 3);
    d = write(d, "he", 5);
    expect(d).toEqual({ text: "he", seen: 3 });
  });
  it("begins anew once the box was emptied", () => {
    const d = write(write(typed("h"), "", 5), "x", 6);
    expect(d).toEqual({ text: "x", seen: 6 });
  });
  it("does not begin with white space", () => {
    expect(write(write(blank, "\n", 3), "\nx", 7).seen).toBe(7);
  });
  it("forgets what came back with its text, but never what is on its way", () => {
    const failed = fail(sent(), "id-1", 3, offline);
    expect(isBlank(write(failed, "", 4))).toBe(true);
    const flying = write(write(sent(), "next", 4), "", 4);
    expect(flying.outgoing?.phase).toBe("sending");
  });
});

describe("sending", () => {
  it("empties the box and puts the trimmed text on its way", () => {
    const d = sent(" hello\n");
    expect(d).toEqual({ text: "", seen: 3, outgoing: { clientId: "id-1", text: "hello", at, phase: "sending" } });
    expect(underWay(d)).toBe(true);
  });
  it.each([
    ["nothing", blank],
    ["white space", typed(" ")],
  ])("sends %s not at all", (_, d) => {
    expect(send(d, "id-1", at)).toBe(d);
  });
  it("lets the next one wait until the gateway has answered", () => {
    const next = write(sent(), "and more", 4);
    expect(send(next, "id-2", at)).toBe(next);
    expect(send(taken(next, "id-1"), "id-2", at).outgoing?.clientId).toBe("id-2");
  });
  it("gives the same text a new id when the first has gone", () => {
    const again = write(taken(sent("ok"), "id-1"), "ok", 4);
    expect(send(again, "id-2", at).outgoing?.clientId).toBe("id-2");
  });
});

describe("a reply that failed", () => {
  it("comes back with the reason, and keeps its id and what was seen", () => {
    const d = fail(sent(), "id-1", 3, offline);
    expect(d).toMatchObject({ text: "hello", seen: 3, outgoing: { phase: "failed", failure: offline } });
    expect(send(d, "id-2", at).outgoing?.clientId).toBe("id-1");
  });
  it("takes a new id once it was changed", () => {
    const d = write(fail(sent(), "id-1", 3, offline), "hello there", 4);
    expect(send(d, "id-2", at).outgoing?.clientId).toBe("id-2");
  });
  it("stands before what was written meanwhile", () => {
    expect(fail(write(sent(), "and more", 4), "id-1", 3, offline).text).toBe("hello\n\nand more");
  });
  it("leaves a later reply alone", () => {
    const d = sent();
    expect(fail(d, "id-0", 3, offline)).toBe(d);
    expect(ask(d, "id-0", 3)).toBe(d);
    expect(taken(d, "id-0")).toBe(d);
  });
  it("leaves the box when it turns out to have gone after all", () => {
    const lost = fail(sent(), "id-1", 3, offline);
    expect(isBlank(arrived(lost, [row("id-1", 4)]))).toBe(true);
    expect(arrived(write(lost, "hello\n\nand more", 4), [row("id-1", 4)])).toEqual({ text: "and more", seen: 3 });
    expect(arrived(write(lost, "something else", 4), [row("id-1", 4)]).text).toBe("something else");
    expect(arrived(lost, [row("other", 4)])).toBe(lost);
  });
});

describe("a reply that is asked about", () => {
  const asked = ask(sent(), "id-1", 3);
  it("comes back and may be sent with its id", () => {
    expect(asked).toMatchObject({ text: "hello", seen: 3, outgoing: { phase: "asked" } });
    expect(send(asked, "id-2", at).outgoing?.clientId).toBe("id-1");
  });
  it("is still asked about after a change of its text", () => {
    expect(write(asked, "hello you", 9)).toMatchObject({ seen: 3, outgoing: { phase: "asked" } });
  });
  it("has seen everything once the agent goes on editing", () => {
    expect(keepEditing(asked, 5)).toEqual({ text: "hello", seen: 5 });
  });
  it("knows nothing to acknowledge when it was not asked", () => {
    const failed = fail(sent(), "id-1", 3, offline);
    expect(keepEditing(failed, 5)).toBe(failed);
  });
});

describe("a conflict", () => {
  const now = Date.parse(at);
  const open = { owner: "agent", windowUntil: "2026-11-22T10:00:00Z" } as Detail;
  it.each<[string, Detail, Talk, string]>([
    ["resolved meanwhile", { ...open, owner: "none" }, talk([row("a", 4)]), "resolved"],
    ["the window closed", { ...open, windowUntil: at }, talk([row("a", 4)]), "closed"],
    ["no window at all", { owner: "agent" } as Detail, talk([]), "closed"],
    ["a new line", open, talk([row("a", 3), row("b", 4)]), "ask"],
    ["a colleague took it", open, talk([row("a", 3)], [], [takeover(4, "colleague")]), "ask"],
    ["only what this page sent", open, talk([row("a", 3), row("b", 5)], ["b"], [takeover(4, "me")]), "again"],
    ["what this page sent, then a new line", open, talk([row("b", 4), row("c", 5)], ["b"]), "ask"],
    ["nothing that can be seen", open, talk([row("a", 3)]), "refused"],
  ])("%s", (_, detail, t, what) => {
    expect(conflict(detail, t, 3, now)).toBe(what);
  });
});

describe("what is new", () => {
  const lines = [row("a", 3), row("mine", 5), row("b", 6), row("mine-2", 7)];
  it("counts what others said and took, not what this page sent", () => {
    expect(newSince(3, talk(lines, ["mine", "mine-2"], [takeover(4, "me"), takeover(8, "colleague")]))).toBe(2);
    expect(newSince(6, talk(lines, ["mine", "mine-2"]))).toBe(0);
  });
  it("is not that the conversation was given to whoever has it now", () => {
    const given = talk([row("theirs", 3)], [], [takeover(4, "assignment")]);
    expect(newSince(3, { ...given, agent: "colleague" })).toBe(1);
    expect(newSince(3, { ...given, agent: "me" })).toBe(0);
  });
  it("counts the same agent's lines from another page", () => {
    expect(newSince(3, talk(lines, []))).toBe(3);
  });
  it("is passed only up to the first thing by others", () => {
    expect(pastMine(3, talk(lines, ["mine", "mine-2"], [takeover(4, "me")]))).toBe(5);
    expect(pastMine(3, talk(lines, ["mine", "mine-2"], [takeover(4, "colleague")]))).toBe(3);
    expect(pastMine(6, talk(lines, ["mine-2"]))).toBe(7);
    expect(pastMine(9, talk(lines, []))).toBe(9);
  });
});

describe("a reload", () => {
  it("keeps a text that was being written, and what came back", () => {
    const failed = fail(sent(), "id-1", 3, offline);
    for (const d of [typed("half"), failed, ask(sent(), "id-1", 3)]) expect(restored(d)).toBe(d);
  });
  it("gives back what may not have gone, with its id", () => {
    const d: Draft = restored(sent());
    expect(d).toMatchObject({ text: "hello", seen: 3, outgoing: { clientId: "id-1", failure: { code: "unsure" } } });
  });
  it("forgets what the gateway took", () => {
    expect(isBlank(restored(taken(sent(), "id-1")))).toBe(true);
  });
});

describe("the line on its way", () => {
  const before = [row("a", 3)];
  it("stands at the end until its row is there, and never beside it", () => {
    const flying = sent().outgoing;
    expect(withOutgoing(before, flying, "me").map((m) => m.id)).toEqual(["a", "id-1"]);
    expect(withOutgoing(before, taken(sent(), "id-1").outgoing, "me")).toHaveLength(2);
    const after = [...before, row("id-1", 4)];
    expect(withOutgoing(after, flying, "me")).toBe(after);
  });
  it("is not there when the text is back in the box", () => {
    expect(withOutgoing(before, ask(sent(), "id-1", 3).outgoing, "me")).toBe(before);
    expect(withOutgoing(before, fail(sent(), "id-1", 3, offline).outgoing, "me")).toBe(before);
    expect(withOutgoing(before, undefined, "me")).toBe(before);
  });
  it("stays last when the gateway's clock is ahead", () => {
    const later = "2026-11-22T09:05:00.000Z";
    expect(withOutgoing([row("a", 3, later)], sent().outgoing, "me").at(-1)?.at).toBe(later);
  });
});

describe("what stands beside the text", () => {
  const show = { choices: [{ title: "Yes" }, { title: "No" }, { title: "" }] };
  const filled = { choices: [{ title: "Yes" }, { title: "No" }] };
  it("outlives writing, and leaves with the text", () => {
    const d = write(attach(blank, show), "hello", 3);
    expect(d.show).toEqual(show);
    const out = send(d, "id-1", at);
    expect(out.show).toBeUndefined();
    expect(out.outgoing?.show).toEqual(filled);
  });
  it("comes back with a text that did not go, and goes again with the same id", () => {
    const back = fail(send(attach(typed("hello"), show), "id-1", at), "id-1", 3, offline);
    expect(back.show).toEqual(filled);
    expect(send(back, "id-2", at).outgoing?.clientId).toBe("id-1");
    expect(send(attach(back, { choices: [{ title: "Maybe" }] }), "id-2", at).outgoing?.clientId).toBe("id-2");
    expect(arrived(back, [row("id-1", 4)])).toEqual(blank);
  });
  it("makes a draft of its own", () => {
    expect(isBlank(attach(blank, show))).toBe(false);
    expect(attach(attach(blank, show), undefined)).toEqual(blank);
  });
});
