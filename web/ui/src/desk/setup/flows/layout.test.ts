import { expect, test } from "vitest";
import { box, draw, fitting, opening } from "./layout";

const way = (from: string, to: string, label = "") => ({ from, to, label });

test("a step stands below all that lead to it, and the end below everything", () => {
  const { places } = draw(["a", "b", "c"], [way("a", "b"), way("a", "c"), way("b", "c"), way("c", "end")]);
  const y = Object.fromEntries(places.map((p) => [p.name, p.y]));
  expect([y.a, y.b, y.c, y.end]).toEqual([0, 1, 2, 3].map((n) => box.margin + n * (box.height + box.gapY)));
});

test("circles are drawn and do not hang the page", () => {
  const { lines, places } = draw(
    ["ask", "look", "again"],
    [way("ask", "look"), way("look", "again"), way("again", "look"), way("again", "again")],
  );
  expect(places).toHaveLength(3);
  expect(lines.filter((l) => l.back).map((l) => l.key)).toEqual(["again look", "again again"]);
});

test("nothing overlaps, and everything is on the page", () => {
  const steps = ["a", "b", "c", "d", "e", "f"];
  const { places, width, height } = draw(steps, [
    ...steps.slice(1).map((s) => way("a", s)),
    ...steps.slice(1).map((s) => way(s, "end")),
  ]);
  for (const p of places) {
    expect(p.x).toBeGreaterThanOrEqual(0);
    expect(p.x + box.width).toBeLessThanOrEqual(width);
    expect(p.y + box.height).toBeLessThanOrEqual(height);
    for (const other of places)
      if (other !== p) expect(Math.abs(other.x - p.x) >= box.width || Math.abs(other.y - p.y) >= box.height).toBe(true);
  }
});

test("a page takes as many side by side as it has room for", () => {
  const steps = ["a", "b", "c", "d", "e", "f"];
  const ways = steps.slice(1).map((s) => way("a", s));
  for (const [width, columns] of [
    [358, 1],
    [700, 2],
    [1110, 4],
  ] as const) {
    expect(fitting(width)).toBe(columns);
    expect(draw(steps, ways, columns).width).toBeLessThanOrEqual(width);
    expect(draw(steps, ways, columns).places).toHaveLength(6);
  }
  expect(fitting(0)).toBe(1);
});

test("several ways between two steps are one line", () => {
  const { lines } = draw(["a", "b"], [way("a", "b", "x is 1"), way("a", "b", "else")]);
  expect(lines.map((l) => l.label)).toEqual(["x is 1, else"]);
});

test("a picture opens from the top, as wide as it can be read", () => {
  const drawing = (width: number, height: number) => ({ places: [], lines: [], width, height });
  expect(opening(drawing(400, 200), 800, 400)).toEqual({ x: 200, y: 100, zoom: 1 });
  expect(opening(drawing(1000, 400), 800, 400)).toEqual({ x: 0, y: 40, zoom: 0.8 });
  expect(opening(drawing(300, 4000), 800, 400)).toEqual({ x: 250, y: 0, zoom: 1 });
  expect(opening(drawing(2000, 400), 800, 400)).toEqual({ x: -300, y: 60, zoom: 0.7 });
});
