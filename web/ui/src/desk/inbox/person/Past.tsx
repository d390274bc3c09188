import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { Link } from "wouter";
import { useNow } from "../../../ui/now";
import { Bone, useSlow } from "../../../ui/States";
import { useFormat } from "../../../words/locale";
import { api } from "../../api";
import { useWords } from "../../words";
import type { PastConversation } from "../talk/api";
import { type PersonWords, usePersonWords } from "./words";

/** How many lines of an earlier conversation are shown in place. */
const shownLines = 12;

/** The conversations one had with a person before; each opens where it stands. */
export function Past({ list }: { list: readonly PastConversation[] }) {
  const words = usePersonWords();
  if (list.length === 0) return <p className="text-muted">{words.pastNone}</p>;
  return (
    <ul className="-mx-2 flex flex-col">
      {list.map((one) => (
        <Earlier key={one.id} conversation={one} words={words} />
      ))}
    </ul>
  );
}

function Earlier({ conversation: c, words }: { conversation: PastConversation; words: PersonWords }) {
  const format = useFormat();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const lines = useId();
  const ended = c.resolvedAt
    ? (words.outcomes[c.outcome as keyof PersonWords["outcomes"]] ?? words.outcomes.other)
    : words.still;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={lines}
        onClick={() => setOpen(!open)}
        className="flex w-full items-start gap-1.5 rounded-md px-1.5 py-1.5 text-left hover:bg-sunken pointer-coarse:min-h-11"
      >
        <ChevronRight
          aria-hidden
          className={`mt-0.5 size-4 shrink-0 text-muted transition-transform ${open ? "rotate-90" : ""}`}
        />
        <span className="min-w-0 flex-1">
          <span className="flex gap-2 text-meta text-muted">
            <time className="flex-1" title={format.exact(c.openedAt)}>
              {format.day(c.openedAt, now)}
            </time>
            <span>{ended}</span>
          </span>
          <span dir="auto" className="line-clamp-2 [overflow-wrap:anywhere]">
            {c.lastText || words.noWords}
          </span>
          {c.tags.length > 0 && <span className="block truncate text-meta text-muted">{c.tags.join(" · ")}</span>}
        </span>
      </button>
      {open && (
        <div id={lines} className="mb-2 ml-7 animate-rise border-line border-l-2 pl-3">
          <LinesOf id={c.id} words={words} />
          <Link
            href={`/conversations/${c.id}`}
            className="inline-flex min-h-8 items-center font-medium text-accent underline pointer-coarse:min-h-11"
          >
            {words.openIt}
          </Link>
        </div>
      )}
    </li>
  );
}

function LinesOf({ id, words }: { id: string; words: PersonWords }) {
  const pageWords = useWords();
  const format = useFormat();
  const query = useQuery({ queryKey: ["past", id], queryFn: () => api.messages(id), staleTime: 60_000 });
  const slow = useSlow(query.isPending);
  if (query.isError) {
    return (
      <p role="alert" className="py-1 text-danger">
        {words.pastFailed}{" "}
        <button type="button" className="font-medium underline" onClick={() => void query.refetch()}>
          {words.retry}
        </button>
      </p>
    );
  }
  if (query.isPending) return <div className="min-h-16">{slow && <Bone className="h-16" />}</div>;
  const { items, more } = query.data;
  const last = items.slice(-shownLines);
  return (
    <>
      {(more || last.length < items.length) && <p className="pb-1 text-meta text-muted">{words.earlier}</p>}
      <ol className="flex flex-col gap-1.5 py-1">
        {last.map((m) => (
          <li key={m.id}>
            <span className="flex gap-2 text-meta text-muted">
              <span className="flex-1">
                {m.direction === "note" ? pageWords.authors.note : pageWords.authors[m.author]}
              </span>
              <time title={format.exact(m.at)}>{format.time(m.at)}</time>
            </span>
            <span dir="auto" className="line-clamp-4 whitespace-pre-wrap [overflow-wrap:anywhere]">
              {m.text || words.noWords}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
