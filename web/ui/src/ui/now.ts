import { useSyncExternalStore } from "react";

const step = 10_000;
/** Clocks that differ by less than this, in ms, are taken for the same: the news of the time was under way as well. */
const close = 2_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let ahead = 0;
let now = Date.now();

/** The time in milliseconds by the server's clock, as far as it has told it; by this one's until then. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** The server says what time it is. */
export function serverSays(at: number): void {
  const by = at - Date.now();
  const next = Math.abs(by) < close ? 0 : by;
  if (next === ahead) return;
  ahead = next;
  tick();
}

/** That time, refreshed every ten seconds for whatever shows an age. One timer serves all. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

function tick() {
  now = serverNow();
  for (const tell of listeners) tell();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = serverNow();
  timer ??= setInterval(tick, step);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
