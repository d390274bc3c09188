import { describe, expect, it } from "vitest";
import { fieldValue, presets } from "./snooze";

const shown = (now: Date) => presets(now).map((p) => [p.preset, fieldValue(p.until)]);

describe("presets", () => {
  it("offers an hour, tomorrow morning and Monday morning", () => {
    expect(shown(new Date(2026, 10, 25, 16, 30))).toEqual([
      ["hour", "2026-11-25T17:30"],
      ["tomorrow", "2026-11-26T09:00"],
      ["monday", "2026-11-30T09:00"],
    ]);
  });
  it("does not offer the same morning twice", () => {
    expect(shown(new Date(2026, 10, 22, 16, 30)).map(([p]) => p)).toEqual(["hour", "tomorrow"]);
  });
  it("means the next Monday on a Monday, even before nine", () => {
    expect(shown(new Date(2026, 10, 23, 8, 0))).toEqual([
      ["hour", "2026-11-23T09:00"],
      ["tomorrow", "2026-11-24T09:00"],
      ["monday", "2026-11-30T09:00"],
    ]);
  });
  it("crosses the end of a month", () => {
    expect(shown(new Date(2026, 10, 30, 23, 30))[1]).toEqual(["tomorrow", "2026-12-01T09:00"]);
  });
});
