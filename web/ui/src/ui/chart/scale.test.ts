import { describe, expect, it } from "vitest";
import { alone, apart, labelled, marks, path, timeMarks } from "./scale";

describe("marks", () => {
  it("are round and reach the largest value", () => {
    expect(marks(7)).toEqual([0, 2.5, 5, 7.5]);
    expect(marks(30)).toEqual([0, 10, 20, 30]);
    expect(marks(1)).toEqual([0, 0.5, 1]);
    expect(marks(1203)).toEqual([0, 500, 1000, 1500]);
    for (let max = 1; max < 5000; max = Math.ceil(max * 1.3)) {
      const all = marks(max);
      expect(all[0]).toBe(0);
      expect(all.at(-1)).toBeGreaterThanOrEqual(max);
      expect(all.length).toBeLessThanOrEqual(5);
    }
  });
  it("stand also where there is nothing", () => {
    expect(marks(0)).toEqual([0, 1]);
    expect(marks(Number.NaN)).toEqual([0, 1]);
  });
  it("count time as people do", () => {
    expect(timeMarks(140)).toEqual([0, 60, 120, 180]);
    expect(timeMarks(7000)).toEqual([0, 3600, 7200]);
    expect(timeMarks(0)).toEqual([0, 60]);
  });
});

describe("path", () => {
  const p = (x: number) => ({ x, y: 1 });
  it("breaks where nothing is known", () => {
    expect(path([p(0), p(1), undefined, p(3), undefined])).toBe("M0.0,1.0L1.0,1.0M3.0,1.0");
    expect(path([])).toBe("");
  });
  it("leaves points alone that are to be drawn as dots", () => {
    expect(alone([p(0), p(1), undefined, p(3), undefined, p(5)])).toEqual([p(3), p(5)]);
    expect(alone([p(0)])).toEqual([p(0)]);
    expect(alone([undefined])).toEqual([]);
  });
});

describe("labels", () => {
  it("are evenly spaced and end at the last day", () => {
    expect(labelled(28, 10, 74)).toEqual([3, 11, 19, 27]);
    expect(labelled(3, 100, 74)).toEqual([0, 1, 2]);
    expect(labelled(1, 500, 74)).toEqual([0]);
    expect(labelled(0, 10, 74)).toEqual([]);
    expect(labelled(365, 0, 74)).toEqual([364]);
  });
  it("do not overlap and keep their order", () => {
    expect(apart([50, 52], 12, 0, 100)).toEqual([50, 62]);
    expect(apart([99, 98], 12, 0, 100)).toEqual([100, 88]);
    expect(apart([10, 60], 12, 0, 100)).toEqual([10, 60]);
  });
});
