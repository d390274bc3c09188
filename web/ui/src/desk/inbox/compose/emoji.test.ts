import { describe, expect, it } from "vitest";
import { emoji, findEmoji, nameOfEmoji } from "./emoji";

const signs = (query: string, language: "en" | "fr") => findEmoji(query, language).map(([sign]) => sign);

describe("findEmoji", () => {
  it("finds by word in the language of the page", () => {
    expect(signs("parc", "en")).toEqual(["📦"]);
    expect(signs("colis", "fr")).toEqual(["📦"]);
    expect(signs("colis", "en")).toEqual([]);
  });
  it("forgives accents and case, and wants every word", () => {
    expect(signs("REGLAGES", "fr")).toEqual(["⚙️"]);
    expect(signs("thumbs down", "en")).toEqual(["👎"]);
  });
  it("shows everything for nothing", () => {
    expect(signs(" ", "en")).toHaveLength(emoji.length);
  });
});

it("has each sign once, named in both languages", () => {
  expect(new Set(emoji.map(([sign]) => sign)).size).toBe(emoji.length);
  for (const language of ["en", "fr"] as const) {
    const names = emoji.map((e) => nameOfEmoji(e, language));
    expect(names.every((name) => name.trim() !== "")).toBe(true);
  }
});
