import { describe, expect, it } from "vitest";
import type { Detail } from "../../api";
import { changed, offered, snoozed } from "./changes";

const detail = (more: object = {}) =>
  ({ id: "c1", owner: "queue", epoch: 2, tags: ["vip"], ...more }) as unknown as Detail;

describe("offered", () => {
  const aside = ["assign", "snooze", "tags", "priority"];
  it.each([
    ["bot", undefined, ["accept", ...aside, "resolve"]],
    ["queue", undefined, ["accept", ...aside, "pass_back", "resolve"]],
    ["agent", "me", [...aside, "pass_back", "resolve"]],
    ["agent", "colleague", ["accept", ...aside, "pass_back", "resolve"]],
    ["none", undefined, ["reopen", "tags"]],
  ] as const)("what the owner %s %s allows", (owner, agent, kinds) => {
    expect(offered(detail({ owner, agent }), "me")).toEqual(kinds);
  });
});

describe("changed", () => {
  const mine = detail({ owner: "agent", agent: "me" });
  it("gives the conversation to whom it was assigned", () => {
    expect(changed(mine, { kind: "assign", to: { userId: "ben", name: "Ben" } }, "me")).toMatchObject({
      owner: "agent",
      agent: "ben",
    });
    const queued = changed(mine, { kind: "assign", to: { teamId: "t1", name: "Returns" } }, "me");
    expect(queued).toMatchObject({ owner: "queue", team: "t1" });
    expect(queued.agent).toBeUndefined();
  });
  it("leaves nobody in what was resolved, handed back or opened again", () => {
    for (const [kind, owner] of [
      ["resolve", "none"],
      ["pass_back", "bot"],
      ["reopen", "bot"],
    ] as const) {
      const after = changed(mine, { kind }, "me");
      expect(after.owner).toBe(owner);
      expect(after.agent).toBeUndefined();
    }
  });
  it("changes nothing but what is asked", () => {
    const before = { ...mine };
    expect(changed(mine, { kind: "tags", tags: ["b"] }, "me")).toEqual({ ...before, tags: ["b"] });
    expect(changed(mine, { kind: "priority", priority: "high" }, "me")).toEqual({ ...before, priority: "high" });
    expect(mine).toEqual(before);
  });
  it("puts aside and brings back", () => {
    const until = "2026-11-23T09:00:00.000Z";
    const aside = changed(mine, { kind: "snooze", until }, "me");
    expect(snoozed(aside, Date.parse(until) - 1)).toBe(true);
    expect(snoozed(aside, Date.parse(until))).toBe(false);
    expect(snoozed(changed(aside, { kind: "snooze", until: null }, "me"), 0)).toBe(false);
  });
});
