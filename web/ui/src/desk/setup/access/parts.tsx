import type { ReactNode } from "react";
import { ApiError } from "../../api";
import { useWords } from "./words";

/** A section of the setup page: its title, what it is for, and its one action. */
export function Section({
  title,
  about,
  action,
  children,
}: {
  title: string;
  about: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b bg-surface px-4 py-3 md:px-6">
        <div className="min-w-0 flex-1 basis-60">
          <h1 className="font-semibold text-page">{title}</h1>
          <p className="text-muted">{about}</p>
        </div>
        {action}
      </header>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        aria-label={title}
        className="scroll-thin flex min-h-0 flex-1 flex-col overflow-y-auto pb-6"
      >
        {children}
      </section>
    </main>
  );
}

/** What went wrong, beside what it went wrong with. */
export function Failure({ error }: { error: unknown }) {
  const words = useWords();
  if (error === null || error === undefined) return null;
  const throttled = error instanceof ApiError && error.status === 429;
  const told = error instanceof ApiError ? error.message : "";
  return (
    <p role="alert" className="text-danger">
      {throttled ? words.tooMany : told || words.unreachable}
    </p>
  );
}
