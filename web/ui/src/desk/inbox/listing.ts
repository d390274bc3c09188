// The list of the inbox: reads it page by page, and lets the live line change it once a frame.
import type { Store } from "../../live/store";
import type { ApiError } from "../api";
import { calls, type Filter, type Listed } from "./calls";
import { type Reader, sameFilter } from "./filter";
import { blank, type Eye, type State, settle, withConversations, withFound, withPage, withRow } from "./model";

/** After a break at most this many rows are read again; the ones further down come as one scrolls. */
const mostAgain = 1000;
/** Rows move at most this often, however much happens: what moves more often than that cannot be read. */
const pace = 500;
/** How long after something happened a search is asked again: what was just written takes a moment to be found. */
const searchAgain = 2000;

export class Listing {
  readonly #store: Store<State>;
  readonly #fail: (cause: unknown) => ApiError;
  readonly #reader: () => Reader & { reading: string };
  readonly #pending = new Map<string, Listed>();
  /** What changed while the first page is on its way: the page may be older. */
  #since: Map<string, Listed> | undefined;
  #read = 0;
  #moved = Number.NEGATIVE_INFINITY;
  #move: ReturnType<typeof setTimeout> | undefined;
  #search: ReturnType<typeof setTimeout> | undefined;
  #held = false;

  /** `reader` says who reads, and which conversation is being read at this moment. */
  constructor(store: Store<State>, fail: (cause: unknown) => ApiError, reader: () => Reader & { reading: string }) {
    this.#store = store;
    this.#fail = fail;
    this.#reader = reader;
  }

  /** What a change depends on. Rows that have only just moved are left where they are for a moment. */
  #eye(now = false): Eye {
    const left = this.#moved + pace - performance.now();
    if (this.#held || (left > 0 && !now)) {
      if (!this.#held) {
        this.#move ??= setTimeout(() => {
          this.#move = undefined;
          // A hand that has come meanwhile has the list until it leaves.
          if (!this.#held) this.release();
        }, left);
      }
      return { ...this.#reader(), held: true };
    }
    this.#moved = performance.now();
    return { ...this.#reader(), held: false };
  }

  /** A conversation changed. Several changes of one frame are one change of the list. */
  take(c: Listed) {
    this.#since?.set(c.id, c);
    this.#searchSoon();
    const first = this.#pending.size === 0;
    this.#pending.set(c.id, c);
    if (first) this.#store.queue((s) => this.#drain(s));
  }

  /** A conversation changed by the reader's own hand: shown now. */
  takeNow(c: Listed) {
    this.#since?.set(c.id, c);
    this.#pending.set(c.id, c);
    this.#store.set((s) => this.#drain(s, true));
  }

  #drain(s: State, now = false): State {
    const changes = new Map(this.#pending);
    this.#pending.clear();
    return changes.size > 0 ? withConversations(s, changes, this.#eye(now)) : s;
  }

  /** What only I know of a row: that I have read it, or am mentioned. */
  mark(id: string, marks: Pick<Listed, "unread" | "mentioned">) {
    this.#store.queue((s) => withRow(s, id, (c) => ({ ...c, ...marks })));
  }

  stop() {
    clearTimeout(this.#search);
    clearTimeout(this.#move);
  }

  /** Only the gateway knows what a search finds, so it is asked again while things happen. */
  #searchSoon() {
    if (!this.#store.snapshot().list.filter.q || document.visibilityState === "hidden") return;
    this.#search ??= setTimeout(() => {
      this.#search = undefined;
      void this.#searchNow();
    }, searchAgain);
  }

  async #searchNow() {
    const { filter } = this.#store.snapshot().list;
    if (!filter.q) return;
    const mine = this.#read;
    try {
      const { items } = await calls.list(filter, "");
      if (mine !== this.#read) return;
      this.#store.queue((s) => {
        const list = withFound(s.list, items, this.#eye());
        return list === s.list ? s : { ...s, list };
      });
    } catch (cause) {
      // What was found stays on the page; the next event asks again.
      this.#fail(cause);
    }
  }

  /** Shows what another filter finds; the rows of the old one go at once. */
  show(filter: Filter) {
    if (sameFilter(this.#store.snapshot().list.filter, filter)) return;
    this.#store.set((s) => ({ ...s, list: blank(filter, this.#held) }));
    void this.#readFirst();
    this.#searchSoon();
  }

  retry() {
    this.#store.set((s) => ({ ...s, list: { ...s.list, loading: true, error: undefined } }));
    void this.again();
  }

  /** Reads what is shown again, because events were missed. The rows stay until the new ones are there. */
  async again() {
    await this.#readFirst(Math.min(this.#store.snapshot().list.items.length, mostAgain));
  }

  /** Reads pages from the top until there are as many rows as before. */
  async #readFirst(rows = 0) {
    const mine = ++this.#read;
    const { filter } = this.#store.snapshot().list;
    const since = new Map<string, Listed>();
    this.#since = since;
    try {
      const items: Listed[] = [];
      let cursor = "";
      do {
        const page = await calls.list(filter, cursor, rows > 50 ? 200 : 50);
        if (mine !== this.#read) return;
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor && items.length < rows);
      this.#since = undefined;
      this.#store.queue((s) => {
        const read = { ...s, list: withPage(s.list, items, cursor, true) };
        return since.size > 0 ? withConversations(read, since, this.#eye(true)) : read;
      });
    } catch (cause) {
      this.#failed(mine, cause);
    }
  }

  /** Reads the next page, if there is one and it is not already on its way. */
  async more() {
    const { list } = this.#store.snapshot();
    // A page below one that is being read again would be out of date.
    if (!list.nextCursor || list.loading || this.#since) return;
    this.#store.set((s) => ({ ...s, list: { ...s.list, loading: true } }));
    const mine = ++this.#read;
    try {
      const { items, nextCursor } = await calls.list(list.filter, list.nextCursor);
      if (mine !== this.#read) return;
      this.#store.queue((s) => ({ ...s, list: withPage(s.list, items, nextCursor, false) }));
    } catch (cause) {
      this.#failed(mine, cause);
    }
  }

  #failed(mine: number, cause: unknown) {
    if (mine !== this.#read) return;
    const error = this.#fail(cause);
    this.#since = undefined;
    this.#store.queue((s) => ({ ...s, list: { ...s.list, loading: false, error } }));
  }

  /** While the list is in the reader's hand, no row moves. */
  hold(held: boolean) {
    if (held === this.#held) return;
    this.#held = held;
    this.#store.queue((s) => ({ ...s, list: { ...s.list, held } }));
    if (!held) this.release();
  }

  /** Lets the waiting rows in. */
  release() {
    clearTimeout(this.#move);
    this.#move = undefined;
    this.#moved = performance.now();
    this.#store.queue((s) => {
      const list = settle(s.list, this.#reader());
      return list === s.list ? s : { ...s, list };
    });
  }
}
