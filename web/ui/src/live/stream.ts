// One EventSource that never gives up: it remembers the cursor, replays from it and says how the line is.

export type Line = "connecting" | "live" | "reconnecting";

export interface StreamOptions {
  /** The address without a cursor. */
  url: string;
  /** The event names to listen for. Their data is JSON. */
  events: readonly string[];
  onEvent(name: string, data: unknown): void;
  /**
   * The line is open. `fresh` is true when events may have been missed (the first time, and after the server said that
   * the cursor is too old), so that snapshots must be read again.
   */
  onOpen(fresh: boolean): void;
  onLine(line: Line): void;
  /** How long to wait before try number n, from 1, after the browser has given up. */
  delay?(attempt: number): number;
  /** Makes the EventSource; tests pass their own. */
  source?: (url: string) => EventSource;
}

const backoff = (attempt: number) => Math.min(500 * 2 ** (attempt - 1), 10_000) * (0.75 + Math.random() / 2);

export class Stream {
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cursor = "";
  #attempt = 0;
  #known = false;
  readonly #options: StreamOptions;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  start() {
    this.#options.onLine("connecting");
    this.#open();
    globalThis.addEventListener?.("online", this.#retryNow);
  }

  stop() {
    globalThis.removeEventListener?.("online", this.#retryNow);
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  readonly #retryNow = () => {
    if (this.#source && this.#source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.#timer);
    this.#open();
  };

  #open() {
    const { url, events, onEvent, onOpen, onLine } = this.#options;
    const join = url.includes("?") ? "&" : "?";
    const address = this.#cursor ? `${url}${join}after=${encodeURIComponent(this.#cursor)}` : url;
    const source = this.#options.source?.(address) ?? new EventSource(address);
    this.#source = source;
    source.onopen = () => {
      this.#attempt = 0;
      onLine("live");
      // Without a cursor nothing could be replayed, so what happened while the line was down is unknown.
      onOpen(!this.#known || this.#cursor === "");
      this.#known = true;
    };
    source.onerror = () => {
      onLine("reconnecting");
      if (source.readyState !== EventSource.CLOSED) return;
      this.#attempt++;
      this.#timer = setTimeout(() => this.#open(), (this.#options.delay ?? backoff)(this.#attempt));
    };
    for (const name of events) {
      source.addEventListener(name, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        if (lastEventId) this.#cursor = lastEventId;
        onEvent(name, data ? JSON.parse(data) : undefined);
      });
    }
    source.addEventListener("resync", (event) => {
      const { lastEventId } = event as MessageEvent<string>;
      if (lastEventId) this.#cursor = lastEventId;
      onOpen(true);
    });
  }
}
