import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "../api";
import { useWords, type Words } from "./words";

/** Why something was not saved, as far as it is known. */
export function why(words: Words, error: unknown): string {
  const told = error instanceof ApiError ? error.message : "";
  return words.notSaved(told || words.unreachable);
}

/** What went wrong, beside what it went wrong with. */
export function Failure({ error }: { error: unknown }) {
  const words = useWords();
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className="text-danger">
      {why(words, error)}
    </p>
  );
}

/** What a tab says of itself, and its one action. */
export function TabHead({ about, action }: { about: string; action?: ReactNode }) {
  return (
    <div className="flex max-w-5xl flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-4 pb-2 md:px-6">
      <p className="min-w-0 flex-1 basis-60 text-muted">{about}</p>
      {action}
    </div>
  );
}

/** The first letters of a name. */
export function initials(name: string): string {
  const [first = "", ...rest] = name.trim().split(/\s+/);
  return ([...first].slice(0, 1).join("") + [...(rest.at(-1) ?? "")].slice(0, 1).join("")).toLocaleUpperCase();
}

export function Avatar({ name, faint = false }: { name: string; faint?: boolean }) {
  return (
    <span
      aria-hidden
      className={`flex size-9 shrink-0 items-center justify-center rounded-full font-medium text-meta ${faint ? "bg-sunken text-muted" : "bg-agent-soft text-agent"}`}
    >
      {initials(name)}
    </span>
  );
}

/** A row that opens what it shows. */
export function Row({ onOpen, children }: { onOpen: () => void; children: ReactNode }) {
  const words = useWords();
  return (
    <li className="border-line border-b last:border-b-0">
      <button
        type="button"
        onClick={onOpen}
        className="flex min-h-16 w-full items-center gap-3 px-4 py-2 text-left transition-colors hover:bg-surface md:px-2"
      >
        <span className="sr-only">{words.change}</span>
        {children}
      </button>
    </li>
  );
}

export function List({ children }: { children: ReactNode }) {
  return <ul className="max-w-5xl md:px-4">{children}</ul>;
}

export function Tag({ icon: Icon, children }: { icon?: LucideIcon; children: ReactNode }) {
  return (
    <span className="inline-flex items-center gap-1 rounded-sm bg-sunken px-1.5 text-meta text-muted">
      {Icon && <Icon aria-hidden className="size-3" />}
      {children}
    </span>
  );
}

/** A part of a sheet: a title, what it does, and its controls. */
export function Part({ title, about, children }: { title: string; about?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2 border-line border-t pt-4">
      <h3 className="font-medium">{title}</h3>
      {about && <p className="text-muted">{about}</p>}
      {children}
    </section>
  );
}
