import { expect, it } from "vitest";
import type { Person as Colleague } from "../calls";
import { eligible } from "./eligible";

const colleague = (id: string, more: Partial<Colleague>): Colleague => ({
  id,
  name: id,
  email: "",
  role: "agent",
  presence: "online",
  load: 0,
  capacity: 4,
  teams: [],
  languages: [],
  topics: [],
  disabled: false,
  ...more,
});

it("offers who is there, the freest first, and counts who is not", () => {
  const people = [
    colleague("away", { presence: "away" }),
    colleague("busy", { load: 3 }),
    colleague("full", { load: 4 }),
    colleague("free", {}),
    colleague("also free", {}),
    colleague("gone", { presence: "offline" }),
    colleague("me", { presence: "offline" }),
    colleague("left", { disabled: true }),
    colleague("nothing to give", { capacity: 0 }),
    colleague("owner", {}),
  ];
  const { here, offline } = eligible(people, "owner", "me");
  expect(here.map((p) => p.id)).toEqual(["also free", "free", "busy", "full", "nothing to give", "away", "me"]);
  expect(offline).toBe(1);
});
