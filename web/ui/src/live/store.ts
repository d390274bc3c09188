// A store that belongs to no framework: immutable snapshots, many changes, one notification per animation frame.

/** Runs a task before the next paint; a hidden page, which paints nothing, gets it a little later. */
export type Schedule = (task: () => void) => void;

export const nextFrame: Schedule = (task) => {
  if (typeof document !== "undefined" && document.visibilityState === "hidden") setTimeout(task, 100);
  else requestAnimationFrame(task);
};

export class Store<S> {
  #state: S;
  #queue: ((state: S) => S)[] = [];
  #scheduled = false;
  #listeners = new Set<() => void>();
  readonly #schedule: Schedule;

  constructor(initial: S, schedule: Schedule = nextFrame) {
    this.#state = initial;
    this.#schedule = schedule;
  }

  /** The current snapshot. It changes identity only when something changed. */
  readonly snapshot = (): S => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Queues a change for the next frame. Changes run in the order they were queued. */
  queue(change: (state: S) => S) {
    this.#queue.push(change);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => this.flush());
  }

  /** Applies a change now, after those already queued: for what the person did with their own hands. */
  set(change: (state: S) => S) {
    this.#queue.push(change);
    this.flush();
  }

  /** Applies everything queued and tells the listeners once, if anything changed. */
  flush() {
    this.#scheduled = false;
    const changes = this.#queue;
    this.#queue = [];
    const before = this.#state;
    for (const change of changes) this.#state = change(this.#state);
    if (this.#state !== before) for (const listener of this.#listeners) listener();
  }
}
