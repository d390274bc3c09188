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
  recent_events: { name: string; time: string; properties?: Record<string, unknown> }[] | null;
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

/** One event of the Currents stream, and what became of it. */
export interface CurrentsEvent {
  n: number;
  event_type: string;
  id: string;
  time: number;
  user: Record<string, unknown>;
  properties: Record<string, unknown>;
  state: "waiting" | "taken" | "lost";
  url?: string;
  attempts?: number;
  answer?: number;
}

export interface Template {
  name: string;
  language: string;
  category: "utility" | "marketing" | "authentication";
  status: "approved" | "pending" | "rejected" | "paused";
  body: string;
  campaign_id?: string;
}

/** Braze's connected audience object, as far as the sandbox reads it. */
export interface Segment {
  custom_attribute: { custom_attribute_name: string; comparison: string; value?: unknown };
}

/** What is told of a profile in one object of /users/track. */
export type Track = Record<string, unknown>;

/** What the console reads and changes, beside what the phones need. */
export const controls = {
  user: (id: string) => call<Profile>("GET", `/users/${encodeURIComponent(id)}`),
  users: (q: string, audience: Segment | undefined) => {
    const query = new URLSearchParams(audience ? { q, audience: JSON.stringify(audience) } : { q });
    return call<{ users: Profile[]; total: number }>("GET", `/users?${query}`);
  },
  templates: () => call<{ templates: Template[] }>("GET", "/templates"),
  putTemplate: ({ name, language, category, status, body }: Template) =>
    call<{ templates: Template[] }>("PUT", `/templates/${encodeURIComponent(name)}/${encodeURIComponent(language)}`, {
      category,
      status,
      body,
    }),
  currentsEvents: () => call<{ events: CurrentsEvent[] }>("GET", "/currents/events"),
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

/** Changes a profile the way an integration does: by /users/track, with a key that may. */
export async function track(key: string, brazeId: string, what: Track): Promise<void> {
  const response = await fetch("/users/track", {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
    body: JSON.stringify({ attributes: [{ ...what, braze_id: brazeId }] }),
  });
  const answer = await response.json();
  if (!response.ok || answer.errors) throw new Error(answer.errors?.[0]?.type ?? answer.message);
}
