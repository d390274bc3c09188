// Tells colleagues that one is at a conversation, and whether one writes there. Sparingly: the gateway forgets by itself.

export type Doing = "viewing" | "typing" | "gone";

/** At most this often, in ms, anything but a farewell is sent. */
export const pause = 4000;
/** How often, in ms, a presence is renewed; the gateway forgets one after ten seconds. */
export const renewal = 8000;
/** For how long, in ms, one still writes after the last letter. */
export const lull = 5000;

export class Activity {
  readonly #post: (id: string, doing: Doing) => Promise<unknown>;
  #id = "";
  #told: Doing = "gone";
  #toldAt = Number.NEGATIVE_INFINITY;
  #typedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(post: (id: string, doing: Doing) => Promise<unknown>) {
    this.#post = post;
  }

  /** One looks at a conversation. */
  enter(id: string) {
    if (this.#id === id) return;
    this.leave();
    this.#id = id;
    this.#toldAt = this.#typedAt = Number.NEGATIVE_INFINITY;
    this.#tell();
  }

  /** One writes in the conversation that is open. */
  type(id: string) {
    if (this.#id !== id) return;
    this.#typedAt = Date.now();
    if (this.#told !== "typing") this.#tell();
  }

  /** What was being written has been sent, or thrown away. */
  pause() {
    this.#typedAt = Number.NEGATIVE_INFINITY;
    if (this.#told === "typing") this.#tell();
  }

  /** One no longer looks. */
  leave() {
    clearTimeout(this.#timer);
    if (this.#id && this.#told !== "gone") this.#send("gone");
    this.#id = "";
  }

  #tell() {
    clearTimeout(this.#timer);
    const now = Date.now();
    const wait = this.#toldAt + pause - now;
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#tell(), wait);
      return;
    }
    const typing = now - this.#typedAt < lull;
    this.#toldAt = now;
    this.#send(typing ? "typing" : "viewing");
    this.#timer = setTimeout(() => this.#tell(), typing ? Math.max(pause, this.#typedAt + lull - now) : renewal);
  }

  #send(doing: Doing) {
    this.#told = doing;
    // Nobody waits for it, and the next one mends what this one missed.
    this.#post(this.#id, doing).catch(() => {});
  }
}
