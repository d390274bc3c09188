// Tells the person what is new while they look elsewhere: on the desktop, by a sound, in the page's title.

import { Store } from "../../live/store";
import { serverNow } from "../../ui/now";
import { keep, read } from "../../words/locale";
import { calls } from "../inbox/calls";
import { everything } from "../inbox/filter";
import type { Desk, Heard } from "../inbox/session";
import { Chime } from "./chime";
import { type Known, known, mentionOf, type News, newsOf } from "./news";
import { type Channel, Tabs } from "./tabs";
import type { ShellWords } from "./words";

export interface Settings {
  desktop: boolean;
  sound: boolean;
}

const key = "parley.notify";
/** Waits that begin together are told together. */
const gather = 800;
/** Of this many conversations it is remembered how they stood. */
const remembered = 20_000;

function kept(): Settings {
  try {
    const { desktop, sound } = JSON.parse(read(key) ?? "{}") as Partial<Settings>;
    return { desktop: desktop === true && allowed() === "granted", sound: sound === true };
  } catch {
    return { desktop: false, sound: false };
  }
}

/** What the browser says of notifications; "missing" where it has none for this page. */
export function allowed(): NotificationPermission | "missing" {
  return typeof Notification === "undefined" || !globalThis.isSecureContext ? "missing" : Notification.permission;
}

export class Notifier {
  readonly settings = new Store<Settings>(kept());
  /** Conversations with news that was not looked at. */
  readonly unseen = new Store<ReadonlySet<string>>(new Set());
  readonly #desk: Desk;
  readonly #me: string;
  readonly #words: () => ShellWords;
  readonly #open: (conversation: string) => void;
  readonly #known = new Map<string, Known>();
  readonly #chime = new Chime();
  readonly #tabs: Tabs;
  readonly #stops: (() => void)[] = [];
  #queued: News[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** `words` are those of the page's language at the time; `open` shows a conversation. */
  constructor(desk: Desk, me: string, words: () => ShellWords, open: (conversation: string) => void) {
    this.#desk = desk;
    this.#me = me;
    this.#words = words;
    this.#open = open;
    const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(`parley.desk.${me}`);
    this.#tabs = new Tabs(channel as Channel | undefined, (id) => this.#forget(id), crypto.randomUUID());
  }

  start() {
    const wake = () => this.settings.snapshot().sound && this.#chime.wake();
    const look = () => this.#look();
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, wake, { capture: true, passive: true });
    addEventListener("focus", look);
    this.#stops.push(
      this.#desk.onHeard((heard) => this.#hear(heard)),
      this.#desk.store.subscribe(look),
      () => {
        for (const event of ["pointerdown", "keydown"]) removeEventListener(event, wake, { capture: true });
        removeEventListener("focus", look);
      },
    );
    void this.#learn();
  }

  stop() {
    this.#stopped = true;
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    this.#tabs.stop();
    this.#chime.stop();
  }

  /** How what is mine and what waits stands now, so that only what changes is news. */
  async #learn() {
    for (const view of ["mine", "queue"] as const) {
      try {
        const { items } = await calls.list({ ...everything, view }, "", 200);
        for (const c of items) if (!this.#known.has(c.id)) this.#known.set(c.id, known(c));
      } catch {
        // The list says that the gateway does not answer. Until it does nothing is news.
      }
    }
  }

  #hear(heard: Heard) {
    if (heard.kind === "mention") {
      void this.#settle(mentionOf(heard));
      return;
    }
    const { conversation: c, mine } = heard;
    const { teams } = this.#desk.roster.store.snapshot().me ?? { teams: [] };
    const news = mine ? undefined : newsOf(c, this.#known.get(c.id), { me: this.#me, teams }, serverNow());
    this.#known.delete(c.id);
    this.#known.set(c.id, known(c));
    if (this.#known.size > remembered) this.#known.delete(this.#known.keys().next().value ?? "");
    if (news) void this.#settle(news);
  }

  async #settle(news: News) {
    // What my own hand does to many rows is no news to me.
    const own = news.kind === "assigned" && this.#desk.selection.acted(news.conversation);
    const looking = own || this.#desk.looksAt() === news.conversation;
    const { tell, looked } = await this.#tabs.settle(news.key, looking);
    if (looked || this.#stopped) return;
    this.unseen.set((s) => (s.has(news.conversation) ? s : new Set([...s, news.conversation])));
    if (!tell) return;
    if (news.kind !== "queued") {
      this.#tell(news);
      return;
    }
    this.#queued.push(news);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const [first, ...more] = this.#queued.splice(0);
      if (first) this.#tell(first, more.length);
    }, gather);
  }

  #tell(news: News, more = 0) {
    const { desktop, sound } = this.settings.snapshot();
    if (sound) this.#chime.play(news.kind === "queued" ? 1 : 2);
    if (!desktop || allowed() !== "granted") return;
    const words = this.#words();
    const title = more > 0 ? words.news.queuedMany(more + 1) : words.news[news.kind](news.name);
    const body = more > 0 ? "" : news.kind === "mention" ? words.newsMention : news.text.slice(0, 140);
    try {
      const shown = new Notification(title, {
        body,
        icon: "/favicon.svg",
        tag: news.kind === "queued" ? "parley.queue" : `parley.${news.conversation}`,
        silent: true,
      });
      shown.onclick = () => {
        shown.close();
        globalThis.focus();
        this.#open(news.conversation);
      };
    } catch {
      // Some browsers let only a service worker notify; the title and the sound remain.
    }
  }

  /** What is on the page that has the focus is no news any more. */
  #look() {
    const id = this.#desk.looksAt();
    if (!id || !this.unseen.snapshot().has(id)) return;
    this.#forget(id);
    this.#tabs.seen(id);
  }

  #forget(id: string) {
    this.unseen.set((s) => (s.has(id) ? new Set([...s].filter((other) => other !== id)) : s));
  }

  /** Turns notifications on or off; asks the browser when it was not asked yet. */
  async setDesktop(on: boolean) {
    if (on && allowed() === "default") await Notification.requestPermission();
    this.#set({ desktop: on && allowed() === "granted" });
  }

  setSound(on: boolean) {
    this.#set({ sound: on });
    if (!on) return;
    this.#chime.wake();
    // Heard at once, so that one knows what to listen for.
    setTimeout(() => this.#chime.play(2), 60);
  }

  #set(change: Partial<Settings>) {
    this.settings.set((s) => ({ ...s, ...change }));
    keep(key, JSON.stringify(this.settings.snapshot()));
  }
}
