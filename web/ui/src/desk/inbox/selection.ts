// Which rows are selected, and what is done to all of them at once.
import { type Schedule, Store } from "../../live/store";
import type { ApiError } from "../api";
import { type BulkAction, type BulkOrder, type BulkResult, calls } from "./calls";

export interface Selected {
  ids: ReadonlySet<string>;
  /** Why the last action did not work on a row, by its id. Such rows stay selected. */
  failed: Readonly<Record<string, string>>;
  /** What is being done now. */
  busy: BulkAction | undefined;
  /** How the last action went. */
  done: { action: BulkAction; worked: number; failed: number } | undefined;
}

export const nothing: Selected = { ids: new Set(), failed: {}, busy: undefined, done: undefined };
/** The gateway takes this many conversations in one call. */
const most = 200;

/** Selects or unselects one row. */
export function toggled(s: Selected, id: string): Selected {
  const ids = new Set(s.ids);
  if (!ids.delete(id)) ids.add(id);
  const { [id]: _, ...failed } = s.failed;
  return { ...s, ids, failed, done: undefined };
}

/** Selects every row from one to the other, in the order of the list, beside what is selected. */
export function through(s: Selected, rows: readonly { id: string }[], from: string, to: string): Selected {
  const a = rows.findIndex((r) => r.id === from);
  const b = rows.findIndex((r) => r.id === to);
  if (b < 0) return s;
  const [first, last] = a < 0 ? [b, b] : a < b ? [a, b] : [b, a];
  const more = rows.slice(first, last + 1).map((r) => r.id);
  return { ...s, ids: new Set([...s.ids, ...more]), done: undefined };
}

/** What is left selected: the rows on which the action did not work, each with its reason. */
export function settled(s: Selected, action: BulkAction, results: readonly BulkResult[], reason: string): Selected {
  const byId = new Map(results.map((r) => [r.id, r]));
  const failed: Record<string, string> = {};
  for (const id of s.ids) {
    const result = byId.get(id);
    if (result?.ok) continue;
    failed[id] = result?.error || reason;
  }
  const left = Object.keys(failed);
  const done = { action, worked: s.ids.size - left.length, failed: left.length };
  return { ids: new Set(left), failed, busy: undefined, done };
}

export class Selection {
  readonly store: Store<Selected>;
  readonly #fail: (cause: unknown) => ApiError;
  /** When each row was last acted on. */
  readonly #acted = new Map<string, number>();
  /** Where a selection through several rows begins. */
  #anchor = "";

  constructor(fail: (cause: unknown) => ApiError, schedule?: Schedule) {
    this.#fail = fail;
    this.store = new Store<Selected>(nothing, schedule);
  }

  toggle(id: string) {
    if (this.store.snapshot().busy) return;
    this.#anchor = id;
    this.store.set((s) => toggled(s, id));
  }

  /** Selects from the row toggled last to this one. */
  extend(rows: readonly { id: string }[], to: string) {
    if (this.store.snapshot().busy) return;
    const from = this.#anchor || to;
    this.store.set((s) => through(s, rows, from, to));
    this.#anchor = to;
  }

  all(rows: readonly { id: string }[]) {
    if (this.store.snapshot().busy) return;
    this.store.set((s) => ({ ...nothing, ids: new Set(rows.map((r) => r.id)), failed: s.failed }));
  }

  clear() {
    this.#anchor = "";
    this.store.set((s) => (s.ids.size === 0 && !s.done ? s : { ...nothing, busy: s.busy }));
  }

  /** Whether my own hand was on a row just now: the live line may tell of it a little later. */
  acted(id: string): boolean {
    return (this.#acted.get(id) ?? Number.NEGATIVE_INFINITY) > Date.now() - 5000;
  }

  /** Does one thing to every selected row. `reason` is said of a row of which the gateway says nothing. */
  async act(order: BulkOrder, reason: string) {
    const { ids, busy } = this.store.snapshot();
    if (busy || ids.size === 0) return;
    this.store.set((s) => ({ ...s, busy: order.action, failed: {}, done: undefined }));
    const all = [...ids];
    this.#acted.clear();
    for (const id of all) this.#acted.set(id, Number.POSITIVE_INFINITY);
    const results: BulkResult[] = [];
    for (let from = 0; from < all.length; from += most) {
      const some = all.slice(from, from + most);
      try {
        results.push(...(await calls.bulk(some, order)).items);
      } catch (cause) {
        const error = this.#fail(cause);
        results.push(...some.map((id) => ({ id, ok: false, error: error.message || reason })));
      }
    }
    for (const id of all) this.#acted.set(id, Date.now());
    this.store.set((s) => settled(s, order.action, results, reason));
  }
}
