import { expect, it } from "vitest";
import { filledIn } from "./FormSheet";
import type { Input } from "./sandbox";

it("sends what was filled in, as what it is", () => {
  const field = (name: string, type: Input["type"]): Input => ({ name, label: name, type });
  const fields = [
    field("a", "text"),
    field("b", "number"),
    field("c", "yes_no"),
    field("d", "date"),
    field("e", "choice"),
  ];
  expect(filledIn(fields, { a: " x ", b: "2.5", d: "" })).toEqual({ a: "x", b: 2.5, c: false });
});
