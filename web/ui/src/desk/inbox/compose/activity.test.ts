import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Activity, lull, pause, renewal } from "./activity";

describe("Activity", () => {
  let told: string[];
  let activity: Activity;
  beforeEach(() => {
    vi.useFakeTimers();
    told = [];
    activity = new Activity(async (id, doing) => told.push(`${id} ${doing}`));
  });
  afterEach(() => {
    activity.leave();
    vi.useRealTimers();
  });

  it("says that one looks, again and again, and that one has gone", () => {
    activity.enter("a");
    vi.advanceTimersByTime(2 * renewal);
    expect(told).toEqual(["a viewing", "a viewing", "a viewing"]);
    activity.enter("b");
    expect(told.slice(3)).toEqual(["a gone", "b viewing"]);
    activity.leave();
    vi.advanceTimersByTime(10 * renewal);
    expect(told.slice(5)).toEqual(["b gone"]);
  });

  it("says that one writes, sparingly, and until a while after the last letter", () => {
    activity.enter("a");
    for (let ms = 0; ms < 12_000; ms += 200) {
      activity.type("a");
      vi.advanceTimersByTime(200);
    }
    expect(told).toEqual(["a viewing", "a typing", "a typing"]);
    vi.advanceTimersByTime(lull + pause);
    expect(told.at(-1)).toBe("a viewing");
  });

  it("is quicker to say that a text was sent than that one fell silent", () => {
    activity.enter("a");
    vi.advanceTimersByTime(pause);
    activity.type("a");
    vi.advanceTimersByTime(pause);
    activity.pause();
    expect(told).toEqual(["a viewing", "a typing", "a viewing"]);
  });

  it("does not mind when nobody listens, and does not speak of a conversation that is not open", () => {
    const deaf = new Activity(() => Promise.reject(new Error("unreachable")));
    deaf.enter("a");
    vi.advanceTimersByTime(renewal);
    deaf.leave();
    activity.type("a");
    activity.leave();
    expect(told).toEqual([]);
  });
});
