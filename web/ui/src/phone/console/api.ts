import { call } from "../sandbox";

export interface Profile {
  external_id: string;
  braze_id: string;
  phone: string;
  bsuid: string;
  user_aliases: { alias_name: string; alias_label: string }[] | null;
  attributes: Record<string, unknown> | null;
  custom_attributes: Record<string, unknown> | null;
  subscription_groups: Record<string, string> | null;
  custom_events: { name: string; count: number }[] | null;
  campaigns_received: unknown;
}

export interface Group {
  id: string;
  name: string;
  phone: string;
}

export type Value = string | number | boolean;

export interface Switch {
  name: string;
  value: Value;
  default: Value;
  choices?: string[];
  source: "documented" | "choice";
  what: string;
  what_fr: string;
}

export interface Key {
  name: string;
  permissions: string[] | null;
  ip_allowlist: string[] | null;
}

export interface Currents {
  enabled: boolean;
  url: string;
  token: string;
  waiting: number;
  sent: number;
  lost: number;
}

/** What the console reads and changes, beside what the phones need. */
export const controls = {
  user: (id: string) => call<Profile>("GET", `/users/${encodeURIComponent(id)}`),
  groups: () => call<{ subscription_groups: Group[] }>("GET", "/about"),
  switches: () => call<{ about: Switch[] }>("GET", "/switches"),
  setSwitch: (name: string, value: Value) => call<{ about: Switch[] }>("PUT", "/switches", { [name]: value }),
  keys: () => call<{ keys: Record<string, Key> }>("GET", "/keys"),
  putKey: (id: string, key: Key) => call<unknown>("PUT", `/keys/${encodeURIComponent(id)}`, key),
  currents: () => call<Currents>("GET", "/currents"),
  setCurrents: (to: Pick<Currents, "enabled" | "url" | "token">) => call<Currents>("PUT", "/currents", to),
  putCampaign: (id: string, definition: object) =>
    call<unknown>("PUT", `/campaigns/${encodeURIComponent(id)}`, definition),
};

/** Says whether a profile is subscribed the way an integration does: by /users/track, with a key that may. */
export async function subscribe(key: string, brazeId: string, group: string, on: boolean): Promise<void> {
  const state = on ? "subscribed" : "unsubscribed";
  const response = await fetch("/users/track", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
    body: JSON.stringify({
      attributes: [
        { braze_id: brazeId, subscription_groups: [{ subscription_group_id: group, subscription_state: state }] },
      ],
    }),
  });
  const answer = await response.json();
  if (!response.ok || answer.errors) throw new Error(answer.errors?.[0]?.type ?? answer.message);
}
