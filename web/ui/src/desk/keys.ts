// Every key of the desk, in one table: what is not in it cannot be bound, so the help always tells the truth.
import { useEffect, useRef } from "react";
import type { Words } from "./words";

export type Group = "anywhere" | "list" | "conversation" | "reply";

interface Entry {
  group: Group;
  label: (words: Words) => string;
  /** A field listens for this key itself. */
  own?: true;
}

/**
 * The keys by their names: "x", "shift+x", "mod+k" (Command on Apple's keyboards, Ctrl elsewhere), "g i" (one after the
 * other), and the browser's names for others, in small letters. Each that is not a field's own is bound by some useKeys.
 */
export const registry = {
  "mod+k": { group: "anywhere", label: (w) => w.keyList.palette },
  "?": { group: "anywhere", label: (w) => w.keyList.help },
  j: { group: "list", label: (w) => w.keyList.next },
  k: { group: "list", label: (w) => w.keyList.previous },
  "/": { group: "list", label: (w) => w.keyList.search },
  v: { group: "list", label: (w) => w.keyList.view },
  f: { group: "list", label: (w) => w.keyList.filter },
  x: { group: "list", label: (w) => w.keyList.select },
  "shift+x": { group: "list", label: (w) => w.keyList.selectAll },
  escape: { group: "list", label: (w) => w.keyList.back },
  t: { group: "conversation", label: (w) => w.people.acts.accept },
  a: { group: "conversation", label: (w) => w.people.acts.assign },
  z: { group: "conversation", label: (w) => w.people.acts.snooze },
  l: { group: "conversation", label: (w) => w.people.acts.tags },
  i: { group: "conversation", label: (w) => w.people.acts.priority },
  b: { group: "conversation", label: (w) => w.people.acts.pass_back },
  e: { group: "conversation", label: (w) => w.people.acts.resolve },
  o: { group: "conversation", label: (w) => w.people.acts.reopen },
  w: { group: "conversation", label: (w) => w.keyList.why },
  p: { group: "conversation", label: (w) => w.keyList.person },
  r: { group: "reply", label: (w) => w.keyList.reply },
  n: { group: "reply", label: (w) => w.keyList.note },
  "mod+enter": { group: "reply", label: (w) => w.people.send, own: true },
} as const satisfies Record<string, Entry>;

/** A key of the table, or one that goes to a page: those stand with the pages. */
export type Key = keyof typeof registry | `g ${string}`;
/** What keys do; `false` for one that does nothing now. */
export type Actions = Partial<Record<Key, (() => unknown) | false>>;

const apple = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);
const symbols: Record<string, string> = { mod: apple ? "⌘" : "Ctrl", shift: "⇧", enter: "↵", escape: "Esc" };

/** A key as its caps: ["Ctrl", "K"]. */
export function caps(key: string): string[] {
  return key.split(/[ +]/).map((part) => symbols[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** Whether a key goes into a field, or belongs to the browser or to what lies over the page. */
export function typing(event: KeyboardEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey) return true;
  const el = event.target as HTMLElement | null;
  return !!el?.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]");
}

/** The name of a key as the table has it; "" for one that is the browser's. */
export function pressed(event: KeyboardEvent): string {
  if (event.altKey) return "";
  // On a keyboard without Latin letters the place of the key counts.
  const latin = event.key.length > 1 || /^[\x20-\x7e]$/.test(event.key);
  const key = (latin ? event.key : event.code.replace(/^Key/, "")).toLowerCase();
  if (event.metaKey || event.ctrlKey) return event.shiftKey ? "" : `mod+${key}`;
  return event.shiftKey && /^[a-z]$/.test(key) ? `shift+${key}` : key;
}

interface Bound {
  current: Actions;
}

// The newest binding of a key wins: what was opened last is what one works in.
const bound = new Set<Bound>();
let first = "";
let firstAt = 0;
const together = 1500;

/** What a key does at this moment; undefined when it does nothing. */
export function boundTo(key: Key): (() => unknown) | undefined {
  for (const actions of [...bound].reverse()) {
    const action = actions.current[key];
    if (action) return action;
  }
  return undefined;
}

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return;
  const name = pressed(event);
  if (!name || (!name.startsWith("mod+") && typing(event))) return;
  const second = first !== "" && event.timeStamp - firstAt < together;
  const key = (second ? `${first} ${name}` : name) as Key;
  first = "";
  const action = boundTo(key);
  if (action) {
    // A held key moves on through the list; whatever else it does, it does once.
    if (event.repeat && key !== "j" && key !== "k") return;
    event.preventDefault();
    action();
  } else if (name === "g") {
    first = name;
    firstAt = event.timeStamp;
  }
}

/** Binds keys while the component is on the page. They do nothing while one types, but for those with mod. */
export function useKeys(actions: Actions) {
  const mine = useRef<Actions>(actions);
  mine.current = actions;
  useEffect(() => {
    if (bound.size === 0) addEventListener("keydown", onKey);
    bound.add(mine);
    return () => {
      bound.delete(mine);
      if (bound.size === 0) removeEventListener("keydown", onKey);
    };
  }, []);
}
