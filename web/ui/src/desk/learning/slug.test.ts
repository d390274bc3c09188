import { expect, it } from "vitest";
import { matches } from "./Knowledge";
import { slug } from "./slug";

it.each([
  ["Gift cards", "gift_cards"],
  ["Où est mon colis ?", "ou_est_mon_colis"],
  ["  Bœuf & Straße 2 ", "b_uf_strasse_2".replace("b_uf", "boeuf")],
  ["24 h delivery", "h_delivery"],
  ["配送", "new_intent"],
  ["x".repeat(90), "x".repeat(60)],
])("makes a name of %s", (title, name) => {
  expect(slug(title)).toBe(name);
  expect(slug(title)).toMatch(/^[a-z][a-z0-9_]{0,59}$/);
});

it("finds intents by title, phrasing and answer, whatever the case", () => {
  const intent = {
    id: "opening_hours",
    title: "Opening hours",
    language: "en",
    phrasings: ["When do you open?"],
    answer: "Monday to Friday",
    handoff: "never" as const,
  };
  for (const search of ["", "  ", "HOURS", "do you", "friday", "opening_"]) expect(matches(intent, search)).toBe(true);
  expect(matches(intent, "refund")).toBe(false);
});
