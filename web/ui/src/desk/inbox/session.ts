// Joins the desk's model to the gateway: one live line, paged reads, and a fresh read when events were missed.
import { Store } from "../../live/store";
import { type Line, Stream } from "../../live/stream";
import { ApiError, api, type Change, type Detail, type View } from "../api";
import type { Active, Person } from "./calls";
import { initial, leavesGap, type State, settle, upsert, withConversation, withMessages, withPage } from "./model";
import { Roster } from "./roster";

export class Desk {
  readonly store = new Store<State>(initial);
  /** Who else is at a conversation now, by conversation id; one where nobody else is has no entry. */
  readonly activity = new Store<Readonly<Record<string, readonly Active[]>>>({});
  readonly roster: Roster;
  readonly #me: string;
  readonly #stream: Stream;
  readonly #onSessionEnd: () => void;
  #listRead = 0;
  #held = false;

  /** `onSessionEnd` is called when the gateway says that nobody is logged in any more; `me` is the reader's user id. */
  constructor(onSessionEnd: () => void, me = "") {
    this.#onSessionEnd = onSessionEnd;
    this.#me = me;
    this.roster = new Roster((cause) => this.fail(cause));
    this.#stream = new Stream({
      url: "/api/v1/events",
      events: ["hello", "conversation", "people", "activity", "mention"],
      onEvent: (name, data) => this.#onEvent(name, data),
      onOpen: (fresh) => {
        if (fresh) this.#readAgain();
      },
      onLine: (line) => this.#onLine(line),
    });
  }

  start() {
    this.#stream.start();
  }

  stop() {
    this.#stream.stop();
    this.roster.stop();
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
    this.store.set((s) => {
      const next = withConversation(s, detail, this.#held);
      const t = next.transcript;
      // The live line may have brought something newer meanwhile.
      const newest = t?.detail && t.id === detail.id && t.detail.lastSeq <= detail.lastSeq;
      return newest ? { ...next, transcript: { ...t, detail } } : next;
    });
    if (this.store.snapshot().transcript?.id === detail.id) void this.#readNewest(detail.id);
  }

  /** "hello" only brings the cursor, which the stream keeps. */
  #onEvent(name: string, data: unknown) {
    if (name === "conversation") this.#onConversation(data as Change);
    if (name === "people") this.roster.changed();
    if (name === "activity") this.#onActivity(data as { conversationId: string; people: Active[] });
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

  #onConversation({ conversation, messages }: Change) {
    const { transcript } = this.store.snapshot();
    if (transcript?.id === conversation.id) {
      // The rules across the page come with the conversation itself.
      if (transcript?.detail && transcript.detail.epoch !== conversation.epoch) void this.#readDetail(conversation.id);
      if (transcript && leavesGap(transcript, messages)) void this.#readNewest(conversation.id);
    }
    this.store.queue((s) => withMessages(withConversation(s, conversation, this.#held), conversation.id, messages));
  }

  #readAgain() {
    // Whoever left while the line was down is not told of again; who is still there tells so within seconds.
    this.activity.queue(() => ({}));
    void this.roster.read();
    void this.#readList("");
    const { transcript } = this.store.snapshot();
    if (transcript) {
      void this.#readDetail(transcript.id);
      void this.#readNewest(transcript.id);
    }
  }

  /** Shows another view or search; the rows of the old one go at once. */
  show(view: View, q: string) {
    const { list } = this.store.snapshot();
    if (list.view === view && list.q === q) return;
    this.store.set((s) => ({ ...s, list: { ...initial.list, view, q } }));
    void this.#readList("");
  }

  retryList() {
    this.store.set((s) => ({ ...s, list: { ...s.list, loading: true, error: undefined } }));
    void this.#readList("");
  }

  /** Reads the next page, if there is one and it is not already on its way. */
  moreList() {
    const { list } = this.store.snapshot();
    if (!list.nextCursor || list.loading) return;
    this.store.set((s) => ({ ...s, list: { ...s.list, loading: true } }));
    void this.#readList(list.nextCursor);
  }

  async #readList(cursor: string) {
    const mine = ++this.#listRead;
    const { view, q } = this.store.snapshot().list;
    try {
      const { items, nextCursor } = await api.conversations(view, q, cursor);
      if (mine !== this.#listRead) return;
      this.store.queue((s) => ({ ...s, list: withPage(s.list, items, nextCursor, cursor === "") }));
    } catch (cause) {
      if (mine !== this.#listRead) return;
      const error = this.fail(cause);
      this.store.queue((s) => ({ ...s, list: { ...s.list, loading: false, error } }));
    }
  }

  /** While the list is in the reader's hand, no row moves. */
  hold(held: boolean) {
    this.#held = held;
    if (!held) this.release();
  }

  /** Lets the waiting rows in. */
  release() {
    const { list } = this.store.snapshot();
    if (list.waiting.length > 0 || !list.q) this.store.queue((s) => ({ ...s, list: settle(s.list) }));
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
