import { describe, expect, it } from "vitest";
import type { Hours, Span } from "./api";
import { another, days, faults, minutes, mondayOnWeekdays, share, spansOf, usualHours, withDay } from "./hours";

const span = (from: string, to: string, day: Span["day"] = "monday"): Span => ({ day, from, to });

describe("business hours", () => {
  it("reads times, 24:00 included", () => {
    expect(["00:00", "09:30", "24:00"].map(minutes)).toEqual([0, 570, 1440]);
    expect(["9:30", "24:01", "10:60", "", "noon"].map(minutes)).toEqual(Array(5).fill(undefined));
  });
  it("places a span on its day", () => {
    expect(share(span("06:00", "18:00"))).toEqual({ from: 0.25, length: 0.5 });
    expect(share(span("18:00", "06:00"))).toBeUndefined();
  });
  it("says what is wrong with each span", () => {
    expect(faults([span("09:00", "12:00"), span("12:00", "18:00")])).toEqual([undefined, undefined]);
    expect(faults([span("09:00", "13:00"), span("12:00", "18:00"), span("19:00", "20:00")])).toEqual([
      "overlap",
      "overlap",
      undefined,
    ]);
    expect(faults([span("12:00", "12:00"), span("", "12:00")])).toEqual(["order", "time"]);
  });
  it("replaces one day and keeps the week in order", () => {
    const hours: Hours = {
      timezone: "Europe/Paris",
      weekly: [span("10:00", "11:00", "sunday"), span("09:00", "12:00")],
    };
    const changed = withDay(hours, "tuesday", [span("08:00", "09:00", "tuesday")]);
    expect(changed.weekly.map((s) => s.day)).toEqual(["monday", "tuesday", "sunday"]);
    expect(spansOf(changed, "sunday")).toEqual([span("10:00", "11:00", "sunday")]);
    expect(withDay(changed, "monday", []).weekly).toHaveLength(2);
  });
  it("adds a span that does not overlap", () => {
    expect(another("monday", [])).toEqual(span("09:00", "18:00"));
    for (const spans of [[span("09:00", "12:00")], [span("09:00", "22:00")], [span("20:00", "23:00")]])
      expect(faults([...spans, another("monday", spans)])).toEqual([undefined, undefined]);
  });
  it("copies Monday to the weekdays and leaves the weekend", () => {
    const copied = mondayOnWeekdays({
      timezone: "UTC",
      weekly: [span("08:00", "16:00"), span("10:00", "12:00", "saturday")],
    });
    expect(copied.weekly.map((s) => s.day)).toEqual([...days.slice(0, 6)]);
    expect(spansOf(copied, "friday")).toEqual([span("08:00", "16:00", "friday")]);
  });
  it("begins with a week that is right", () => {
    const hours = usualHours();
    expect(hours.weekly).toHaveLength(5);
    expect(hours.timezone).not.toBe("");
  });
});
