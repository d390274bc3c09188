import { useInfiniteQuery } from "@tanstack/react-query";
import { MailCheck } from "lucide-react";
import { Button } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { api, type DeadLetter } from "../api";
import { inWords } from "../inbox/Owner";
import { useWords } from "../words";

/** What came in and could not be understood, raw. */
export function DeadLetters() {
  const words = useWords();
  const common = useCommonWords();
  const query = useInfiniteQuery({
    queryKey: ["dead-letters"],
    queryFn: ({ pageParam }) => api.deadLetters(pageParam),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor || undefined,
  });
  const slow = useSlow(query.isPending);
  const items = query.data?.pages.flatMap((page) => page.items ?? []) ?? [];
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="border-line border-b bg-surface px-4 py-3 md:px-6">
        <h1 className="font-semibold text-page">{words.sections.deadLetters}</h1>
        <p className="text-muted">{words.deadAbout}</p>
      </header>
      {query.isError && items.length === 0 ? (
        <Problem
          title={words.deadFailed}
          cure={query.error.message || words.gatewayCure}
          retry={common.retry}
          onRetry={() => void query.refetch()}
        />
      ) : query.isPending ? (
        slow && (
          <div role="status" aria-label={common.loading} className="flex flex-col gap-3 p-6">
            {[1, 2, 3].map((n) => (
              <Bone key={n} className="h-12" />
            ))}
          </div>
        )
      ) : items.length === 0 ? (
        <Empty icon={MailCheck} title={words.deadEmpty}>
          {words.deadEmptyDo}
        </Empty>
      ) : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          aria-label={words.sections.deadLetters}
          className="scroll-thin min-h-0 flex-1 overflow-y-auto"
        >
          <ul className="max-w-5xl md:px-4">
            {items.map((letter) => (
              <Letter key={letter.id} letter={letter} />
            ))}
          </ul>
          {query.hasNextPage && (
            <div className="flex justify-center p-4">
              <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {words.more}
              </Button>
            </div>
          )}
        </section>
      )}
    </main>
  );
}

function Letter({ letter }: { letter: DeadLetter }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  return (
    <li className="border-line border-b">
      <details>
        <summary className="flex min-h-14 list-none flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 hover:bg-surface md:px-2">
          <time className="tabular w-20 shrink-0 text-meta text-muted" title={format.exact(letter.at)}>
            {format.age(letter.at, now)}
          </time>
          <span className="min-w-0 flex-1 font-medium">{inWords({}, letter.reason)}</span>
          <span className="text-meta text-muted">{letter.route}</span>
          <span className="tabular text-meta text-muted">{words.bytes(letter.size)}</span>
        </summary>
        <div className="flex flex-col gap-2 px-4 pt-2 pb-4 md:px-2">
          <p className="text-meta text-muted">
            {words.deadReceived}: {format.exact(letter.at)} · {words.deadType}: {letter.contentType || "–"}
          </p>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            className="scroll-thin max-h-96 overflow-auto whitespace-pre-wrap rounded-md bg-sunken p-3 font-mono text-meta [overflow-wrap:anywhere]"
          >
            {letter.body}
          </pre>
        </div>
      </details>
    </li>
  );
}
