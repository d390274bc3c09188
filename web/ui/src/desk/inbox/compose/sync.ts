// Keeps drafts on the gateway, so that they are there in the next browser. What is written here stays here as well.
import { Store } from "../../../live/store";
import { ApiError } from "../../api";
import type { Draft } from "../draft";
import type { People } from "../people";
import type { Desk } from "../session";
import { type KeptDraft, talk } from "../talk/api";

/** How long, in ms, one must have stopped writing before a draft is kept. */
export const quiet = 800;

/** What this browser knows of the draft on the gateway. */
export interface Known {
  /** The text there, as far as is known. */
  text: string;
  /** When it was kept there, in the gateway's words; absent while there is none. */
  base?: string;
  /** When the text in this browser was last changed, in ms; 0 if it was not since. */
  at: number;
}

/** A text that had to make way for a newer one. */
export interface Displaced {
  text: string;
  /** Whose text is in the box now: the one written here, or the one that came. */
  by: "here" | "elsewhere";
}

/** Which of two drafts stays: the only changed one, else the newer one. The other is kept at hand. */
export function reconcile(
  local: string,
  known: Known | undefined,
  remote: KeptDraft | undefined,
): { take: "here" | "elsewhere"; displaced?: Displaced } {
  const there = remote?.text ?? "";
  if (local === there) return { take: "here" };
  const changedHere = known ? local !== known.text : local !== "";
  if (!changedHere) return { take: "elsewhere" };
  const changedThere = remote !== undefined && remote.updatedAt !== known?.base;
  if (!changedThere) return { take: "here" };
  if (local.trim() === "") return { take: "elsewhere" };
  if (Date.parse(remote.updatedAt) > (known?.at ?? 0)) {
    return { take: "elsewhere", displaced: { text: local, by: "elsewhere" } };
  }
  return { take: "here", ...(there ? { displaced: { text: there, by: "here" } } : {}) };
}

export class DraftSync {
  /** Texts that were displaced, by conversation. */
  readonly store = new Store<Readonly<Record<string, Displaced>>>({});
  readonly #people: People;
  readonly #desk: Desk;
  readonly #storage: Storage;
  readonly #key: string;
  #known: Record<string, Known>;
  #seen: Readonly<Record<string, Draft>>;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #open: string | undefined;
  #live = true;
  readonly #pulling = new Set<string>();
  readonly #pushing = new Set<string>();
  readonly #leaving: (() => void)[] = [];

  constructor(people: People, desk: Desk, storage: Storage) {
    this.#people = people;
    this.#desk = desk;
    this.#storage = storage;
    this.#key = `parley.kept.${people.me}`;
    this.#known = this.#load();
    this.#seen = people.store.snapshot().drafts;
    this.#leaving.push(
      people.store.subscribe(() => this.#written()),
      desk.store.subscribe(() => this.#moved()),
    );
    const onVisible = () => (document.visibilityState === "visible" ? this.#pullOpen() : this.flush());
    const onFocus = () => this.#pullOpen();
    document.addEventListener("visibilitychange", onVisible);
    addEventListener("focus", onFocus);
    this.#leaving.push(() => {
      document.removeEventListener("visibilitychange", onVisible);
      removeEventListener("focus", onFocus);
    });
  }

  /** Keeps nothing more, and forgets what this browser knew. */
  stop() {
    for (const leave of this.#leaving.splice(0)) leave();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.store.set(() => ({}));
    try {
      this.#storage.removeItem(this.#key);
    } catch {
      // Storage is forbidden, so nothing was kept.
    }
  }

  /** Sends what has not been sent yet, without waiting for a pause. */
  flush() {
    for (const id of [...this.#timers.keys()]) void this.#push(id);
  }

  /** Brings the displaced text back into the box. */
  swap(id: string) {
    const displaced = this.store.snapshot()[id];
    if (!displaced) return;
    const { text } = this.#people.draft(id);
    this.#people.write(id, displaced.text);
    this.#displace(id, text.trim() ? { text, by: displaced.by === "here" ? "elsewhere" : "here" } : undefined);
  }

  dismiss(id: string) {
    this.#displace(id, undefined);
  }

  #load(): Record<string, Known> {
    try {
      return JSON.parse(this.#storage.getItem(this.#key) ?? "{}") as Record<string, Known>;
    } catch {
      return {};
    }
  }

  #know(id: string, known: Known | undefined) {
    const { [id]: _, ...others } = this.#known;
    this.#known = known ? { ...others, [id]: known } : others;
    try {
      this.#storage.setItem(this.#key, JSON.stringify(this.#known));
    } catch {
      // It is then known as long as the page lasts.
    }
  }

  #displace(id: string, displaced: Displaced | undefined) {
    this.store.set((s) => {
      const { [id]: before, ...others } = s;
      if (!before && !displaced) return s;
      return displaced ? { ...others, [id]: displaced } : others;
    });
  }

  /** Drafts changed: those that differ from what is kept are due. */
  #written() {
    const { drafts } = this.#people.store.snapshot();
    if (drafts === this.#seen) return;
    const ids = new Set([...Object.keys(drafts), ...Object.keys(this.#seen)]);
    const before = this.#seen;
    this.#seen = drafts;
    for (const id of ids) {
      const draft = drafts[id];
      if (draft === before[id] || draft?.outgoing?.phase === "sending") continue;
      const text = draft?.text ?? "";
      const known = this.#known[id];
      if (text === (known?.text ?? "")) continue;
      this.#know(id, { text: known?.text ?? "", ...(known?.base ? { base: known.base } : {}), at: Date.now() });
      // What was sent or cleared must not come back at another desk, not even for a moment.
      this.#due(id, text ? quiet : 0);
      if (!text) this.#displace(id, undefined);
    }
  }

  /** Another conversation was opened, or the line is back. */
  #moved() {
    const { transcript, line } = this.#desk.store.snapshot();
    if (transcript?.id !== this.#open) {
      this.flush();
      this.#open = transcript?.id;
      this.#pullOpen();
    }
    const live = line === "live";
    if (live && !this.#live) {
      this.#pullOpen();
      this.flush();
    }
    this.#live = live || line === "connecting";
  }

  #pullOpen() {
    if (this.#open) void this.#pull(this.#open);
  }

  async #pull(id: string): Promise<void> {
    if (this.#pulling.has(id)) return;
    this.#pulling.add(id);
    try {
      const remote = (await talk.draft(id)) || undefined;
      this.#settle(id, remote);
    } catch {
      // The draft of this browser is as good as it gets; the next visit asks again.
    } finally {
      this.#pulling.delete(id);
    }
  }

  #settle(id: string, remote: KeptDraft | undefined) {
    const draft = this.#people.draft(id);
    // What is on its way decides for itself what becomes of its text.
    if (draft.outgoing) return;
    const known = this.#known[id];
    const { take, displaced } = reconcile(draft.text, known, remote);
    const there = remote ? { text: remote.text, base: remote.updatedAt } : { text: "" };
    this.#know(id, remote || draft.text ? { ...there, at: known?.at ?? 0 } : undefined);
    if (displaced) this.#displace(id, displaced);
    if (take === "elsewhere") this.#people.adopt(id, remote?.text ?? "", remote?.seenSeq ?? 0);
    else if (draft.text !== there.text) void this.#push(id);
  }

  #due(id: string, wait: number) {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => void this.#push(id), wait),
    );
  }

  async #push(id: string): Promise<void> {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const { text, seen, outgoing } = this.#people.draft(id);
    if (outgoing?.phase === "sending" || text === (this.#known[id]?.text ?? "")) return;
    // One at a time, so that an older text never arrives last.
    if (this.#pushing.has(id)) return this.#due(id, quiet);
    this.#pushing.add(id);
    try {
      const kept = text.trim() ? await talk.keepDraft(id, text, seen) : void (await talk.dropDraft(id));
      const at = this.#known[id]?.at ?? 0;
      this.#know(id, text.trim() ? { text, ...(kept?.updatedAt ? { base: kept.updatedAt } : {}), at } : undefined);
    } catch (cause) {
      const status = cause instanceof ApiError ? cause.status : 0;
      if (status === 0 || status >= 500) this.#due(id, 20 * quiet);
    } finally {
      this.#pushing.delete(id);
    }
  }
}
