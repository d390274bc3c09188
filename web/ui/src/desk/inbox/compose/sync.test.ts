import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { proveWith, type Session } from "../../api";
import { People } from "../people";
import { Desk } from "../session";
import type { KeptDraft } from "../talk/api";
import { quiet, reconcile } from "./sync";

describe("reconcile", () => {
  const kept = (text: string, updatedAt = "2026-11-22T10:00:00.000Z"): KeptDraft => ({ text, seenSeq: 1, updatedAt });
  const ten = Date.parse("2026-11-22T10:00:00.000Z");
  const known = (text: string, at: number, base = "2026-11-22T09:00:00.000Z") => ({ text, base, at });

  it("takes what is there when nothing was written here", () => {
    expect(reconcile("", undefined, kept("hello"))).toEqual({ take: "elsewhere" });
    expect(reconcile("old", known("old", 0), kept("new"))).toEqual({ take: "elsewhere" });
  });
  it("empties the box when the draft was sent from elsewhere", () => {
    expect(reconcile("old", known("old", 0), undefined)).toEqual({ take: "elsewhere" });
  });
  it("keeps what was written here when nothing changed there", () => {
    expect(reconcile("new", known("old", ten + 1), kept("old", "2026-11-22T09:00:00.000Z"))).toEqual({ take: "here" });
    expect(reconcile("new", undefined, undefined)).toEqual({ take: "here" });
  });
  it("lets the newer of two win, and keeps the other at hand", () => {
    expect(reconcile("here", known("old", ten - 1), kept("there"))).toEqual({
      take: "elsewhere",
      displaced: { text: "here", by: "elsewhere" },
    });
    expect(reconcile("here", known("old", ten + 1), kept("there"))).toEqual({
      take: "here",
      displaced: { text: "there", by: "here" },
    });
  });
  it("does not speak of what is the same", () => {
    expect(reconcile("same", known("old", ten - 1), kept("same"))).toEqual({ take: "here" });
    expect(reconcile("", known("old", ten + 1), kept("there"))).toEqual({ take: "elsewhere" });
  });
});

describe("DraftSync", () => {
  let there: KeptDraft | undefined;
  let asked: string[];
  let broken: boolean;
  let clock: number;
  let people: People;
  let desk: Desk;
  const session = { csrfToken: "token", user: { id: "me" } } as Session;

  async function gateway(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!pathname.endsWith("/draft")) {
      const list = pathname.endsWith("/messages");
      return Response.json(list ? { items: [], more: false } : { id: pathname.split("/").at(-1), events: [] });
    }
    if (broken) throw new TypeError("network");
    asked.push(request.method);
    if (request.method === "PUT") {
      const { text, seenSeq } = await request.json();
      there = { text, seenSeq, updatedAt: new Date(++clock).toISOString() };
    } else if (request.method === "DELETE") there = undefined;
    return there ? Response.json(there) : new Response(null, { status: 204 });
  }
  function load() {
    desk = new Desk(() => {});
    people = new People(desk, session);
    // As if the line had come up.
    desk.store.set((s) => ({ ...s, line: "live" }));
  }
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-11-22T10:00:00Z") });
    sessionStorage.clear();
    proveWith("token");
    there = undefined;
    asked = [];
    broken = false;
    clock = Date.parse("2026-11-22T10:00:00Z");
    vi.stubGlobal("fetch", gateway);
    load();
  });
  afterEach(() => {
    people.forget();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("keeps a draft once one pauses, not at each letter", async () => {
    desk.open("c1");
    await pass(0);
    for (const text of ["h", "he", "hel"]) {
      people.write("c1", text);
      await pass(quiet / 2);
    }
    await pass(quiet);
    expect(asked).toEqual(["GET", "PUT"]);
    expect(there?.text).toBe("hel");
  });

  it("brings the draft into the next browser", async () => {
    there = { text: "written elsewhere", seenSeq: 7, updatedAt: "2026-11-22T09:00:00.000Z" };
    desk.open("c1");
    await pass(0);
    expect(people.draft("c1")).toEqual({ text: "written elsewhere", seen: 7 });
    await pass(10 * quiet);
    expect(asked).toEqual(["GET"]);
  });

  it("forgets the draft there at once when the box is emptied or the text is sent", async () => {
    people.write("c1", "hello");
    await pass(quiet);
    people.write("c1", "");
    await pass(0);
    expect(asked).toEqual(["PUT", "DELETE"]);
    expect(there).toBeUndefined();
  });

  it("keeps what was written while the line was down, and sends it when it is back", async () => {
    broken = true;
    people.write("c1", "in a tunnel");
    await pass(quiet);
    desk.store.set((s) => ({ ...s, line: "reconnecting" }));
    expect(people.draft("c1").text).toBe("in a tunnel");
    broken = false;
    desk.store.set((s) => ({ ...s, line: "live" }));
    await pass(0);
    expect(there?.text).toBe("in a tunnel");
  });

  it("says so when a newer draft took the place of this one, and brings this one back on request", async () => {
    desk.open("c1");
    await pass(0);
    broken = true;
    people.write("c1", "mine");
    await pass(1000);
    broken = false;
    there = { text: "newer, from elsewhere", seenSeq: 3, updatedAt: "2026-11-22T11:00:00.000Z" };
    dispatchEvent(new Event("focus"));
    await pass(0);
    expect(people.draft("c1").text).toBe("newer, from elsewhere");
    expect(people.sync.store.snapshot().c1).toEqual({ text: "mine", by: "elsewhere" });
    people.sync.swap("c1");
    expect(people.draft("c1").text).toBe("mine");
    await pass(quiet);
    expect(there?.text).toBe("mine");
    expect(people.sync.store.snapshot().c1?.text).toBe("newer, from elsewhere");
    people.sync.dismiss("c1");
    expect(people.sync.store.snapshot()).toEqual({});
  });

  it("knows after a reload what was kept, so that nothing is asked twice", async () => {
    people.write("c1", "hello");
    await pass(quiet);
    load();
    desk.open("c1");
    await pass(quiet);
    expect(people.draft("c1").text).toBe("hello");
    expect(people.sync.store.snapshot()).toEqual({});
    expect(asked).toEqual(["PUT", "GET"]);
  });
});
