// Where the steps of a flow stand on the page: rows by how far they are from the first step, ways between them.

export interface Way {
  from: string;
  to: string;
  label: string;
}

export interface Place {
  name: string;
  x: number;
  y: number;
}

export interface Line {
  key: string;
  path: string;
  label: string;
  /** Where the label stands, centred. */
  x: number;
  y: number;
  /** Goes back up, as a question that is asked again does. */
  back: boolean;
}

export interface Drawing {
  places: Place[];
  lines: Line[];
  width: number;
  height: number;
}

/** The size of a step, and the space between two. */
export const box = { width: 240, height: 92, gapX: 32, gapY: 64, margin: 24 };

/** The name of what is no step: the end of the flow. */
export const end = "end";

/**
 * Places steps in rows, the first one on top and each below all that lead to it; ways that go back to an earlier step
 * do not count. The end stands below everything. A row of more than `columns` steps is broken into several.
 */
export function draw(steps: readonly string[], ways: readonly Way[], columns = Number.POSITIVE_INFINITY): Drawing {
  const known = [...steps];
  if (ways.some((way) => way.to === end)) known.push(end);
  const forward = withoutCircles(known, ways);
  const rank = ranks(known, forward);
  const rows: string[][] = [];
  for (const name of known) {
    const row = rank.get(name) ?? 0;
    rows[row] = [...(rows[row] ?? []), name];
  }
  const order = arrange(rows, forward).flatMap((row) => broken(row, columns));
  const widest = Math.max(1, ...order.map((row) => row.length));
  const width = widest * box.width + (widest - 1) * box.gapX + 2 * box.margin;
  const at = new Map<string, Place>();
  order.forEach((row, y) => {
    const full = row.length * box.width + (row.length - 1) * box.gapX;
    row.forEach((name, i) => {
      at.set(name, {
        name,
        x: (width - full) / 2 + i * (box.width + box.gapX),
        y: box.margin + y * (box.height + box.gapY),
      });
    });
  });
  const lines = merged(ways).flatMap((way) => {
    const from = at.get(way.from);
    const to = at.get(way.to);
    return from && to ? [line(way, from, to)] : [];
  });
  return {
    places: [...at.values()],
    lines,
    width,
    height: order.length * (box.height + box.gapY) - box.gapY + 2 * box.margin,
  };
}

/** How many steps stand side by side in a width. */
export function fitting(width: number): number {
  return Math.max(1, Math.floor((width - 2 * box.margin + box.gapX) / (box.width + box.gapX)));
}

/** What of a drawing a window of that size shows at first: its whole width where that can still be read, from the top. */
export function opening(drawing: Drawing, width: number, height: number): { x: number; y: number; zoom: number } {
  const readable = 0.7;
  const zoom = Math.min(1, Math.max(readable, width / drawing.width));
  return { x: (width - drawing.width * zoom) / 2, y: Math.max(0, (height - drawing.height * zoom) / 2), zoom };
}

/** A row in pieces of at most `columns`, about equally long. */
function broken(row: readonly string[], columns: number): string[][] {
  const pieces = Math.max(1, Math.ceil(row.length / columns));
  const length = Math.ceil(row.length / pieces);
  return Array.from({ length: pieces }, (_, i) => row.slice(i * length, (i + 1) * length)).filter((p) => p.length > 0);
}

/** Several ways between the same two steps are one line with all their labels. */
function merged(ways: readonly Way[]): Way[] {
  const out = new Map<string, Way>();
  for (const way of ways) {
    const key = `${way.from} ${way.to}`;
    const same = out.get(key);
    out.set(key, same ? { ...same, label: [same.label, way.label].filter(Boolean).join(", ") } : way);
  }
  return [...out.values()];
}

/** Leaves out the ways that close a circle, seen from the first step. */
function withoutCircles(steps: readonly string[], ways: readonly Way[]): Way[] {
  const state = new Map<string, "open" | "done">();
  const kept: Way[] = [];
  const visit = (name: string) => {
    state.set(name, "open");
    for (const way of ways.filter((w) => w.from === name)) {
      if (state.get(way.to) === "open") continue;
      kept.push(way);
      if (!state.has(way.to)) visit(way.to);
    }
    state.set(name, "done");
  };
  for (const name of steps) if (!state.has(name)) visit(name);
  return kept;
}

function ranks(steps: readonly string[], forward: readonly Way[]): Map<string, number> {
  const rank = new Map<string, number>();
  const of = (name: string): number => {
    const known = rank.get(name);
    if (known !== undefined) return known;
    const above = forward.filter((way) => way.to === name).map((way) => of(way.from) + 1);
    const own = Math.max(0, ...above);
    rank.set(name, own);
    return own;
  };
  for (const name of steps) of(name);
  if (rank.has(end)) rank.set(end, Math.max(...steps.filter((s) => s !== end).map((s) => rank.get(s) ?? 0)) + 1);
  return rank;
}

/** Orders each row by where the steps that lead to it stand, so that lines cross less. */
function arrange(rows: readonly string[][], forward: readonly Way[]): string[][] {
  const out: string[][] = [];
  for (const row of rows) {
    const above = out.at(-1) ?? [];
    const weight = (name: string, otherwise: number) => {
      const from = forward.filter((way) => way.to === name && above.includes(way.from));
      if (from.length === 0) return otherwise;
      return from.reduce((sum, way) => sum + above.indexOf(way.from) / Math.max(above.length, 1), 0) / from.length;
    };
    const weights = new Map(row.map((name, i) => [name, weight(name, i / row.length)]));
    out.push([...row].sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0)));
  }
  return out;
}

function line(way: Way, from: Place, to: Place): Line {
  const key = `${way.from} ${way.to}`;
  const middle = box.width / 2;
  if (to.y > from.y) {
    const [x1, y1, x2, y2] = [from.x + middle, from.y + box.height, to.x + middle, to.y];
    const bend = Math.min(box.gapY, (y2 - y1) / 2);
    const path = `M${x1} ${y1} C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`;
    return { key, path, label: way.label, x: x2, y: y2 - 18, back: false };
  }
  // Back, or to the side: out at the right edge, around, and in at the right edge.
  const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x + box.width, to.y + box.height / 2];
  const out = Math.max(x1, x2) + box.gapX * 0.6;
  const path = `M${x1} ${y1} C${out} ${y1} ${out} ${y2 + 8} ${x2} ${y2 + 8}`;
  return { key, path, label: way.label, x: out, y: (y1 + y2) / 2, back: true };
}
