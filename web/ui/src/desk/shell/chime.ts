// The sound of news, made here: two soft notes, one when somebody waits for anybody.

/** A context for sound, which browsers allow only once the page was clicked or typed into. */
export class Chime {
  #context: AudioContext | undefined;

  /** Makes ready; call it when the person clicks or types. */
  wake() {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") void this.#context.resume();
  }

  stop() {
    void this.#context?.close();
    this.#context = undefined;
  }

  play(notes: 1 | 2) {
    const context = this.#context;
    if (context?.state !== "running") return;
    const pitches = notes === 1 ? [587.33] : [659.25, 880];
    pitches.forEach((pitch, n) => {
      const at = context.currentTime + n * 0.13;
      const volume = context.createGain();
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.12, at + 0.012);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
      volume.connect(context.destination);
      // A little of the octave makes it a bell rather than a test tone.
      for (const [part, share] of [
        [1, 1],
        [2, 0.25],
      ] as const) {
        const tone = context.createOscillator();
        const loud = context.createGain();
        loud.gain.value = share;
        tone.frequency.value = pitch * part;
        tone.connect(loud).connect(volume);
        tone.start(at);
        tone.stop(at + 0.55);
      }
    });
  }
}
