// The language of the page, and everything that depends on it except the words themselves: numbers, dates, plurals.
import { useSyncExternalStore } from "react";

export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];

const key = "parley.language";
const listeners = new Set<() => void>();
let current: Language = initial();
if (typeof document !== "undefined") document.documentElement.lang = current;

function initial(): Language {
  const stored = read(key);
  if (stored === "en" || stored === "fr") return stored;
  return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

/** What the browser kept under a key; null when it keeps nothing or storage is forbidden. */
export function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a choice for the next visit, where the browser allows it. */
export function keep(name: string, value: string | null) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // The choice then lasts as long as the page.
  }
}

export function setLanguage(language: Language) {
  current = language;
  keep(key, language);
  document.documentElement.lang = language;
  for (const tell of listeners) tell();
}

export function useLanguage(): Language {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => current,
  );
}

/** Ties two catalogues of the same shape to the page's language. A string missing in one is a type error. */
export function catalogue<Words>(words: Record<Language, Words>): () => Words {
  return function useWords() {
    return words[useLanguage()];
  };
}

/** The widened shape of a catalogue: every literal becomes `string`, every function keeps its parameters. */
export type Shape<T> = {
  [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Shape<T[K]>;
};

export type Plural = { one: string; other: string };

/** Numbers, dates and plurals of one language. */
export interface Format {
  number(n: number): string;
  /** A share from 0 to 1, without decimals. */
  percent(share: number): string;
  /** Picks the form for n and puts the number where `#` stands. */
  plural(n: number, forms: Plural): string;
  /** Hours and minutes. */
  time(at: Date | string | number): string;
  /** Hours, minutes and seconds. */
  clock(at: Date | string | number): string;
  /** "Today", "Yesterday" or "Tomorrow", a weekday within the week, else the date. */
  day(at: Date | string | number, now: number): string;
  /** The date, with its month in full or short. */
  date(at: Date | string | number): string;
  shortDate(at: Date | string | number): string;
  /** Date and time in full, for a tooltip. */
  exact(at: Date | string | number): string;
  /** The age of a row: "now", "4 min", "3 h", then a date. */
  age(at: Date | string | number, now: number): string;
  /** A length of time in its largest two units: "23 h 5 min", "850 ms". */
  span(ms: number): string;
  /** The name of a language, from its code. */
  language(code: string): string;
}

const minute = 60_000;
const hour = 60 * minute;
const dayLength = 24 * hour;

function build(language: Language): Format {
  const tag = language === "en" ? "en-GB" : "fr-FR";
  const number = new Intl.NumberFormat(tag);
  const percent = new Intl.NumberFormat(tag, { style: "percent" });
  const rules = new Intl.PluralRules(tag);
  const time = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit" });
  const clock = new Intl.DateTimeFormat(tag, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const weekday = new Intl.DateTimeFormat(tag, { weekday: "long" });
  const date = new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", year: "numeric" });
  const shortDate = new Intl.DateTimeFormat(tag, { day: "numeric", month: "short" });
  const exact = new Intl.DateTimeFormat(tag, { dateStyle: "full", timeStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: "auto" });
  const names = new Intl.DisplayNames(tag, { type: "language" });
  // The symbols of the units are the same in both languages; Intl's English ones ("hrs", "mins") are not.
  const tenths = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const unit = (n: number, symbol: "ms" | "s" | "min" | "h") => `${tenths.format(n)}\u00a0${symbol}`;
  const capital = (s: string) => s.charAt(0).toLocaleUpperCase(tag) + s.slice(1);

  return {
    number: (n) => number.format(n),
    percent: (share) => percent.format(share),
    plural: (n, forms) => forms[rules.select(n) === "one" ? "one" : "other"].replace("#", number.format(n)),
    time: (at) => time.format(new Date(at)),
    clock: (at) => clock.format(new Date(at)),
    day(at, now) {
      const days = Math.round((midnight(now) - midnight(at)) / dayLength);
      if (Math.abs(days) <= 1) return capital(relative.format(-days, "day"));
      return capital(days > 1 && days < 7 ? weekday.format(new Date(at)) : date.format(new Date(at)));
    },
    date: (at) => date.format(new Date(at)),
    shortDate: (at) => shortDate.format(new Date(at)),
    exact: (at) => exact.format(new Date(at)),
    age(at, now) {
      const passed = now - new Date(at).getTime();
      if (passed < minute) return language === "en" ? "now" : "à l’instant";
      if (passed < hour) return unit(Math.floor(passed / minute), "min");
      if (passed < dayLength) return unit(Math.floor(passed / hour), "h");
      return shortDate.format(new Date(at));
    },
    span(ms) {
      if (ms < 1000) return unit(Math.round(ms), "ms");
      if (ms < minute) return unit(ms / 1000, "s");
      if (ms < hour) return unit(Math.floor(ms / minute), "min");
      const h = Math.floor(ms / hour);
      const m = Math.floor((ms % hour) / minute);
      return m ? `${unit(h, "h")} ${unit(m, "min")}` : unit(h, "h");
    },
    language(code) {
      try {
        return capital(names.of(code) ?? code);
      } catch {
        return code;
      }
    },
  };
}

function midnight(at: Date | string | number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

const formats: Record<Language, Format> = { en: build("en"), fr: build("fr") };

export function format(language: Language): Format {
  return formats[language];
}

export function useFormat(): Format {
  return formats[useLanguage()];
}
