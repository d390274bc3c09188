import { describe, expect, it } from "vitest";
import { cleaned, fresh, kindOf, problem } from "./show";

describe("what a reply shows", () => {
  it("leaves out what is empty", () => {
    expect(cleaned(fresh("choices"))).toBeUndefined();
    expect(cleaned(fresh("file"))).toBeUndefined();
    expect(cleaned({ choices: [{ title: " Yes " }, { title: " " }, { title: "No", detail: " thanks " }] })).toEqual({
      choices: [{ title: "Yes" }, { title: "No", detail: "thanks" }],
    });
  });
  it.each([
    [{ choices: [{ title: "Yes" }, { title: "yes " }] }, "twice"],
    [{ file: { kind: "image" as const, url: "http://shop.example/a.png" } }, "address"],
    [{ file: { kind: "image" as const, url: "a.png" } }, "address"],
    [{ link: { label: "", url: "https://shop.example" } }, "label"],
    [{ link: { label: "Open", url: "https://shop.example" } }, undefined],
    [undefined, undefined],
  ])("says what is wrong with %j", (show, what) => expect(problem(show)).toBe(what));
  it("knows its kind", () => {
    for (const kind of ["choices", "file", "link", "form"] as const) expect(kindOf(fresh(kind))).toBe(kind);
  });
});
