import { describe, expect, it, vi } from "vitest";
import { Store } from "./store";

function manual() {
  const tasks: (() => void)[] = [];
  return { schedule: (task: () => void) => void tasks.push(task), frame: () => tasks.splice(0).map((t) => t()), tasks };
}

describe("Store", () => {
  it("tells its listeners once a frame, with changes in the order they came", () => {
    const clock = manual();
    const store = new Store<number[]>([], clock.schedule);
    const heard = vi.fn();
    store.subscribe(heard);
    for (const n of [1, 2, 3]) store.queue((s) => [...s, n]);
    expect(store.snapshot()).toEqual([]);
    expect(clock.tasks).toHaveLength(1);
    clock.frame();
    expect(store.snapshot()).toEqual([1, 2, 3]);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("keeps the snapshot's identity and stays silent when nothing changed", () => {
    const clock = manual();
    const store = new Store({ a: 1 }, clock.schedule);
    const before = store.snapshot();
    const heard = vi.fn();
    store.subscribe(heard);
    store.queue((s) => s);
    clock.frame();
    expect(store.snapshot()).toBe(before);
    expect(heard).not.toHaveBeenCalled();
  });

  it("applies what was queued before a change made by hand", () => {
    const clock = manual();
    const store = new Store<string[]>([], clock.schedule);
    store.queue((s) => [...s, "event"]);
    store.set((s) => [...s, "hand"]);
    expect(store.snapshot()).toEqual(["event", "hand"]);
    clock.frame();
    expect(store.snapshot()).toEqual(["event", "hand"]);
  });

  it("forgets a listener that left", () => {
    const store = new Store(0);
    const heard = vi.fn();
    store.subscribe(heard)();
    store.set(() => 1);
    expect(heard).not.toHaveBeenCalled();
  });
});
