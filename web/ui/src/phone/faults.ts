// The fault sheet as a row of switches. Each switch owns a few fields of the sheet, or one API rule, and leaves the rest
// as it is: rules that were set through the API survive.
import type { ApiFault, Faults } from "./sandbox";

export type FaultName =
  | "duplicate"
  | "reorder"
  | "drop"
  | "slowWebhook"
  | "rerender"
  | "unavailable"
  | "limited"
  | "cut"
  | "refuse"
  | "slowApi"
  | "slowDelivery"
  | "reorderDelivery"
  | "notOnWhatsApp";

export interface FaultSwitch {
  name: FaultName;
  on(sheet: Faults): boolean;
  turn(sheet: Faults, on: boolean): Faults;
}

export const noFaults: Faults = {
  api: [],
  webhook: { duplicate: 1, duplicate_delay_ms: 0, reorder: false, drop: 0, delay_ms: 0, rerender_on_retry: false },
  delivery: { reorder: false, delay_ms: 0, fail_code: 0 },
};

/** A sheet from the sandbox with every absent part filled in. */
export function complete(sheet: Partial<Faults>): Faults {
  return {
    api: sheet.api ?? [],
    webhook: { ...noFaults.webhook, ...sheet.webhook },
    delivery: { ...noFaults.delivery, ...sheet.delivery },
  };
}

function webhook(name: FaultName, on: Partial<Faults["webhook"]>): FaultSwitch {
  const keys = Object.keys(on) as (keyof Faults["webhook"])[];
  return {
    name,
    on: (sheet) => keys.some((key) => sheet.webhook[key] !== noFaults.webhook[key]),
    turn: (sheet, to) => ({
      ...sheet,
      webhook: {
        ...sheet.webhook,
        ...(to ? on : Object.fromEntries(keys.map((key) => [key, noFaults.webhook[key]]))),
      },
    }),
  };
}

function delivery(name: FaultName, on: Partial<Faults["delivery"]>): FaultSwitch {
  const keys = Object.keys(on) as (keyof Faults["delivery"])[];
  return {
    name,
    on: (sheet) => keys.some((key) => sheet.delivery[key] !== noFaults.delivery[key]),
    turn: (sheet, to) => ({
      ...sheet,
      delivery: {
        ...sheet.delivery,
        ...(to ? on : Object.fromEntries(keys.map((key) => [key, noFaults.delivery[key]]))),
      },
    }),
  };
}

const sendPath = "/campaigns/trigger/send";

function api(name: FaultName, rule: Omit<ApiFault, "path">): FaultSwitch {
  const mine = (r: ApiFault) => r.path === sendPath && key(r) === key({ path: sendPath, ...rule });
  return {
    name,
    on: (sheet) => sheet.api.some(mine),
    turn: (sheet, to) => ({
      ...sheet,
      api: [...sheet.api.filter((r) => !mine(r)), ...(to ? [{ path: sendPath, from_call: 1, ...rule }] : [])],
    }),
  };
}

/** What tells API rules apart, whatever defaults the sandbox filled in. */
function key(r: ApiFault): string {
  return JSON.stringify([r.calls ?? 0, r.status ?? 0, r.delay_ms ?? 0, r.cut_after_accept ?? false, r.refuse ?? false]);
}

export const groups: { name: "toParley" | "fromParley" | "toPhone"; switches: FaultSwitch[] }[] = [
  {
    name: "toParley",
    switches: [
      webhook("duplicate", { duplicate: 3 }),
      webhook("reorder", { reorder: true }),
      webhook("drop", { drop: 1 }),
      webhook("slowWebhook", { delay_ms: 5000 }),
      webhook("rerender", { rerender_on_retry: true }),
    ],
  },
  {
    name: "fromParley",
    switches: [
      api("unavailable", { calls: 3, status: 503 }),
      api("limited", { calls: 1, status: 429 }),
      api("cut", { calls: 1, cut_after_accept: true }),
      api("refuse", { calls: 0, refuse: true }),
      api("slowApi", { calls: 0, delay_ms: 3000 }),
    ],
  },
  {
    name: "toPhone",
    switches: [
      delivery("slowDelivery", { delay_ms: 5000 }),
      delivery("reorderDelivery", { reorder: true }),
      delivery("notOnWhatsApp", { fail_code: 131026 }),
    ],
  },
];

const all = groups.flatMap((g) => g.switches);

/** How many switches are on. */
export function count(sheet: Faults): number {
  return all.filter((s) => s.on(sheet)).length;
}

/** How many API rules belong to no switch. */
export function foreign(sheet: Faults): number {
  return all.reduce((rest, s) => s.turn(rest, false), sheet).api.length;
}
