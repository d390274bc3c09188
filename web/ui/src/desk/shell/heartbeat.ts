// Tells the gateway that somebody sits here: every half minute, and whether they did anything in it.
import { calls } from "../inbox/calls";

const every = 30_000;
const inputs = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

export class Heartbeat {
  readonly #beat: (active: boolean) => Promise<unknown>;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Something was done since the last beat. */
  #active = true;
  /** The last beat said that nothing was done. */
  #idle = false;

  constructor(beat: (active: boolean) => Promise<unknown> = calls.heartbeat) {
    this.#beat = beat;
  }

  start() {
    for (const input of inputs) addEventListener(input, this.#onInput, { capture: true, passive: true });
    this.#timer = setInterval(() => this.#tell(), every);
    this.#tell();
  }

  stop() {
    for (const input of inputs) removeEventListener(input, this.#onInput, { capture: true });
    clearInterval(this.#timer);
  }

  readonly #onInput = () => {
    this.#active = true;
    // Who comes back is back at once, not half a minute later.
    if (this.#idle) this.#tell();
  };

  #tell() {
    const active = this.#active;
    this.#active = false;
    this.#idle = !active;
    // One that is lost is made good by the next; the live line says when the gateway is away.
    this.#beat(active).catch(() => {});
  }
}
