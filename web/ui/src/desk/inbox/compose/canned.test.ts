import { describe, expect, it } from "vitest";
import type { Canned } from "../talk/api";
import { fill, find, firstMissing, missing, slashBefore, valuesOf } from "./canned";

const canned = (shortcut: string, title: string, text: string, language = "en"): Canned => ({
  id: shortcut + language,
  shortcut,
  title,
  text,
  language,
  team: "",
  updatedAt: "",
});

describe("slashBefore", () => {
  it.each([
    ["/", 1, { from: 0, query: "" }],
    ["/ret", 4, { from: 0, query: "ret" }],
    ["/ret", 2, { from: 0, query: "r" }],
    ["Hello /ret", 10, { from: 6, query: "ret" }],
    ["Hello\n/ret", 10, { from: 6, query: "ret" }],
    ["and/or", 6, undefined],
    ["https://a", 9, undefined],
    ["/ret urn", 8, undefined],
    ["", 0, undefined],
  ])("%s at %i", (text, caret, want) => {
    expect(slashBefore(text, caret)).toEqual(want);
  });
});

describe("find", () => {
  const all = [
    canned("hours", "Opening hours", "We open at nine."),
    canned("retour", "Retour d’un colis", "Déposez le colis…", "fr"),
    canned("return", "Return a parcel", "Drop it off."),
    canned("late", "Late parcel", "We return to you soon."),
  ];
  const found = (q: string, language = "en") => find(all, q, language).map((c) => c.shortcut);
  it("looks at the shortcut, then the title, then the text", () => {
    expect(found("ret")).toEqual(["return", "retour", "late"]);
  });
  it("puts the customer's language first", () => {
    expect(found("ret", "fr")).toEqual(["retour", "return", "late"]);
  });
  it("forgives case and accents", () => {
    expect(found("DEPO")).toEqual(["retour"]);
  });
  it("offers everything for a bare slash, and nothing for what is not there", () => {
    expect(found("")).toHaveLength(4);
    expect(found("zzz")).toEqual([]);
  });
});

describe("fill", () => {
  const values = valuesOf({ name: "Ada Byron", phone: "+33600000002" }, { name: "Sam Hill", email: "sam@example.com" });
  const text = (t: string) =>
    fill(t, values)
      .map((p) => p.text)
      .join("");
  it("fills in what is known", () => {
    expect(text("Hello {{customer.first_name}}, {{ agent.name }} here.")).toBe("Hello Ada, Sam Hill here.");
  });
  it("marks what is not known and leaves it to be seen", () => {
    expect(fill("Order {{order.number}} of {{customer.name}}", values)).toEqual([
      { text: "Order ", missing: false },
      { text: "{{order.number}}", missing: true },
      { text: " of Ada Byron", missing: false },
    ]);
  });
  it("counts an empty value as not known", () => {
    const nobody = valuesOf({ name: "", phone: "" }, { name: "Sam", email: "" });
    expect(fill("Hello {{customer.name}}", nobody).at(-1)).toEqual({ text: "{{customer.name}}", missing: true });
  });
  it("takes the words after the bar when nothing is known", () => {
    expect(text("Hello {{customer.name|there}}, order {{order|of yours}}")).toBe("Hello Ada Byron, order of yours");
  });
  it("does not fill in what a value brings", () => {
    expect(fill("{{customer.name}}", { "customer.name": "{{agent.name}}", "agent.name": "Sam" })).toEqual([
      { text: "{{agent.name}}", missing: false },
    ]);
  });
});

it("finds what is still to be filled in", () => {
  expect(missing("{{a}} and {{ b.c }} and {{a}}")).toEqual(["a", "b.c"]);
  expect(firstMissing("Hi {{a}}.")).toEqual({ from: 3, to: 8 });
  expect(firstMissing("Hi {a}.")).toBeUndefined();
});
