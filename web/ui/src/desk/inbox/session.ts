// Joins the desk's model to the gateway: one live line, paged reads, and a fresh read when events were missed.
import { Store } from "../../live/store";
import { type Line, Stream } from "../../live/stream";
import { serverSays } from "../../ui/now";
import { ApiError, api, type Change, type Detail } from "../api";
import type { Active, Listed, Person } from "./calls";
import { Listing } from "./listing";
import { initial, leavesGap, type State, upsert, withMessages } from "./model";
import { Reading } from "./reading";
import { Roster } from "./roster";
import { Selection } from "./selection";
import { Tally } from "./tally";

/** What the live line, or the reader's own hand, tells of. */
export type Heard =
  | { kind: "conversation"; conversation: Listed; mine: boolean }
  | { kind: "mention"; conversationId: string; messageId: string; by: string };

export class Desk {
  readonly store = new Store<State>(initial);
  /** Who else is at a conversation now, by conversation id; one where nobody else is has no entry. */
  readonly activity = new Store<Readonly<Record<string, readonly Active[]>>>({});
  readonly roster: Roster;
  readonly listing: Listing;
  readonly selection: Selection;
  readonly tally = new Tally();
  readonly #reading: Reading;
  #unwatch: () => void = () => {};
  readonly #listeners = new Set<(heard: Heard) => void>();
  readonly #me: string;
  readonly #stream: Stream;
  readonly #onSessionEnd: () => void;

  /** `onSessionEnd` is called when the gateway says that nobody is logged in any more; `me` is the reader's user id. */
  constructor(onSessionEnd: () => void, me = "") {
    this.#onSessionEnd = onSessionEnd;
    this.#me = me;
    const fail = (cause: unknown) => this.fail(cause);
    this.roster = new Roster(fail);
    this.listing = new Listing(this.store, fail, () => ({
      me,
      teams: this.roster.store.snapshot().me?.teams ?? [],
      reading: this.looksAt() ?? "",
    }));
    this.selection = new Selection(fail);
    this.#reading = new Reading(
      () => {
        const { transcript: t } = this.store.snapshot();
        const seq = t?.messages.at(-1)?.seq;
        return t && seq ? { id: t.id, seq } : undefined;
      },
      (id) => {
        this.listing.mark(id, { unread: false, mentioned: false });
        this.tally.soon();
      },
    );
    this.#stream = new Stream({
      url: "/api/v1/events",
      events: ["hello", "conversation", "people", "activity", "mention", "clock"],
      onEvent: (name, data) => this.#onEvent(name, data),
      onOpen: (fresh) => {
        if (fresh) this.#readAgain();
      },
      onLine: (line) => this.#onLine(line),
    });
  }

  start() {
    this.#stream.start();
    this.#reading.start();
    this.#unwatch = this.store.subscribe(this.#reading.watch);
    this.tally.start();
  }

  stop() {
    this.#stream.stop();
    this.#unwatch();
    this.#reading.stop();
    this.tally.stop();
    this.listing.stop();
    this.roster.stop();
  }

  /** Id of the conversation that is open on a page which has the focus. */
  looksAt(): string | undefined {
    return this.#reading.now()?.id;
  }

  /** Calls a listener with each event as it comes, before the page shows it; returns how to stop that. */
  onHeard(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(heard: Heard) {
    for (const listener of this.#listeners) listener(heard);
  }

  /** Everybody who works here, by user id. */
  get peopleById(): Store<Readonly<Record<string, Person>>> {
    return this.roster.byId;
  }

  #onLine(line: Line) {
    this.store.queue((s) => ({ ...s, line }));
    // The stream cannot say why it was refused; a session that has ended is one reason.
    if (line === "reconnecting") api.session().catch((cause) => this.fail(cause));
  }

  /** What a failed call means; one that nobody is logged in for ends the session. */
  fail(cause: unknown): ApiError {
    const error = cause instanceof ApiError ? cause : new ApiError(0, "", String(cause));
    if (error.status === 401) this.#onSessionEnd();
    return error;
  }

  /** Shows what an action made of a conversation, without waiting for the live line to say so. */
  took(detail: Detail) {
    this.#tell({ kind: "conversation", conversation: detail, mine: true });
    this.listing.takeNow(detail);
    this.#change(detail.id, (t) =>
      // The live line may have brought something newer meanwhile.
      t.detail && t.detail.lastSeq <= detail.lastSeq ? { ...t, detail } : t,
    );
    this.store.flush();
    this.tally.soon();
    if (this.store.snapshot().transcript?.id === detail.id) void this.#readNewest(detail.id);
  }

  /** "hello" only brings the cursor, which the stream keeps. */
  #onEvent(name: string, data: unknown) {
    if (name === "conversation") this.#onConversation(data as Change);
    if (name === "clock") serverSays(Date.parse((data as { now: string }).now));
    if (name === "people") this.roster.changed();
    if (name === "activity") this.#onActivity(data as { conversationId: string; people: Active[] });
    if (name === "mention") this.#onMention(data as { conversationId: string; messageId: string; by: string });
  }

  #onActivity({ conversationId, people }: { conversationId: string; people: Active[] }) {
    const others = people.filter((p) => p.userId !== this.#me);
    this.activity.queue((now) => {
      if (others.length > 0) return { ...now, [conversationId]: others };
      if (!(conversationId in now)) return now;
      const { [conversationId]: _, ...rest } = now;
      return rest;
    });
  }

  #onMention(mention: { conversationId: string; messageId: string; by: string }) {
    this.#tell({ kind: "mention", ...mention });
    this.tally.soon();
    const { list } = this.store.snapshot();
    this.listing.mark(mention.conversationId, { mentioned: true });
    if (list.filter.view === "mentioned") void this.listing.again();
  }

  #onConversation({ conversation, messages }: Change) {
    const { transcript } = this.store.snapshot();
    if (transcript?.id === conversation.id) {
      // The rules across the page come with the conversation itself, and so does what the
      // customer says of it once it is resolved.
      const { detail } = transcript;
      if (detail && (detail.epoch !== conversation.epoch || conversation.owner === "none")) {
        void this.#readDetail(conversation.id);
      }
      if (leavesGap(transcript, messages)) void this.#readNewest(conversation.id);
    }
    this.#tell({ kind: "conversation", conversation, mine: false });
    this.listing.take(conversation);
    if (transcript?.id === conversation.id) this.store.queue((s) => withMessages(s, conversation.id, messages));
    this.tally.soon();
  }

  #readAgain() {
    // Whoever left while the line was down is not told of again; who is still there tells so within seconds.
    this.activity.queue(() => ({}));
    void this.roster.read();
    void this.listing.again();
    void this.tally.read();
    const { transcript } = this.store.snapshot();
    if (transcript) {
      void this.#readDetail(transcript.id);
      void this.#readNewest(transcript.id);
    }
  }

  open(id: string | undefined) {
    if (this.store.snapshot().transcript?.id === id) return;
    this.store.set((s) => ({
      ...s,
      transcript: id
        ? { id, detail: undefined, messages: [], more: false, loading: true, error: undefined }
        : undefined,
    }));
    if (!id) return;
    void this.#readDetail(id);
    void this.#readNewest(id);
  }

  retryTranscript(id: string) {
    this.store.set((s) => ({ ...s, transcript: undefined }));
    this.open(id);
  }

  #change(id: string, change: (t: NonNullable<State["transcript"]>) => State["transcript"]) {
    this.store.queue((s) => (s.transcript?.id === id ? { ...s, transcript: change(s.transcript) } : s));
  }

  async #readDetail(id: string) {
    try {
      const detail = await api.conversation(id);
      this.#change(id, (t) => ({ ...t, detail }));
    } catch (cause) {
      const error = this.fail(cause);
      this.#change(id, (t) => (t.detail ? t : { ...t, error }));
    }
  }

  async #readNewest(id: string) {
    try {
      const page = await api.messages(id);
      this.#change(id, (t) => {
        const first = page.items[0]?.seq ?? 0;
        // When the page does not reach what is shown, what is shown would leave a hole: start from the page.
        const joined = t.messages.some((m) => m.seq >= first - 1);
        const newer = t.messages.filter((m) => m.seq > (page.items.at(-1)?.seq ?? 0));
        return {
          ...t,
          messages: joined ? upsert(t.messages, page.items) : upsert(page.items, newer),
          more: joined && t.messages.some((m) => m.seq < first) ? t.more : page.more,
          loading: false,
          error: undefined,
        };
      });
    } catch (cause) {
      const error = this.fail(cause);
      this.#change(id, (t) => (t.messages.length > 0 ? t : { ...t, loading: false, error }));
    }
  }

  /** Reads the page above what is shown. */
  async older(id: string) {
    const t = this.store.snapshot().transcript;
    if (t?.id !== id || !t.more || t.loading) return;
    this.store.set((s) => (s.transcript ? { ...s, transcript: { ...s.transcript, loading: true } } : s));
    try {
      const page = await api.messages(id, t.messages[0]?.seq);
      this.#change(id, (now) => ({
        ...now,
        messages: upsert(now.messages, page.items),
        more: page.more,
        loading: false,
      }));
    } catch (cause) {
      this.fail(cause);
      this.#change(id, (now) => ({ ...now, loading: false }));
    }
  }
}
