// What Braze's profile of a person was told: calls, and how its values read.
import type { components } from "../../../api";
import { catalogue } from "../../../words/locale";
import { answer, client } from "../../api";
import { en } from "./profile.en";
import { fr } from "./profile.fr";

type Schemas = components["schemas"];
export type Ledger = Schemas["ProfileLedger"];
export type Attribute = Schemas["ProfileAttribute"];
export type Telling = Schemas["ProfileTelling"];

export type ProfileWords = typeof en;
export const catalogues = { en, fr };
export const useProfileWords = catalogue<ProfileWords>(catalogues);

const at = (id: string) => ({ params: { path: { id } } });

export const profile = {
  ledger: (id: string) => answer<Ledger>(client.GET("/api/v1/contacts/{id}/profile-facts", at(id))),
  stop: (id: string, stopped: boolean) =>
    answer<Ledger>(client.PUT("/api/v1/contacts/{id}/profile-facts/stopped", { ...at(id), body: { stopped } })),
  purge: (id: string) => answer<Ledger>(client.POST("/api/v1/contacts/{id}/profile-facts/purge", at(id))),
};

/** One attribute as a list shows it; the items of an array stand in one line. */
export interface Shown {
  name: string;
  value: string;
  state: Attribute["state"];
  reason: string;
  toldAt: string;
}

const order: Attribute["state"][] = ["accepted", "riding", "pending", "failed"];

/** The attributes by name; of an array the items that shall be there, in the state of the one in most trouble. */
export function shown(list: readonly Attribute[], words: ProfileWords): Shown[] {
  const out = new Map<string, Shown>();
  for (const a of list) {
    const name = a.kind === "nested" ? `${a.name}.${a.part}` : a.name;
    const value = a.kind === "item" ? (a.value === "true" ? (a.part ?? "") : "") : inWords(a.value, words);
    const before = out.get(name);
    if (!before) {
      out.set(name, { name, value, state: a.state, reason: a.reason ?? "", toldAt: a.toldAt ?? "" });
      continue;
    }
    before.value = [before.value, value].filter(Boolean).join(", ");
    if (order.indexOf(a.state) > order.indexOf(before.state)) before.state = a.state;
    before.reason ||= a.reason ?? "";
    if ((a.toldAt ?? "") > before.toldAt) before.toldAt = a.toldAt ?? "";
  }
  return [...out.values()];
}

/** A JSON value as people read it. */
export function inWords(json: string, words: ProfileWords): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return json;
  }
  if (value === null) return words.none;
  if (value === true) return words.yes;
  if (value === false) return words.no;
  if (typeof value === "object") {
    const held = value as Record<string, unknown>;
    if (typeof held.$time === "string") return held.$time;
    return Object.entries(held)
      .map(([key, v]) => `${key} ${String(v)}`)
      .join(", ");
  }
  return String(value);
}

/** The attributes that are arrays. */
export function arrays(list: readonly Attribute[]): Set<string> {
  return new Set(list.filter((a) => a.kind === "item").map((a) => a.name));
}

/** What was told, in a few words. */
export function toldInWords(t: Telling, lists: Set<string>, words: ProfileWords): { name: string; value: string } {
  if (t.kind === "event") return { name: t.name, value: words.event };
  if (t.kind === "increment") return { name: t.name, value: words.plus(t.value) };
  if (t.part && lists.has(t.name)) {
    return { name: t.name, value: t.value === "true" ? words.added(t.part) : words.removed(t.part) };
  }
  return { name: t.part ? `${t.name}.${t.part}` : t.name, value: inWords(t.value, words) };
}
