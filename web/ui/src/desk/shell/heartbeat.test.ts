import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Heartbeat } from "./heartbeat";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("says every half minute whether something was done, and at once when somebody comes back", () => {
  const beats: boolean[] = [];
  const heart = new Heartbeat(async (active) => beats.push(active));
  heart.start();
  dispatchEvent(new Event("keydown"));
  vi.advanceTimersByTime(30_000);
  vi.advanceTimersByTime(60_000);
  expect(beats).toEqual([true, true, false, false]);
  dispatchEvent(new Event("pointermove"));
  dispatchEvent(new Event("pointermove"));
  expect(beats).toEqual([true, true, false, false, true]);
  heart.stop();
  vi.advanceTimersByTime(90_000);
  dispatchEvent(new Event("keydown"));
  expect(beats).toHaveLength(5);
});
