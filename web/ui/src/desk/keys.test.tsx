import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { boundTo, caps, pressed, registry, useKeys } from "./keys";

const press = (key: string, more: KeyboardEventInit = {}, on: EventTarget = document.body) =>
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));

function Binds(props: { actions: Parameters<typeof useKeys>[0] }) {
  useKeys(props.actions);
  return <input />;
}

afterEach(cleanup);

describe("the table of keys", () => {
  const sources = Object.values(
    import.meta.glob<string>(["./**/*.tsx", "./**/*.ts", "!./**/*.test.*"], {
      query: "?raw",
      import: "default",
      eager: true,
    }),
  );
  const acts =
    sources.find((s) => s.includes("export const actKeys"))?.match(/export const actKeys = \{([^}]*)\}/)?.[1] ?? "";

  it("holds no key that nothing binds: the help must not promise it", () => {
    const binding = sources.filter((s) => s.includes("useKeys("));
    for (const [key, entry] of Object.entries(registry)) {
      if ("own" in entry) continue;
      const quoted = key.replaceAll("?", "\\?").replaceAll("+", "\\+").replaceAll("/", "\\/");
      const bound =
        binding.some((s) => new RegExp(`[{,\\s]"?${quoted}"?: (?!\\{)`).test(s)) ||
        acts.includes(`"${key.toUpperCase()}"`);
      expect(bound, `a useKeys for ${key}`).toBe(true);
    }
  });
});

describe("useKeys", () => {
  it("runs what a key is bound to, but not while one types", () => {
    const next = vi.fn();
    const { container } = render(<Binds actions={{ j: next }} />);
    press("j");
    press("j", {}, container.querySelector("input")!);
    press("j", { ctrlKey: true });
    expect(next).toHaveBeenCalledTimes(1);
  });

  it("runs a key with Ctrl or Command wherever the focus is", () => {
    const palette = vi.fn();
    const { container } = render(<Binds actions={{ "mod+k": palette }} />);
    press("k", { ctrlKey: true }, container.querySelector("input")!);
    press("k", { metaKey: true });
    expect(palette).toHaveBeenCalledTimes(2);
  });

  it("takes two keys, one after the other, as one; the second alone means what it means alone", () => {
    const board = vi.fn();
    const back = vi.fn();
    render(<Binds actions={{ "g b": board, b: back }} />);
    press("g");
    press("b");
    press("b");
    expect([board.mock.calls.length, back.mock.calls.length]).toEqual([1, 1]);
  });

  it("does a thing once while its key is held, but moves on and on", () => {
    const resolve = vi.fn();
    const next = vi.fn();
    render(<Binds actions={{ e: resolve, j: next }} />);
    for (const repeat of [false, true, true]) {
      press("e", { repeat });
      press("j", { repeat });
    }
    expect([resolve.mock.calls.length, next.mock.calls.length]).toEqual([1, 3]);
  });

  it("lets what was opened last have the key, and gives it back", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    render(<Binds actions={{ x: first }} />);
    const over = render(<Binds actions={{ x: second }} />);
    press("x");
    over.rerender(<Binds actions={{ x: false }} />);
    press("x");
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
    cleanup();
    expect(boundTo("x")).toBeUndefined();
  });

  it("names keys by their letters, and by their place where there are no Latin ones", () => {
    const named = (key: string, more: KeyboardEventInit = {}) =>
      pressed(new KeyboardEvent("keydown", { key, ...more }));
    expect(named("X", { shiftKey: true })).toBe("shift+x");
    expect(named("?", { shiftKey: true })).toBe("?");
    expect(named("о", { code: "KeyJ" })).toBe("j");
    expect(named("j", { altKey: true })).toBe("");
    expect(named("k", { ctrlKey: true, shiftKey: true })).toBe("");
    expect(caps("g i")).toEqual(["G", "I"]);
  });
});
