import { describe, expect, it } from "vitest";
import { format } from "./locale";

type Leaf = string | ((...args: unknown[]) => string);

/** Every string of a catalogue under its path; functions are called with numbers, which suit every parameter. */
function leaves(node: object, path = ""): Map<string, string> {
  const out = new Map<string, string>();
  for (const [key, value] of Object.entries(node) as [string, Leaf | object][]) {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === "string") out.set(here, value);
    else if (typeof value === "function") out.set(here, (value as (...args: unknown[]) => string)(2, 3, 4));
    else for (const [k, v] of leaves(value, here)) out.set(k, v);
  }
  return out;
}

interface Found {
  catalogues: { en: object; fr: object };
  /** Paths of strings that are the same in both languages. */
  same?: RegExp;
}

const found: Record<string, Found> = {
  ...import.meta.glob<Found>("../{desk,phone}/**/words.ts", { eager: true }),
  ...import.meta.glob<Found>("./common.ts", { eager: true }),
};

// The type checker already refuses a missing French string; this finds empty and forgotten ones.
describe.each(Object.entries(found))("catalogue %s", (_, { catalogues: { en, fr }, same }) => {
  const english = leaves(en);
  const french = leaves(fr);
  it("has the same strings in both languages", () => {
    expect([...french.keys()]).toEqual([...english.keys()]);
  });
  it.each([...english])("%s is said in French", (key, text) => {
    expect(text.trim()).not.toBe("");
    expect(french.get(key)?.trim()).toBeTruthy();
    if (!same?.test(key) && /[a-z]{4}/i.test(text)) expect(french.get(key)).not.toBe(text);
  });
  it("does not shout and does not use raw apostrophes in French", () => {
    for (const text of [...english.values(), ...french.values()]) expect(text).not.toMatch(/!|Oops/);
    for (const text of french.values()) expect(text).not.toContain("'");
  });
});

describe("format", () => {
  const noon = new Date(2026, 10, 22, 12, 0, 0).getTime();
  const hour = 3_600_000;
  it("names days near now by word, others by date", () => {
    const en = format("en");
    expect(en.day(noon - 2 * hour, noon)).toBe("Today");
    expect(en.day(noon - 24 * hour, noon)).toBe("Yesterday");
    expect(en.day(noon + 24 * hour, noon)).toBe("Tomorrow");
    expect(en.day(noon - 3 * 24 * hour, noon)).toBe("Thursday");
    expect(en.day(noon - 40 * 24 * hour, noon)).toBe("13 October 2026");
    expect(format("fr").day(noon - 24 * hour, noon)).toBe("Hier");
  });
  it("counts in the language's plural: French zero is singular", () => {
    const forms = { one: "# a", other: "# b" };
    expect(format("en").plural(0, forms)).toBe("0 b");
    expect(format("fr").plural(0, forms)).toBe("0 a");
    expect(format("fr").plural(2, forms)).toBe("2 b");
  });
  it("gives a span in its largest two units", () => {
    const { span } = format("en");
    expect(
      [span(14), span(1400), span(5 * 60_000), span(24 * hour - 60_000)].map((s) => s.replaceAll("\u00a0", " ")),
    ).toEqual(["14 ms", "1.4 s", "5 min", "23 h 59 min"]);
    expect(format("fr").span(1400)).toBe("1,4\u00a0s");
  });
  it("shows an age, then a date", () => {
    const { age } = format("en");
    expect(age(noon - 10_000, noon)).toBe("now");
    expect(age(noon - 4 * 60_000, noon)).toBe("4\u00a0min");
    expect(age(noon - 48 * hour, noon)).toBe("20 Nov");
  });
});
