import { describe, expect, it } from "vitest";
import { dayOf, lasting, length, periodOf, preceding, presetOf, shift } from "./period";

describe("periods", () => {
  it("count days over a change of clocks and of years", () => {
    expect(shift("2026-10-25", 1)).toBe("2026-10-26");
    expect(shift("2026-03-29", -1)).toBe("2026-03-28");
    expect(shift("2026-01-01", -1)).toBe("2025-12-31");
    expect(length("2026-03-01", "2026-03-31")).toBe(31);
    expect(length("2026-11-22", "2026-11-22")).toBe(1);
    expect(dayOf(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
  });
  it("lie just before one another", () => {
    const now = lasting(28, "2026-11-22");
    expect(now).toEqual({ from: "2026-10-26", to: "2026-11-22" });
    expect(preceding(now)).toEqual({ from: "2026-09-28", to: "2026-10-25" });
    expect(length(preceding(now).from, preceding(now).to)).toBe(28);
  });
  it("come from the address, or are the usual one", () => {
    expect(periodOf("2026-11-01", "2026-11-03", "2026-11-22")).toEqual({ from: "2026-11-01", to: "2026-11-03" });
    for (const [from, to] of [
      [null, null],
      ["2026-11-03", "2026-11-01"],
      ["soon", "later"],
      ["2026-13-45", "2026-13-46"],
    ]) {
      expect(periodOf(from ?? null, to ?? null, "2026-11-22")).toEqual(lasting(28, "2026-11-22"));
    }
  });
  it("are a preset only when they end today", () => {
    expect(presetOf(lasting(7, "2026-11-22"), "2026-11-22")).toBe(7);
    expect(presetOf(lasting(7, "2026-11-21"), "2026-11-22")).toBeUndefined();
    expect(presetOf(lasting(8, "2026-11-22"), "2026-11-22")).toBeUndefined();
  });
});
