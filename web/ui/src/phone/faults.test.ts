import { describe, expect, it } from "vitest";
import { complete, count, foreign, groups, noFaults } from "./faults";

const all = groups.flatMap((g) => g.switches);

describe("fault switches", () => {
  it.each(all.map((s) => [s.name, s] as const))("%s turns on and off again and touches nothing else", (_, s) => {
    const on = s.turn(noFaults, true);
    expect(s.on(noFaults)).toBe(false);
    expect(all.filter((o) => o.on(on)).map((o) => o.name)).toEqual([s.name]);
    expect(s.turn(on, false)).toEqual(noFaults);
  });

  it("recognises a rule that came back with its defaults filled in", () => {
    const rule = {
      path: "/campaigns/trigger/send",
      from_call: 1,
      calls: 3,
      status: 503,
      delay_ms: 0,
      cut_after_accept: false,
      refuse: false,
    };
    expect(all.filter((s) => s.on({ ...noFaults, api: [rule] })).map((s) => s.name)).toEqual(["unavailable"]);
  });

  it("leaves rules alone that were set through the API", () => {
    const own = { path: "/users/track", calls: 2, status: 500 };
    const sheet = complete({ api: [own] });
    const on = all.reduce((s, sw) => sw.turn(s, true), sheet);
    expect(count(on)).toBe(all.length);
    expect(foreign(on)).toBe(1);
    expect(all.reduce((s, sw) => sw.turn(s, false), on).api).toEqual([own]);
  });

  it("fills in what a sheet leaves out", () => {
    expect(complete({})).toEqual(noFaults);
  });
});
