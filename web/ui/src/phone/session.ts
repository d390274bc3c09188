// Joins the model to the sandbox: one live line, snapshots when events were missed, and what a person does with a phone.
import { Store } from "../live/store";
import { type Line, Stream } from "../live/stream";
import { keep, read as readChoice } from "../words/locale";
import { apply, choose, initial, mark, type SandboxEvent, type State, thread, withSnapshot, withThread } from "./model";
import {
  type ActivityEntry,
  type Clock,
  type NewPhone,
  type Notice,
  type Phone,
  type PhoneChange,
  type PhoneMessage,
  SandboxError,
  type Status,
  sandbox,
} from "./sandbox";

const chosenKey = "parley.phone";

export class Session {
  readonly store = new Store<State>({ ...initial, chosen: readChoice(chosenKey) ?? "" });
  /** What stands in each phone's composer. It outlives the composer: another width or another phone remounts it. */
  readonly unsent = new Map<string, string>();
  readonly #stream: Stream;
  /** The highest n already reported as read, by phone: one report is enough. */
  readonly #read = new Map<string, number>();
  #draft = 0;
  #loading = 0;

  constructor() {
    this.#stream = new Stream({
      url: "/sandbox/events",
      events: ["message", "status", "notice", "phone", "activity", "clock", "faults", "reset"],
      onEvent: (name, data) => this.#onEvent(name, data),
      onOpen: (fresh) => {
        if (fresh) void this.load();
      },
      onLine: (line) => this.#onLine(line),
    });
  }

  start() {
    this.#stream.start();
  }

  stop() {
    this.#stream.stop();
  }

  #onLine(line: Line) {
    this.store.queue((s) => ({ ...s, line }));
    // Nothing was ever shown and the line fails: a reload of the snapshot says why.
    if (line === "reconnecting" && !this.store.snapshot().loaded) void this.load();
  }

  #onEvent(name: string, data: unknown) {
    if (name === "reset") {
      this.#read.clear();
      this.store.queue((s) => ({ ...s, threads: {}, activity: [], faultsVersion: s.faultsVersion + 1 }));
      void this.load();
      return;
    }
    if (name === "clock") {
      // The event need not carry the clock; without it, it is read.
      const clock = data as Partial<Clock> | undefined;
      if (clock?.offset_ms === undefined) void this.#readClock();
      else this.store.queue((s) => apply(s, { type: "clock", clock: clock as Clock }));
      return;
    }
    const event = toEvent(name, data);
    if (event) this.store.queue((s) => apply(s, event));
  }

  async #readClock() {
    try {
      const clock = await sandbox.clock();
      this.store.queue((s) => apply(s, { type: "clock", clock }));
    } catch {
      // The strip on top already says that the sandbox does not answer.
    }
  }

  /** Reads everything. Of several loads under way only the newest counts. */
  async load() {
    const mine = ++this.#loading;
    const since = mark(this.store.snapshot());
    try {
      const [{ phones }, { entries }, clock] = await Promise.all([
        sandbox.phones(),
        sandbox.activity(200),
        sandbox.clock(),
      ]);
      const threads = Object.fromEntries(
        await Promise.all(phones.map(async (p) => [p.phone, await sandbox.messages(p.phone, 0)] as const)),
      );
      if (mine !== this.#loading) return;
      this.store.queue((s) => withSnapshot(s, { phones, threads, activity: entries, clock }, since));
    } catch (cause) {
      if (mine !== this.#loading) return;
      const error = cause instanceof SandboxError ? cause : new SandboxError(0, String(cause));
      this.store.queue((s) => (s.loaded ? s : { ...s, error: { status: error.status, message: error.message } }));
    }
  }

  choose(phone: string) {
    keep(chosenKey, phone);
    this.store.set((s) => choose(s, phone));
  }

  /** Sends what the person wrote, showing it at once. A refusal stays on the draft, with `retry`. */
  async send(phone: string, text: string, media: string[] = []) {
    const key = `draft-${++this.#draft}`;
    const at = new Date(this.now()).toISOString();
    this.store.set((s) =>
      withThread(s, phone, (t) => ({ ...t, divider: 0, drafts: [...t.drafts, { key, text, media, at }] })),
    );
    await this.#post(phone, key, text, media);
  }

  async retry(phone: string, key: string) {
    const draft = thread(this.store.snapshot(), phone).drafts.find((d) => d.key === key);
    if (!draft) return;
    this.#changeDraft(phone, key, { error: undefined });
    await this.#post(phone, key, draft.text, draft.media);
  }

  discard(phone: string, key: string) {
    this.store.set((s) => withThread(s, phone, (t) => ({ ...t, drafts: t.drafts.filter((d) => d.key !== key) })));
  }

  async #post(phone: string, key: string, text: string, media: string[]) {
    try {
      const { id } = await sandbox.send(phone, text, media);
      // The message may have come over the live line before this answer did.
      if (thread(this.store.snapshot(), phone).messages.some((m) => m.id === id)) this.discard(phone, key);
      else this.#changeDraft(phone, key, { id });
    } catch (cause) {
      this.#changeDraft(phone, key, { error: cause instanceof SandboxError ? cause.message : String(cause) });
    }
  }

  #changeDraft(phone: string, key: string, change: { id?: string; error?: string | undefined }) {
    this.store.set((s) =>
      withThread(s, phone, (t) => ({
        ...t,
        drafts: t.drafts
          .map((d) => (d.key === key ? { ...d, ...change } : d))
          .filter((d) => !d.id || !t.messages.some((m) => m.id === d.id)),
      })),
    );
  }

  async fillIn(phone: string, answers: Record<string, unknown>) {
    this.store.set((s) => withThread(s, phone, (t) => ({ ...t, divider: 0 })));
    await sandbox.fillIn(phone, answers);
  }

  async tap(phone: string, n: number, button: string) {
    this.store.set((s) => withThread(s, phone, (t) => ({ ...t, divider: 0 })));
    await sandbox.tap(phone, n, button);
  }

  /** Reports that everything up to the newest message has been seen. Blue ticks follow, when receipts are on. */
  async seen(phone: string) {
    const last = thread(this.store.snapshot(), phone).messages.findLast((m) => m.direction === "out")?.n ?? 0;
    if (last <= (this.#read.get(phone) ?? 0)) return;
    this.#read.set(phone, last);
    this.store.set((s) => ({ ...s, phones: s.phones.map((p) => (p.phone === phone ? { ...p, unread: 0 } : p)) }));
    try {
      await sandbox.read(phone, last);
    } catch {
      this.#read.delete(phone);
    }
  }

  async add(phone: NewPhone): Promise<Phone> {
    const added = await sandbox.addPhone(phone);
    this.store.set((s) => apply(s, { type: "phone", phone: added }));
    this.choose(added.phone);
    return added;
  }

  async change(phone: string, change: PhoneChange) {
    const changed = await sandbox.changePhone(phone, change);
    this.store.set((s) => apply(s, { type: "phone", phone: changed }));
  }

  async moveClock(move: { advance: string } | { reset: true }) {
    await sandbox.moveClock(move);
    await this.#readClock();
  }

  /** The sandbox's time, which its clock may have moved away from ours. */
  now(): number {
    return Date.now() + (this.store.snapshot().clock?.offset_ms ?? 0);
  }
}

function toEvent(name: string, data: unknown): SandboxEvent | undefined {
  const d = data as Record<string, unknown> | undefined;
  if (!d && name !== "faults") return undefined;
  switch (name) {
    case "message":
      return { type: "message", phone: String(d?.phone), message: d?.message as PhoneMessage };
    case "status":
      return { type: "status", phone: String(d?.phone), n: Number(d?.n), status: d?.status as Status };
    case "notice":
      return { type: "notice", phone: String(d?.phone), notice: d?.notice as Notice };
    case "phone":
      return { type: "phone", phone: d?.phone as Phone };
    case "activity":
      return { type: "activity", entry: d?.entry as ActivityEntry };
    case "faults":
      return { type: "faults" };
    default:
      return undefined;
  }
}
