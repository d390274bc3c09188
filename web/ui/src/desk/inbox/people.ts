// What people do in the desk: drafts, replies, notes and changes. Every action shows at once and says how it went.

import { Store } from "../../live/store";
import { serverNow } from "../../ui/now";
import { type ApiError, api, type Detail, type Message, type Session } from "../api";
import { ask as askFor, type Change, changed, type Group, groupOf } from "./act/changes";
import { Activity } from "./compose/activity";
import type { Show } from "./compose/show";
import { DraftSync } from "./compose/sync";
import {
  arrived,
  ask,
  attach,
  blank,
  conflict,
  type Draft,
  type Failure,
  fail,
  isBlank,
  keepEditing,
  newSince,
  type Outgoing,
  pastMine,
  restored,
  send,
  type Talk,
  taken,
  underWay,
  write,
} from "./draft";
import type { Desk } from "./session";
import { talk } from "./talk/api";

/** A change that is on its way, or did not happen. */
export interface Act {
  change: Change;
  failure?: Failure;
  /** What is wanted by now; asked for once the first has been answered. */
  next?: Change;
}

export type Acts = Readonly<Partial<Record<Group, Act>>>;

export interface Doings {
  /** Replies to the customer, by conversation. */
  drafts: Readonly<Record<string, Draft>>;
  /** Notes to colleagues, by conversation. */
  notes: Readonly<Record<string, Draft>>;
  acts: Readonly<Record<string, Acts>>;
}

type Box = "drafts" | "notes";

/** The actions of the person who is logged in; drafts outlive a reload, and end here when they log out. */
export class People {
  readonly store: Store<Doings>;
  readonly sync: DraftSync;
  readonly activity = new Activity((id, doing) => talk.activity(id, doing));
  /** Ids of the replies that this page sent: their rows are no news to who wrote them. */
  readonly mine = new Set<string>();
  readonly #desk: Desk;
  readonly #session: Session;
  readonly #storage: Storage;

  constructor(desk: Desk, session: Session, storage: Storage = sessionStorage) {
    this.#desk = desk;
    this.#session = session;
    this.#storage = storage;
    this.store = new Store<Doings>({ drafts: this.#load("drafts"), notes: this.#load("notes"), acts: {} });
    desk.store.subscribe(() => this.#watch());
    this.sync = new DraftSync(this, desk, storage);
  }

  get me(): string {
    return this.#session.user.id;
  }

  #key(box: Box): string {
    return `parley.${box}.${this.me}`;
  }

  #load(box: Box): Record<string, Draft> {
    try {
      const kept = JSON.parse(this.#storage.getItem(this.#key(box)) ?? "{}") as Record<string, Draft>;
      return Object.fromEntries(Object.entries(kept).map(([id, draft]) => [id, restored(draft)]));
    } catch {
      return {};
    }
  }

  #keep(box: Box) {
    try {
      this.#storage.setItem(this.#key(box), JSON.stringify(this.store.snapshot()[box]));
    } catch {
      // The drafts then last as long as the page.
    }
  }

  /** Forgets every draft, here and in the browser: nothing that one person wrote is left for the next. */
  forget() {
    this.sync.stop();
    this.activity.leave();
    this.store.set((s) => ({ ...s, drafts: {}, notes: {} }));
    try {
      for (const box of ["drafts", "notes"] as const) this.#storage.removeItem(this.#key(box));
    } catch {
      // Storage is forbidden, so nothing was kept.
    }
  }

  draft(id: string, box: Box = "drafts"): Draft {
    return this.store.snapshot()[box][id] ?? blank;
  }

  #change(id: string, to: (draft: Draft) => Draft, box: Box = "drafts") {
    const before = this.draft(id, box);
    const after = to(before);
    if (after === before) return;
    this.store.set((s) => {
      const { [id]: _, ...others } = s[box];
      return { ...s, [box]: isBlank(after) ? others : { ...others, [id]: after } };
    });
    this.#keep(box);
  }

  #shown(id: string): { messages: Message[]; detail: Detail | undefined } {
    const { transcript } = this.#desk.store.snapshot();
    if (transcript?.id !== id) return { messages: [], detail: undefined };
    return transcript;
  }

  /** What is known to have been said and done in a conversation. */
  #talk(messages: readonly Message[], detail: Detail | undefined): Talk {
    const { events = [], agent } = detail ?? {};
    return { messages, events, ...(agent ? { agent } : {}), me: this.me, mine: this.mine };
  }

  /** How much is new on the page since a draft was begun or its author last looked. */
  newSince(draft: Draft, messages: readonly Message[], detail: Detail | undefined): number {
    return draft.text.trim() ? newSince(draft.seen, this.#talk(messages, detail)) : 0;
  }

  /** The newest line or change of owner that the page shows. */
  #newest(id: string): number {
    const { messages, detail } = this.#shown(id);
    return Math.max(messages.at(-1)?.seq ?? 0, ...(detail?.events ?? []).map((e) => e.seq));
  }

  /** Rows that came may be what is on its way. */
  #watch() {
    const id = this.#desk.store.snapshot().transcript?.id;
    if (!id) return;
    for (const box of ["drafts", "notes"] as const) {
      if (this.draft(id, box).outgoing) this.#change(id, (d) => arrived(d, this.#shown(id).messages), box);
    }
  }

  write(id: string, text: string, box: Box = "drafts") {
    this.#change(id, (d) => write(d, text, this.#newest(id)), box);
    if (text) this.activity.type(id);
  }

  /** Puts something beside the text of a reply, or takes it away. */
  attach(id: string, show: Show | undefined) {
    this.#change(id, (d) => attach(d, show));
  }

  /** Puts a draft of another browser into the box. */
  adopt(id: string, text: string, seen: number) {
    this.#change(id, (d) => (text === d.text ? d : attach({ text, seen: text ? seen : 0 }, d.show)));
  }

  keepEditing(id: string) {
    this.#change(id, (d) => keepEditing(d, this.#newest(id)));
  }

  /** Sends what stands in the box. `force` sends although there are newer lines. */
  async send(id: string, force = false) {
    if (underWay(this.draft(id)) || !this.draft(id).text.trim()) return;
    const { messages, detail } = this.#shown(id);
    const seen = pastMine(this.draft(id).seen, this.#talk(messages, detail));
    this.#change(id, (d) => send(d, crypto.randomUUID(), new Date().toISOString()));
    const { outgoing } = this.draft(id);
    if (!outgoing) return;
    this.mine.add(outgoing.clientId);
    this.activity.pause();
    await this.#post(id, outgoing, seen, force);
  }

  async #post(id: string, reply: Outgoing, seen: number, force: boolean): Promise<void> {
    const { clientId, text, show } = reply;
    try {
      const detail = await api.reply(id, { clientId, text, ...(show ? { show } : {}), seenSeq: seen, force });
      const open = this.#desk.store.snapshot().transcript?.id === id;
      this.#change(id, (d) => arrived(taken(d, clientId), open ? this.#shown(id).messages : [{ id: clientId }]));
      this.#desk.took(detail);
    } catch (cause) {
      const error = this.#desk.fail(cause);
      if (error.status === 409) return this.#conflict(id, reply, seen, error);
      this.#change(id, (d) => fail(d, clientId, seen, failureOf(error)));
    }
  }

  /** Reads the conversation as it now is, to say what stands in the way. */
  async #conflict(id: string, reply: Outgoing, seen: number, error: ApiError): Promise<void> {
    const { clientId } = reply;
    try {
      const [detail, page] = await Promise.all([api.conversation(id), api.messages(id)]);
      this.#desk.took(detail);
      const talk = this.#talk(page.items, detail);
      const what = conflict(detail, talk, seen, serverNow());
      if (what === "again") return this.#post(id, reply, pastMine(seen, talk), false);
      this.#change(id, (d) =>
        what === "ask" ? ask(d, clientId, seen) : fail(d, clientId, seen, { code: what, detail: error.message }),
      );
    } catch {
      this.#change(id, (d) => fail(d, clientId, seen, { code: "refused", detail: error.message }));
    }
  }

  /** Leaves a note for colleagues; `mentions` are the user ids it calls. */
  async note(id: string, mentions: string[]) {
    if (underWay(this.draft(id, "notes")) || !this.draft(id, "notes").text.trim()) return;
    this.#change(id, (d) => send(d, crypto.randomUUID(), new Date().toISOString()), "notes");
    const { outgoing } = this.draft(id, "notes");
    if (!outgoing) return;
    const { clientId, text } = outgoing;
    this.mine.add(clientId);
    this.activity.pause();
    try {
      const detail = await talk.note(id, { clientId, text, mentions });
      const open = this.#desk.store.snapshot().transcript?.id === id;
      this.#change(
        id,
        (d) => arrived(taken(d, clientId), open ? this.#shown(id).messages : [{ id: clientId }]),
        "notes",
      );
      this.#desk.took(detail);
    } catch (cause) {
      const failure = failureOf(this.#desk.fail(cause));
      this.#change(id, (d) => fail(d, clientId, 0, failure), "notes");
    }
  }

  /**
   * Makes a change; the page shows it at once. While one of its group is on its way, the last wish waits for it.
   * Resolves to whether it was made.
   */
  async act(detail: Detail, change: Change): Promise<boolean> {
    const { id } = detail;
    const group = groupOf(change.kind);
    const doing = this.store.snapshot().acts[id]?.[group];
    if (doing && !doing.failure) {
      // Of changes of owner the first counts: the second was meant for what it changes.
      if (group !== "owner" && group !== "template") this.#setAct(id, group, { ...doing, next: change });
      return false;
    }
    this.#setAct(id, group, { change });
    let failure: Failure | undefined;
    try {
      this.#desk.took(await askFor(detail, change));
    } catch (cause) {
      const error = this.#desk.fail(cause);
      if (error.status === 409)
        await api.conversation(id).then(
          (now) => this.#desk.took(now),
          () => {},
        );
      failure = error.status === 409 ? { code: "changed", detail: error.message } : failureOf(error);
    }
    const next = this.store.snapshot().acts[id]?.[group]?.next;
    this.#setAct(id, group, failure && !next ? { change, failure } : undefined);
    return next ? this.act(detail, next) : !failure;
  }

  /** Takes the word of a failed change off the page. */
  dismiss(id: string, group: Group = "owner") {
    this.#setAct(id, group, undefined);
  }

  #setAct(id: string, group: Group, act: Act | undefined) {
    this.store.set((s) => {
      const { [id]: mine = {}, ...others } = s.acts;
      const { [group]: _, ...kept } = mine;
      const now: Acts = act ? { ...kept, [group]: act } : kept;
      return { ...s, acts: Object.keys(now).length > 0 ? { ...others, [id]: now } : others };
    });
  }
}

function failureOf(error: ApiError): Failure {
  return { code: error.status === 0 ? "offline" : "refused", detail: error.message };
}

/** The conversation as the page shows it while changes are on their way. */
export function shown(detail: Detail, acts: Acts | undefined, me: string): Detail {
  if (!acts) return detail;
  let now = detail;
  for (const act of Object.values(acts)) if (!act.failure) now = changed(now, act.next ?? act.change, me);
  return now;
}
