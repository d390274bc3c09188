// While rows are under the pointer or have the focus, none of them moves: changes to them show in place, rows that are
// settled stay where they were, and new ones wait.

export interface Held<T> {
  rows: { row: T; settled: boolean }[];
  /** New rows that wait to be let in. */
  waiting: number;
}

/** What to show of `fresh` while `shown` is held; nothing is held when `shown` is undefined. */
export function hold<T extends { id: string }>(shown: readonly T[] | undefined, fresh: readonly T[]): Held<T> {
  if (!shown) return { rows: fresh.map((row) => ({ row, settled: false })), waiting: 0 };
  const now = new Map(fresh.map((row) => [row.id, row]));
  const rows = shown.map((row) => ({ row: now.get(row.id) ?? row, settled: !now.has(row.id) }));
  const known = new Set(shown.map((row) => row.id));
  return { rows, waiting: fresh.filter((row) => !known.has(row.id)).length };
}
