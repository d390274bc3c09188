// Several tabs of one person hear the same news; one of them tells.

/** What tabs say to each other. `looking`: I look at what it is about, so nobody need tell. `told`: it was told. */
type Said = { key: string; tab: string; looking: boolean } | { key: string; told: true } | { seen: string };

export interface Channel {
  postMessage(said: Said): void;
  onmessage: ((event: MessageEvent<Said>) => void) | null;
  close(): void;
}

/** How long the tabs' claims are gathered. Messages arrive at once even where timers are slowed down. */
const gather = 200;
const remembered = 200;

export class Tabs {
  readonly #tab: string;
  readonly #channel: Channel | undefined;
  readonly #onSeen: (conversation: string) => void;
  /** Claims of other tabs, by key. */
  readonly #claims = new Map<string, { lowest: string; off: boolean }>();
  readonly #told: string[] = [];

  /** `onSeen` is called when another tab has shown a conversation that was news. */
  constructor(channel: Channel | undefined, onSeen: (conversation: string) => void, tab: string) {
    this.#tab = tab;
    this.#channel = channel;
    this.#onSeen = onSeen;
    if (channel) channel.onmessage = ({ data }) => this.#hear(data);
  }

  stop() {
    this.#channel?.close();
  }

  #hear(said: Said) {
    if ("seen" in said) {
      this.#onSeen(said.seen);
      return;
    }
    const claim = this.#claims.get(said.key) ?? { lowest: "", off: false };
    this.#claims.set(said.key, claim);
    if ("told" in said) {
      claim.off = true;
    } else {
      if (said.looking) claim.off = true;
      if (!claim.lowest || said.tab < claim.lowest) claim.lowest = said.tab;
      if (this.#told.includes(said.key)) this.#channel?.postMessage({ key: said.key, told: true });
    }
    if (this.#claims.size > remembered) this.#claims.delete(this.#claims.keys().next().value ?? "");
  }

  /**
   * Settles between the tabs who tells a piece of news. `looked` says that no tab need tell it, because one of them shows
   * it; `tell` is true in the one tab that tells.
   */
  async settle(key: string, looking: boolean): Promise<{ tell: boolean; looked: boolean }> {
    if (!this.#channel) return { tell: !looking, looked: looking };
    this.#channel.postMessage({ key, tab: this.#tab, looking });
    await new Promise((done) => setTimeout(done, gather));
    const others = this.#claims.get(key);
    const looked = looking || others?.off === true;
    const tell = !looked && (!others?.lowest || this.#tab < others.lowest);
    if (tell) {
      this.#told.push(key);
      if (this.#told.length > remembered) this.#told.shift();
    }
    return { tell, looked };
  }

  seen(conversation: string) {
    this.#channel?.postMessage({ seen: conversation });
  }
}
