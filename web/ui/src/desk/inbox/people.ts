// What people do in the desk: drafts, replies and changes of owner. Every action shows at once and says how it went.
import { Store } from "../../live/store";
import { type ApiError, api, type Detail, type Event, type Message, type OwnerKind, type Session } from "../api";
import {
  arrived,
  ask,
  blank,
  conflict,
  type Draft,
  type Failure,
  fail,
  isBlank,
  keepEditing,
  newSince,
  pastMine,
  restored,
  send,
  type Talk,
  taken,
  underWay,
  write,
} from "./draft";
import type { Desk } from "./session";

/** A change of owner that is on its way, or did not happen. */
export interface Act {
  kind: OwnerKind;
  failure?: Failure;
}

export interface Doings {
  drafts: Readonly<Record<string, Draft>>;
  acts: Readonly<Record<string, Act>>;
}

/** The actions of the person who is logged in; drafts outlive a reload, and end when they log out. */
export class People {
  readonly store: Store<Doings>;
  /** Ids of the replies that this page sent: their rows are no news to who wrote them. */
  readonly mine = new Set<string>();
  readonly #desk: Desk;
  readonly #session: Session;
  readonly #storage: Storage;
  readonly #key: string;

  constructor(desk: Desk, session: Session, storage: Storage = sessionStorage) {
    this.#desk = desk;
    this.#session = session;
    this.#storage = storage;
    this.#key = `parley.drafts.${session.user.id}`;
    this.store = new Store<Doings>({ drafts: this.#load(), acts: {} });
    desk.store.subscribe(() => this.#watch());
  }

  get me(): string {
    return this.#session.user.id;
  }

  #load(): Record<string, Draft> {
    try {
      const kept = JSON.parse(this.#storage.getItem(this.#key) ?? "{}") as Record<string, Draft>;
      return Object.fromEntries(Object.entries(kept).map(([id, draft]) => [id, restored(draft)]));
    } catch {
      return {};
    }
  }

  #keep() {
    try {
      this.#storage.setItem(this.#key, JSON.stringify(this.store.snapshot().drafts));
    } catch {
      // The drafts then last as long as the page.
    }
  }

  /** Forgets every draft, here and in the browser: nothing that one person wrote is left for the next. */
  forget() {
    this.store.set((s) => ({ ...s, drafts: {} }));
    try {
      this.#storage.removeItem(this.#key);
    } catch {
      // Storage is forbidden, so nothing was kept.
    }
  }

  draft(id: string): Draft {
    return this.store.snapshot().drafts[id] ?? blank;
  }

  #change(id: string, to: (draft: Draft) => Draft) {
    const before = this.draft(id);
    const after = to(before);
    if (after === before) return;
    this.store.set((s) => {
      const { [id]: _, ...others } = s.drafts;
      return { ...s, drafts: isBlank(after) ? others : { ...others, [id]: after } };
    });
    this.#keep();
  }

  #shown(id: string): { messages: Message[]; events: Event[] } {
    const { transcript } = this.#desk.store.snapshot();
    if (transcript?.id !== id) return { messages: [], events: [] };
    return { messages: transcript.messages, events: transcript.detail?.events ?? [] };
  }

  /** What is known to have been said and done in a conversation. */
  #talk(messages: readonly Message[], events: readonly Event[] = []): Talk {
    return { messages, events, me: this.me, mine: this.mine };
  }

  /** How much is new on the page since a draft was begun or its author last looked. */
  newSince(draft: Draft, messages: readonly Message[], events: readonly Event[]): number {
    return draft.text.trim() ? newSince(draft.seen, this.#talk(messages, events)) : 0;
  }

  /** The newest line or change of owner that the page shows. */
  #newest(id: string): number {
    const { messages, events } = this.#shown(id);
    return Math.max(messages.at(-1)?.seq ?? 0, ...events.map((e) => e.seq));
  }

  /** Rows that came may be replies on their way. */
  #watch() {
    const id = this.#desk.store.snapshot().transcript?.id;
    if (id && this.draft(id).outgoing) this.#change(id, (d) => arrived(d, this.#shown(id).messages));
  }

  write(id: string, text: string) {
    this.#change(id, (d) => write(d, text, this.#newest(id)));
  }

  keepEditing(id: string) {
    this.#change(id, (d) => keepEditing(d, this.#newest(id)));
  }

  /** Sends what stands in the box. `force` sends although there are newer lines. */
  async send(id: string, force = false) {
    if (underWay(this.draft(id)) || !this.draft(id).text.trim()) return;
    const { messages, events } = this.#shown(id);
    const seen = pastMine(this.draft(id).seen, this.#talk(messages, events));
    this.#change(id, (d) => send(d, crypto.randomUUID(), new Date().toISOString()));
    const { outgoing } = this.draft(id);
    if (!outgoing) return;
    this.mine.add(outgoing.clientId);
    await this.#post(id, outgoing.clientId, outgoing.text, seen, force);
  }

  async #post(id: string, clientId: string, text: string, seen: number, force: boolean): Promise<void> {
    try {
      const detail = await api.reply(id, { clientId, text, seenSeq: seen, force });
      const open = this.#desk.store.snapshot().transcript?.id === id;
      this.#change(id, (d) => arrived(taken(d, clientId), open ? this.#shown(id).messages : [{ id: clientId }]));
      this.#desk.took(detail);
    } catch (cause) {
      const error = this.#desk.fail(cause);
      if (error.status === 409) return this.#conflict(id, clientId, text, seen, error);
      this.#change(id, (d) => fail(d, clientId, seen, failureOf(error)));
    }
  }

  /** Reads the conversation as it now is, to say what stands in the way. */
  async #conflict(id: string, clientId: string, text: string, seen: number, error: ApiError): Promise<void> {
    try {
      const [detail, page] = await Promise.all([api.conversation(id), api.messages(id)]);
      this.#desk.took(detail);
      const talk = this.#talk(page.items, detail.events);
      const what = conflict(detail, talk, seen, Date.now());
      if (what === "again") return this.#post(id, clientId, text, pastMine(seen, talk), false);
      this.#change(id, (d) =>
        what === "ask" ? ask(d, clientId, seen) : fail(d, clientId, seen, { code: what, detail: error.message }),
      );
    } catch {
      this.#change(id, (d) => fail(d, clientId, seen, { code: "refused", detail: error.message }));
    }
  }

  /** Changes the owner; the page shows the new one at once. */
  async act(detail: Detail, kind: OwnerKind) {
    const { id, epoch } = detail;
    const doing = this.store.snapshot().acts[id];
    if (doing && !doing.failure) return;
    this.#setAct(id, { kind });
    try {
      const after = await api.changeOwner(id, { kind, epoch });
      this.#desk.took(after);
      this.#setAct(id, undefined);
    } catch (cause) {
      const error = this.#desk.fail(cause);
      if (error.status === 409)
        await api.conversation(id).then(
          (now) => this.#desk.took(now),
          () => {},
        );
      this.#setAct(id, {
        kind,
        failure: error.status === 409 ? { code: "changed", detail: error.message } : failureOf(error),
      });
    }
  }

  /** Takes the word of a failed change off the page. */
  dismiss(id: string) {
    this.#setAct(id, undefined);
  }

  #setAct(id: string, act: Act | undefined) {
    this.store.set((s) => {
      const { [id]: _, ...others } = s.acts;
      return { ...s, acts: act ? { ...others, [id]: act } : others };
    });
  }
}

function failureOf(error: ApiError): Failure {
  return { code: error.status === 0 ? "offline" : "refused", detail: error.message };
}

const owners = { accept: "agent", pass_back: "bot", resolve: "none", reopen: "bot" } as const;

/** The conversation as the page shows it while a change of owner is on its way. */
export function shown(detail: Detail, act: Act | undefined, me: string): Detail {
  if (!act || act.failure) return detail;
  const { agent: _, ...rest } = detail;
  const owner = owners[act.kind];
  return owner === "agent" ? { ...rest, owner, agent: me } : { ...rest, owner };
}

/** What an agent may do to a conversation, in the order of the buttons. */
export function offered(detail: Detail, me: string): OwnerKind[] {
  switch (detail.owner) {
    case "none":
      return ["reopen"];
    case "bot":
      return ["accept", "resolve"];
    case "agent":
      return detail.agent === me ? ["pass_back", "resolve"] : ["accept", "pass_back", "resolve"];
    default:
      return ["accept", "pass_back", "resolve"];
  }
}
