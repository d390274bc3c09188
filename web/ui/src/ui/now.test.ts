import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serverNow, serverSays } from "./now";

describe("the server's clock", () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => {
    serverSays(Date.now());
    vi.useRealTimers();
  });
  it("is this one's until the server says otherwise", () => expect(serverNow()).toBe(1_000_000));
  it("goes on from what the server said", () => {
    serverSays(90_000_000);
    vi.advanceTimersByTime(5_000);
    expect(serverNow()).toBe(90_005_000);
  });
  it("does not mind what a message takes to arrive", () => {
    serverSays(1_001_500);
    expect(serverNow()).toBe(1_000_000);
  });
});
