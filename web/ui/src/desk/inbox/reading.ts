// What I have read: the conversation that is open on a page I look at.
import { calls } from "./calls";

/** How long a line is on the page before it counts as read: moving through the list reads nothing. */
const glance = 600;

export interface Shown {
  id: string;
  /** Newest line on the page. */
  seq: number;
}

export class Reading {
  readonly #shown: () => Shown | undefined;
  readonly #onRead: (id: string) => void;
  readonly #read = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `shown` is what is open; `onRead` is called once the gateway knows. */
  constructor(shown: () => Shown | undefined, onRead: (id: string) => void) {
    this.#shown = shown;
    this.#onRead = onRead;
  }

  start() {
    addEventListener("focus", this.watch);
    document.addEventListener("visibilitychange", this.watch);
  }

  stop() {
    removeEventListener("focus", this.watch);
    document.removeEventListener("visibilitychange", this.watch);
    clearTimeout(this.#timer);
  }

  /** The conversation that is looked at now; undefined while the page is in the background. */
  now(): Shown | undefined {
    return document.visibilityState === "visible" && document.hasFocus() ? this.#shown() : undefined;
  }

  #news(): Shown | undefined {
    const shown = this.now();
    return shown && shown.seq > (this.#read.get(shown.id) ?? 0) ? shown : undefined;
  }

  /** Something changed: perhaps there is something to be read. */
  readonly watch = () => {
    const before = this.#news();
    if (!before || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const news = this.#news();
      // Another conversation was opened meanwhile: it gets its own glance.
      if (news && news.id === before.id) void this.#mark(news);
      else this.watch();
    }, glance);
  };

  async #mark({ id, seq }: Shown) {
    const before = this.#read.get(id) ?? 0;
    this.#read.set(id, seq);
    try {
      await calls.markRead(id, seq);
      this.#onRead(id);
    } catch {
      // It stays unread; the next line, or the next visit, tries again.
      this.#read.set(id, before);
    }
  }
}
