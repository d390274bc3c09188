// The arithmetic of charts, without anything that draws.

/** A round number not below `max`, and the marks up to it, zero included. */
export function marks(max: number, wanted = 3): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s * wanted >= max) ?? 10 * power;
  const out: number[] = [];
  for (let i = 0; i * step < max + step * 0.999; i++) out.push(i * step);
  return out;
}

/** The same for seconds, with steps that people count time in. */
export function timeMarks(max: number, wanted = 3): number[] {
  const steps = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000,
    864_000, 2_592_000,
  ];
  if (!(max > 0)) return [0, 60];
  const step = steps.find((s) => s * wanted >= max) ?? marks(max, wanted)[1] ?? max;
  const out: number[] = [];
  for (let i = 0; i * step < max + step * 0.999; i++) out.push(i * step);
  return out;
}

export interface Point {
  x: number;
  y: number;
}

/** The points that no line reaches, because nothing is known of the days beside them. */
export function alone(points: readonly (Point | undefined)[]): Point[] {
  return points.filter((p, i): p is Point => p !== undefined && !points[i - 1] && !points[i + 1]);
}

/** An SVG path through points; where one is missing the line is broken. */
export function path(points: readonly (Point | undefined)[]): string {
  let out = "";
  let pen = false;
  points.forEach((p) => {
    if (!p) {
      pen = false;
      return;
    }
    const at = `${p.x.toFixed(1)},${p.y.toFixed(1)}`;
    out += pen ? `L${at}` : `M${at}`;
    pen = true;
  });
  return out;
}

/** Which of the labels along an axis to write when each place has `step` and a label needs `room`: the last, and every so many before it. */
export function labelled(count: number, step: number, room: number): number[] {
  const every = Math.max(1, Math.ceil(room / Math.max(step, 0.001)));
  const out: number[] = [];
  for (let i = count - 1; i >= 0; i -= every) out.unshift(i);
  return out;
}

/** Moves labels that stand at these heights apart until none overlaps, in their order. */
export function apart(heights: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  const out = [...heights];
  let least = top;
  for (const i of order) {
    out[i] = Math.max(out[i] ?? 0, least);
    least = (out[i] ?? 0) + gap;
  }
  let most = bottom;
  for (const i of order.reverse()) {
    out[i] = Math.min(out[i] ?? 0, most);
    most = (out[i] ?? 0) - gap;
  }
  return out;
}
