// The numbers beside the views: the gateway counts, the page asks again when something may have changed.
import { type Schedule, Store } from "../../live/store";
import { type Counts, calls } from "./calls";

/** At most one count in this time, however much happens. */
const pause = 4000;

export class Tally {
  readonly store: Store<Counts | undefined>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #missed = false;

  constructor(schedule?: Schedule) {
    this.store = new Store<Counts | undefined>(undefined, schedule);
  }

  start() {
    document.addEventListener("visibilitychange", this.#onVisible);
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#onVisible);
    clearTimeout(this.#timer);
  }

  readonly #onVisible = () => {
    if (this.#missed && document.visibilityState === "visible") this.soon();
  };

  /** Something changed: count again, soon. A hidden page waits until it is seen. */
  soon() {
    this.#missed = document.visibilityState !== "visible";
    if (this.#missed) return;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void this.read();
      },
      Math.max(250, this.#last + pause - Date.now()),
    );
  }

  async read() {
    this.#last = Date.now();
    try {
      const counts = await calls.counts();
      this.store.set((before) => (JSON.stringify(before) === JSON.stringify(counts) ? before : counts));
    } catch {
      // Numbers beside views are a help; the list itself says when the gateway does not answer.
    }
  }
}
