import { describe, expect, it } from "vitest";
import type { Event } from "../../api";
import { eventText, reasonOf } from "./events";
import { catalogues } from "./words";

const names = { me: "me", nameOf: (id: string | undefined) => (id === "ben" ? "Ben" : undefined) };
const event = (kind: string, actor: string, more: object = {}) => ({ kind, actor, ...more }) as unknown as Event;
const say = (e: Event, language: "en" | "fr" = "en") => eventText(catalogues[language], e, names);

describe("eventText", () => {
  it("says who did it: the reader, a colleague by name, one whose name is told, or an unknown one", () => {
    expect(say(event("accept", "me"))).toBe("You took the conversation");
    expect(say(event("accept", "ben"))).toBe("Ben took the conversation");
    expect(say(event("resolve", "zoe", { actorName: "Zoé" }))).toBe("Zoé resolved the conversation");
    expect(say(event("resolve", "zoe", { actorName: "zoe" }))).toBe("A colleague resolved the conversation");
  });
  it("names nobody for what the program does by itself", () => {
    expect(say(event("offer", "bot"))).toBe("Handed over to people");
    expect(say(event("expire", "parley"))).toBe("Back in the queue after a long silence");
  });
  it("says who got it, where that is known", () => {
    const text = (e: Event, to: string) => eventText(catalogues.en, e, names, to);
    expect(text(event("assign", "parley"), "me")).toBe("Assigned to you");
    expect(text(event("assign", "me"), "ben")).toBe("You assigned the conversation to Ben");
    expect(text(event("assign", "me"), "unknown")).toBe("You assigned the conversation");
  });
  it("speaks French", () => {
    expect(say(event("pass_back", "me"), "fr")).toBe("Rendue au bot par vous");
  });
  it("does not hide a change that it has no words for", () => {
    expect(say(event("merged_into", "ben"))).toBe("Change: merged into");
  });
});

describe("reasonOf", () => {
  const why = (more: object, language: "en" | "fr" = "en") =>
    reasonOf(catalogues[language], event("assign", "parley", more));
  it("says in the reader's language why the desk did something by itself", () => {
    expect(why({ reason: "next in line" }, "fr")?.text).toBe("première de la file");
    expect(why({ kind: "expire", reason: "no answer for 10m" })?.text).toBe("no answer for 10m");
    expect(why({ reason: "something else" })).toBeUndefined();
  });
  it("says what was promised, whatever the words", () => {
    expect(why({ kind: "pass_back", actor: "me", reason: "refund" })?.detail).toBe("Promised: refund");
    expect(why({ kind: "pass_back", actor: "me", reason: "" })).toBeUndefined();
  });
  it("leaves what people and the bot give as a reason to others", () => {
    expect(why({ actor: "bot", kind: "offer", reason: "person_requested: x" })).toBeUndefined();
  });
});
