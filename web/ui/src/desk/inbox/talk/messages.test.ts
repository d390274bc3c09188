import { describe, expect, it } from "vitest";
import type { Message } from "../../api";
import { attachments, fileName, resendable, troubleOf } from "./messages";
import { catalogues } from "./words";

const message = (more: object) =>
  ({ id: "m1", direction: "out", status: "accepted", text: "hi", media: [], ...more }) as unknown as Message;
const trouble = (more: object, language: "en" | "fr" = "en") =>
  troubleOf(catalogues[language], language, message(more));

describe("troubleOf", () => {
  it("says nothing of what goes well", () => {
    expect(trouble({ status: "accepted", statusReason: "Braze took it" })).toBe("");
  });
  it("says known reasons in the language of the reader, with the cure", () => {
    const late = { status: "dead", statusReason: "window_closed: the customer's last message is old" };
    expect(trouble(late)).toMatch(/Only a template/);
    expect(trouble(late, "fr")).toMatch(/Seul un modèle/);
  });
  it("gives Braze's own words for the rest", () => {
    expect(trouble({ status: "dead", statusReason: "400: no such campaign: x. Check it." })).toBe(
      "Braze refused it: 400: no such campaign: x. Check it.",
    );
  });
  it("says why WhatsApp refused a message and what to do, in the language of the reader", () => {
    const failure = {
      code: "131026",
      title: { en: "No such number", fr: "Numéro inconnu" },
      cure: { en: "Check it.", fr: "Vérifiez-le." },
    };
    expect(trouble({ status: "failed", failure })).toBe("No such number. Check it.");
    expect(trouble({ status: "failed", failure }, "fr")).toBe("Numéro inconnu. Vérifiez-le.");
    expect(trouble({ status: "delivered" })).toBe("");
  });
  it("says what an unknown outcome means even without a reason", () => {
    expect(trouble({ status: "unknown" })).toMatch(/may or may not/);
  });
});

it("offers to send again only what surely did not go", () => {
  expect(resendable(message({ status: "dead" }))).toBe(true);
  expect(resendable(message({ status: "failed" }))).toBe(true);
  expect(resendable(message({ status: "unknown" }))).toBe(false);
  expect(resendable(message({ status: "sent" }))).toBe(false);
  expect(resendable(message({ status: "dead", direction: "in" }))).toBe(false);
});

it("takes attachments from the gateway, never from the customer's address", () => {
  const media = [
    {
      kind: "image",
      url: "https://cdn.example/a/photo.jpg?x=1",
      path: "/api/v1/media/m1/0",
      seen: "A box.",
      written: "FRAGILE",
    },
    { kind: "document", url: "javascript:alert(1)", path: "/api/v1/media/m1/1" },
  ];
  expect(attachments(message({ media }))).toEqual([
    { kind: "image", path: "/api/v1/media/m1/0", name: "photo.jpg", heard: "", seen: "A box.", written: "FRAGILE" },
    { kind: "document", path: "/api/v1/media/m1/1", name: "", heard: "", seen: "", written: "" },
  ]);
});

it.each([
  ["https://x.example/Mon%20re%C3%A7u.pdf", "Mon reçu.pdf"],
  ["https://x.example/media/0a1b2c", ""],
  ["https://x.example/%E0%A4%A.pdf", ""],
  ["nothing", ""],
])("reads a file's name from %s", (address, name) => {
  expect(fileName(address)).toBe(name);
});
