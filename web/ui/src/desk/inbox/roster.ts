// Who works here and whether they are there: read when the page opens, and again when the live line says so.
import { type Schedule, Store } from "../../live/store";
import type { ApiError } from "../api";
import { calls, type Me, type Person, type Presence, type Team } from "./calls";

export interface RosterState {
  teams: readonly Team[];
  /** My own row; absent until it was read. */
  me: Me | undefined;
  /** Why the people could not be read. What was known before stays. */
  error: ApiError | undefined;
}

/** How long changes are gathered before the people are read again: a shift that begins is one read, not fifty. */
const gather = 300;

export class Roster {
  /** Everybody, by user id. */
  readonly byId: Store<Readonly<Record<string, Person>>>;
  readonly store: Store<RosterState>;
  readonly #fail: (cause: unknown) => ApiError;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(fail: (cause: unknown) => ApiError, schedule?: Schedule) {
    this.#fail = fail;
    this.byId = new Store<Readonly<Record<string, Person>>>({}, schedule);
    this.store = new Store<RosterState>({ teams: [], me: undefined, error: undefined }, schedule);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** People, presence or teams have changed: read them again soon. */
  changed() {
    if (this.#stopped) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.read();
    }, gather);
  }

  async read() {
    try {
      const [people, teams, me] = await Promise.all([calls.people(), calls.teams(), calls.me()]);
      if (this.#stopped) return;
      const byId = Object.fromEntries(people.items.map((p) => [p.id, p]));
      this.byId.set((before) => (same(before, byId) ? before : byId));
      this.store.set(() => ({ teams: teams.items, me, error: undefined }));
    } catch (cause) {
      if (this.#stopped) return;
      const error = this.#fail(cause);
      this.store.set((s) => ({ ...s, error }));
    }
  }

  /** Asks for a presence; it shows at once, and goes back when the gateway refuses. Throws an ApiError then. */
  async setPresence(presence: Presence) {
    const { me } = this.store.snapshot();
    const show = (now: Presence, wish: Presence | undefined) =>
      this.store.set((s) => (s.me ? { ...s, me: { ...s.me, presence: now, ...(wish ? { wish } : {}) } } : s));
    show(presence, presence);
    try {
      await calls.setPresence(presence);
    } catch (cause) {
      if (me) show(me.presence, me.wish);
      throw this.#fail(cause);
    }
    this.changed();
  }
}

function same(a: Readonly<Record<string, Person>>, b: Readonly<Record<string, Person>>): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
