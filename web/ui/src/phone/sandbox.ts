// The sandbox's own HTTP, as docs/sandbox-api.md states it. The phone page talks to nothing else.

export type Status = "sent" | "delivered" | "read";

export interface PhoneMessage {
  n: number;
  id: string;
  direction: "in" | "out";
  layout: string;
  text?: string;
  header?: string;
  footer?: string;
  media?: { url: string; kind: string }[];
  buttons?: { label: string }[];
  list?: { button: string; sections: { title?: string; rows: { title: string; description?: string }[] }[] };
  link?: { label: string; url: string };
  flow?: Flow;
  /** What the person filled into a form, as JSON. */
  flow_response?: string;
  status: Status;
  at: string;
  dispatch_id?: string;
}

/** A button that opens a form. */
export interface Flow {
  label: string;
  id: string;
  fields: Input[];
}

export interface Input {
  name: string;
  label: string;
  type: "text" | "number" | "date" | "choice" | "yes_no";
  options?: string[];
  required?: boolean;
}

export interface Phone {
  phone: string;
  name: string;
  language: string;
  external_id?: string;
  braze_id?: string;
  subscribed: boolean;
  blocked: boolean;
  read_receipts: boolean;
  online: boolean;
  window_until: string | null;
  typing: boolean;
  unread: number;
  last: PhoneMessage | null;
}

export interface Notice {
  n: number;
  at: string;
  kind: string;
  text: { en: string; fr: string };
  doc?: string;
}

export interface ActivityEntry {
  n: number;
  at: string;
  kind: string;
  outcome: string;
  phone?: string;
  external_id?: string;
  braze_id?: string;
  campaign_id?: string;
  campaign?: string;
  dispatch_id?: string;
  message_n?: number;
  attempt?: number;
  status_code?: number;
  duration_ms?: number;
  reason?: string;
  doc?: string;
}

export interface Clock {
  now: string;
  offset_ms: number;
}

export interface ApiFault {
  path: string;
  from_call?: number;
  calls?: number;
  status?: number;
  delay_ms?: number;
  cut_after_accept?: boolean;
  refuse?: boolean;
}

export interface Faults {
  api: ApiFault[];
  webhook: {
    duplicate: number;
    duplicate_delay_ms: number;
    reorder: boolean;
    drop: number;
    delay_ms: number;
    rerender_on_retry: boolean;
  };
  delivery: { reorder: boolean; delay_ms: number; fail_code: number };
}

export interface Campaign {
  id: string;
  name: string;
  type: string;
  status: string;
  delivery?: string;
  re_eligible?: boolean;
  re_eligible_after_seconds?: number;
  subscription_group_id?: string;
  trigger?: { match: string; word?: string };
  webhook?: { method: string; url: string; headers?: Record<string, string>; body?: string };
  whatsapp?: { kind: string; layout: string; body?: string; [more: string]: unknown };
}

export interface NewPhone {
  phone: string;
  name: string;
  language: string;
  external_id?: string;
  subscribed?: boolean;
}

export type PhoneChange = Partial<Pick<Phone, "blocked" | "read_receipts" | "online" | "language" | "name">>;

/** What the sandbox said when it refused; `status` 0 means that it could not be reached. */
export class SandboxError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Calls the sandbox's own HTTP; the path is below /sandbox. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/sandbox${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new SandboxError(0, "");
  }
  const text = await response.text();
  if (!response.ok) throw new SandboxError(response.status, message(text));
  return (text ? JSON.parse(text) : undefined) as T;
}

function message(body: string): string {
  try {
    return String(JSON.parse(body).message ?? "");
  } catch {
    return "";
  }
}

const at = (phone: string) => `/phones/${encodeURIComponent(phone)}`;

export const sandbox = {
  phones: () => call<{ phones: Phone[] }>("GET", "/phones"),
  addPhone: (phone: NewPhone) => call<Phone>("POST", "/phones", phone),
  changePhone: (phone: string, change: PhoneChange) => call<Phone>("PATCH", at(phone), change),
  messages: (phone: string, after: number) =>
    call<{ messages: PhoneMessage[]; notices: Notice[] }>("GET", `${at(phone)}/messages?after=${after}`),
  send: (phone: string, text: string, mediaUrls: string[]) =>
    call<{ id: string }>("POST", `${at(phone)}/messages`, { text, media_urls: mediaUrls }),
  fillIn: (phone: string, answers: Record<string, unknown>) =>
    call<{ id: string }>("POST", `${at(phone)}/messages`, { text: "", flow_response: JSON.stringify(answers) }),
  tap: (phone: string, n: number, button: string) => call<{ id: string }>("POST", `${at(phone)}/taps`, { n, button }),
  read: (phone: string, n: number) => call<unknown>("POST", `${at(phone)}/read`, { n }),
  activity: (limit: number) => call<{ entries: ActivityEntry[] }>("GET", `/activity?limit=${limit}`),
  faults: () => call<Faults>("GET", "/faults"),
  setFaults: (faults: Faults) => call<unknown>("PUT", "/faults", faults),
  clock: () => call<Clock>("GET", "/clock"),
  moveClock: (move: { advance: string } | { reset: true }) => call<unknown>("POST", "/clock", move),
  campaigns: () => call<{ campaigns: Campaign[] } | Campaign[]>("GET", "/campaigns"),
  reset: () => call<unknown>("POST", "/reset", {}),
};
