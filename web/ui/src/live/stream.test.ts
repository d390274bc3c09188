import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Stream } from "./stream";

class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  readyState = 0;
  onopen?: () => void;
  onerror?: () => void;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  fail(closed: boolean) {
    this.readyState = closed ? 2 : 0;
    this.onerror?.();
  }
  send(name: string, id: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId: id }));
  }
  close() {
    this.readyState = 2;
  }
}

const make = () => {
  const heard: unknown[] = [];
  const stream = new Stream({
    url: "/events",
    events: ["message"],
    onEvent: (name, data) => heard.push([name, data]),
    onOpen: (fresh) => heard.push(fresh ? "fresh" : "replayed"),
    onLine: (line) => heard.push(line),
    delay: () => 1000,
    source: (url) => new FakeSource(url) as unknown as EventSource,
  });
  return { stream, heard };
};
const last = () => FakeSource.all.at(-1)!;

describe("Stream", () => {
  beforeEach(() => {
    FakeSource.all = [];
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", { CLOSED: 2 });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("asks for a snapshot the first time, and replays from its cursor after a break", () => {
    const { stream, heard } = make();
    stream.start();
    last().open();
    last().send("message", "41", { n: 1 });
    last().fail(true);
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("/events?after=41");
    last().open();
    expect(heard).toEqual(["connecting", "live", "fresh", ["message", { n: 1 }], "reconnecting", "live", "replayed"]);
  });

  it("asks for a snapshot after a break when it has no cursor to replay from", () => {
    const { stream, heard } = make();
    stream.start();
    last().open();
    last().fail(true);
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("/events");
    last().open();
    expect(heard.filter((h) => h === "fresh")).toHaveLength(2);
  });

  it("asks for a snapshot on resync and goes on from its cursor", () => {
    const { stream, heard } = make();
    stream.start();
    last().open();
    last().send("resync", "900", {});
    expect(heard.filter((h) => h === "fresh")).toHaveLength(2);
    last().fail(true);
    vi.advanceTimersByTime(1000);
    expect(last().url).toBe("/events?after=900");
  });

  it("leaves reconnecting to the browser while the browser still tries", () => {
    const { stream } = make();
    stream.start();
    last().open();
    last().fail(false);
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.all).toHaveLength(1);
  });

  it("opens nothing after stop", () => {
    const { stream } = make();
    stream.start();
    last().fail(true);
    stream.stop();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.all).toHaveLength(1);
  });
});
