import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Detail, type Event, type Message, proveWith, type Session } from "../api";
import { People, shown } from "./people";
import { Desk } from "./session";

proveWith("token");
const session = { csrfToken: "token", user: { id: "me" } } as Session;
const line = (id: string, seq: number) => ({ id, seq, direction: "in", at: "2026-11-22T09:00:00Z" }) as Message;

function detailOf(more: Partial<Detail> = {}): Detail {
  return {
    id: "c1",
    owner: "queue",
    epoch: 2,
    lastSeq: 3,
    lastAt: "2026-11-22T09:00:00Z",
    windowUntil: "2999-01-01T00:00:00Z",
    events: [] as Event[],
    identities: [],
    ...more,
  } as Detail;
}

/** A gateway of one conversation that answers as the test says. */
class Gateway {
  detail = detailOf();
  lines = [line("a", 2)];
  posts: { path: string; body: Record<string, unknown>; csrf: string | null }[] = [];
  answer: (body: Record<string, unknown>) => Response | Promise<Response> = () => this.ok();
  ended = 0;

  ok = () => Response.json(this.detail);
  conflict = () => Response.json({ code: "conflict", detail: "1 new since you began writing" }, { status: 409 });

  fetch = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/draft")) return new Response(null, { status: 204 });
    if (request.method === "POST" && pathname.endsWith("/activity")) return new Response(null, { status: 204 });
    if (request.method === "POST" || request.method === "PUT") {
      const body = await request.json();
      this.posts.push({ path: pathname, body, csrf: request.headers.get("X-CSRF-Token") });
      return this.answer(body);
    }
    return Response.json(pathname.endsWith("/messages") ? { items: this.lines, more: false } : this.detail);
  };
}

describe("People", () => {
  let gateway: Gateway;
  let desk: Desk;
  let people: People;

  /** A page with the conversation open, as after a reload. */
  async function load(user = session) {
    desk = new Desk(() => gateway.ended++);
    people = new People(desk, user);
    desk.open("c1");
    await settled(() => (desk.store.snapshot().transcript?.messages.length ?? 0) > 0);
  }
  async function settled(done: () => boolean) {
    await vi.waitFor(() => {
      desk.store.flush();
      expect(done()).toBe(true);
    });
  }
  const draft = () => people.draft("c1");

  beforeEach(async () => {
    sessionStorage.clear();
    gateway = new Gateway();
    vi.stubGlobal("fetch", gateway.fetch);
    await load();
  });
  afterEach(() => vi.unstubAllGlobals());

  it("keeps a draft per conversation over a reload, for the one who wrote it", async () => {
    people.write("c1", "half a thought");
    people.write("c2", "another");
    await load();
    expect(draft()).toEqual({ text: "half a thought", seen: 2 });
    expect(people.draft("c2").text).toBe("another");
    await load({ ...session, user: { ...session.user, id: "somebody else" } });
    expect(draft().text).toBe("");
  });

  it("leaves no draft behind when one logs out", async () => {
    people.write("c1", "half a thought");
    people.forget();
    expect(sessionStorage.length).toBe(0);
    await load();
    expect(draft().text).toBe("");
  });

  it("goes on when what was kept makes no sense", async () => {
    sessionStorage.setItem("parley.drafts.me", "{not json");
    await load();
    expect(draft().text).toBe("");
  });

  it("sends what was seen when the text was begun, with the token", async () => {
    people.write("c1", "hello");
    const sending = people.send("c1");
    expect(draft()).toMatchObject({ text: "", outgoing: { text: "hello", phase: "sending" } });
    gateway.lines.push(line(draft().outgoing?.clientId ?? "", 4));
    await sending;
    expect(gateway.posts).toEqual([
      {
        path: "/api/v1/conversations/c1/replies",
        csrf: "token",
        body: { clientId: gateway.lines[1]?.id, text: "hello", seenSeq: 2, force: false },
      },
    ]);
    await settled(() => draft().outgoing === undefined);
  });

  it("does not send twice at once", async () => {
    people.write("c1", "hello");
    await Promise.all([people.send("c1"), people.send("c1")]);
    expect(gateway.posts).toHaveLength(1);
  });

  it("asks because of a new line, and sends with force under the same id", async () => {
    people.write("c1", "hello");
    gateway.answer = (body) => (body.force ? gateway.ok() : gateway.conflict());
    gateway.lines.push(line("b", 3));
    await people.send("c1");
    expect(draft()).toMatchObject({ text: "hello", seen: 2, outgoing: { phase: "asked" } });
    await people.send("c1", true);
    expect(gateway.posts.map((p) => p.body.force)).toEqual([false, true]);
    expect(gateway.posts[1]?.body.clientId).toBe(gateway.posts[0]?.body.clientId);
  });

  it("has seen the new line after one goes on editing", async () => {
    people.write("c1", "hello");
    gateway.answer = gateway.conflict;
    gateway.lines.push(line("b", 3));
    await people.send("c1");
    await settled(() => desk.store.snapshot().transcript?.messages.length === 2);
    people.keepEditing("c1");
    expect(draft()).toEqual({ text: "hello", seen: 3 });
  });

  it("does not ask about a line that this page sent itself", async () => {
    people.write("c1", "first");
    await people.send("c1");
    const first = gateway.posts[0]?.body.clientId as string;
    // The second is begun before the row of the first is there.
    people.write("c1", "second");
    gateway.lines.push(line(first, 4));
    gateway.answer = (body) => (body.seenSeq === 4 ? gateway.ok() : gateway.conflict());
    await people.send("c1");
    expect(gateway.posts.at(-1)?.body).toMatchObject({ text: "second", seenSeq: 4, force: false });
    expect(draft().outgoing?.phase).not.toBe("asked");
  });

  it.each([
    ["resolved", { owner: "none" }],
    ["closed", { windowUntil: "2020-01-01T00:00:00Z" }],
  ] as const)("says that it was %s, and gives the text back", async (code, now) => {
    people.write("c1", "hello");
    gateway.detail = detailOf(now);
    gateway.answer = gateway.conflict;
    await people.send("c1");
    expect(draft()).toMatchObject({ text: "hello", outgoing: { phase: "failed", failure: { code } } });
  });

  it("gives the text back when nobody answers, and tries again with the same id", async () => {
    people.write("c1", "hello");
    gateway.answer = () => Promise.reject(new TypeError("network"));
    await people.send("c1");
    expect(draft()).toMatchObject({ text: "hello", outgoing: { phase: "failed", failure: { code: "offline" } } });
    gateway.answer = gateway.ok;
    await people.send("c1");
    expect(gateway.posts[1]?.body.clientId).toBe(gateway.posts[0]?.body.clientId);
  });

  it("keeps the text of one whose session ended for the next log-in", async () => {
    people.write("c1", "hello");
    gateway.answer = () => Response.json({ detail: "log in again" }, { status: 401 });
    await people.send("c1");
    expect(gateway.ended).toBe(1);
    await load();
    expect(draft().text).toBe("hello");
  });

  it("shows a new owner at once, and takes it back when somebody was faster", async () => {
    gateway.answer = gateway.conflict;
    const doing = people.act(gateway.detail, { kind: "accept" });
    expect(shown(gateway.detail, people.store.snapshot().acts.c1, "me")).toMatchObject({ owner: "agent", agent: "me" });
    gateway.detail = detailOf({ owner: "agent", agent: "colleague", epoch: 3, lastSeq: 4 });
    expect(await doing).toBe(false);
    const acts = people.store.snapshot().acts.c1;
    expect(acts).toMatchObject({ owner: { change: { kind: "accept" }, failure: { code: "changed" } } });
    expect(desk.store.snapshot().transcript?.detail).toMatchObject({ owner: "agent", agent: "colleague" });
    expect(shown(gateway.detail, acts, "me")).toBe(gateway.detail);
    people.dismiss("c1");
    expect(people.store.snapshot().acts).toEqual({});
  });

  it("sends the epoch that was shown, once", async () => {
    const [first, second] = await Promise.all([
      people.act(gateway.detail, { kind: "resolve", outcome: "solved" }),
      people.act(gateway.detail, { kind: "accept" }),
    ]);
    expect([first, second]).toEqual([true, false]);
    expect(gateway.posts).toEqual([
      {
        path: "/api/v1/conversations/c1/owner",
        csrf: "token",
        body: { kind: "resolve", outcome: "solved", epoch: 2 },
      },
    ]);
    expect(people.store.snapshot().acts).toEqual({});
  });

  it("sends the last of several wishes for one thing, one after the other, beside a change of owner", async () => {
    const tagged = (...tags: string[]) => people.act(gateway.detail, { kind: "tags", tags });
    const doing = [
      tagged("a"),
      tagged("a", "b"),
      tagged("a", "b", "c"),
      people.act(gateway.detail, { kind: "accept" }),
    ];
    expect(shown(gateway.detail, people.store.snapshot().acts.c1, "me")).toMatchObject({
      tags: ["a", "b", "c"],
      owner: "agent",
    });
    await Promise.all(doing);
    const tags = gateway.posts.filter((p) => p.path.endsWith("/tags")).map((p) => p.body.tags);
    expect(tags).toEqual([["a"], ["a", "b", "c"]]);
    expect(gateway.posts.filter((p) => p.path.endsWith("/owner"))).toHaveLength(1);
    expect(people.store.snapshot().acts).toEqual({});
  });

  it("shows what was refused where it was asked, and asks again with the conversation as it then is", async () => {
    gateway.answer = () => Response.json({ code: "invalid", detail: "Ben may not reply" }, { status: 422 });
    await people.act(gateway.detail, { kind: "assign", to: { userId: "ben", name: "Ben" } });
    const act = people.store.snapshot().acts.c1?.owner;
    expect(act?.failure).toEqual({ code: "refused", detail: "Ben may not reply" });
    gateway.answer = gateway.ok;
    await people.act({ ...gateway.detail, epoch: 5 }, act?.change ?? { kind: "accept" });
    expect(gateway.posts.at(-1)).toMatchObject({ path: "/api/v1/conversations/c1/transfer", body: { epoch: 5 } });
    expect(gateway.posts.at(-1)?.body.to).toEqual({ userId: "ben" });
    expect(people.store.snapshot().acts).toEqual({});
  });

  it("leaves a note at once, and gives its text back when it was not saved", async () => {
    people.write("c1", "Ask @Ben", "notes");
    gateway.answer = () => Promise.reject(new TypeError("network"));
    const doing = people.note("c1", ["ben"]);
    expect(people.draft("c1", "notes")).toMatchObject({ text: "", outgoing: { text: "Ask @Ben", phase: "sending" } });
    await doing;
    expect(people.draft("c1", "notes")).toMatchObject({ text: "Ask @Ben", outgoing: { phase: "failed" } });
    gateway.answer = gateway.ok;
    await people.note("c1", ["ben"]);
    const notes = gateway.posts.filter((p) => p.path.endsWith("/notes"));
    expect(notes).toHaveLength(2);
    expect(notes[1]?.body).toEqual({ clientId: notes[0]?.body.clientId, text: "Ask @Ben", mentions: ["ben"] });
    expect(people.draft("c1").text).toBe("");
  });

  it("keeps a note over a reload, apart from the reply", async () => {
    people.write("c1", "to the customer");
    people.write("c1", "to colleagues", "notes");
    await load();
    expect(draft().text).toBe("to the customer");
    expect(people.draft("c1", "notes").text).toBe("to colleagues");
  });
});
