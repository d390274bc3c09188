import { Inbox as InboxIcon, Search, SearchX, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { VList, type VListHandle } from "virtua";
import { Link } from "wouter";
import { Button } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import type { Summary, View } from "../api";
import { useDesk, useDeskState } from "../context";
import { useKeys } from "../keys";
import { useWords } from "../words";
import { nameOf, OwnerMark } from "./Owner";
import { WindowRing } from "./WindowRing";

const views: View[] = ["all", "bot", "queue", "agent", "resolved"];
const rowHeight = 64;

export function ConversationList({ chosen }: { chosen: string | undefined }) {
  const words = useWords();
  const desk = useDesk();
  const view = useDeskState((s) => s.list.view);
  const [text, setText] = useState(() => desk.store.snapshot().list.q);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // A search per word rather than per letter.
    const timer = setTimeout(() => desk.show(desk.store.snapshot().list.view, text.trim()), 200);
    return () => clearTimeout(timer);
  }, [desk, text]);
  useKeys({ "/": () => field.current?.focus() });

  return (
    <section
      aria-label={words.inbox}
      className="flex min-h-0 w-full flex-1 flex-col border-line bg-surface md:w-80 md:flex-none md:border-r"
    >
      <div className="flex flex-col gap-2 p-3">
        <div className="relative">
          <Search
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted"
          />
          <input
            ref={field}
            type="search"
            aria-label={words.search}
            placeholder={words.searchHint}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              setText("");
              field.current?.blur();
            }}
            className="min-h-9 w-full rounded-md border border-line bg-bg pr-8 pl-8 pointer-coarse:min-h-11 [&::-webkit-search-cancel-button]:hidden"
          />
          {text && (
            <button
              type="button"
              aria-label={words.clearSearch}
              onClick={() => setText("")}
              className="absolute top-1/2 right-1 flex size-7 -translate-y-1/2 items-center justify-center rounded-md text-muted hover:bg-sunken"
            >
              <X aria-hidden className="size-4" />
            </button>
          )}
        </div>
        <fieldset className="flex gap-0.5">
          <legend className="sr-only">{words.viewsLabel}</legend>
          {views.map((v) => (
            <button
              key={v}
              type="button"
              aria-pressed={v === view}
              onClick={() => desk.show(v, text.trim())}
              className="min-h-8 flex-1 rounded-md px-1 text-meta text-muted transition-colors hover:bg-sunken aria-pressed:bg-sunken aria-pressed:font-semibold aria-pressed:text-text pointer-coarse:min-h-11"
            >
              {words.views[v]}
            </button>
          ))}
        </fieldset>
      </div>
      <Rows chosen={chosen} onClear={() => setText("")} />
    </section>
  );
}

function Rows({ chosen, onClear }: { chosen: string | undefined; onClear: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const desk = useDesk();
  const list = useDeskState((s) => s.list);
  const slow = useSlow(list.loading && list.items.length === 0);
  const handle = useRef<VListHandle>(null);
  const { waiting, hold, onScrolled } = useHold();

  const at = list.items.findIndex((c) => c.id === chosen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice scrolls; a row that moves does not.
  useEffect(() => {
    if (at >= 0) handle.current?.scrollToIndex(at, { align: "nearest" });
  }, [chosen, at >= 0]);

  if (list.error && list.items.length === 0) {
    return (
      <Problem
        title={words.listFailed}
        cure={list.error.message || words.gatewayCure}
        retry={common.retry}
        onRetry={() => desk.retryList()}
      />
    );
  }
  if (list.loading && list.items.length === 0) {
    return slow ? (
      <div role="status" aria-label={common.loading} className="border-line border-t">
        {[1, 2, 3, 4, 5, 6, 7, 8].map((n) => (
          <div key={n} className="flex h-16 items-center gap-3 border-line border-b px-3">
            <Bone className="size-8 rounded-full" />
            <div className="flex flex-1 flex-col gap-2">
              <Bone className="h-3 w-2/5" />
              <Bone className="h-3 w-4/5" />
            </div>
          </div>
        ))}
      </div>
    ) : null;
  }
  if (list.items.length === 0) {
    return list.q ? (
      <Empty icon={SearchX} title={words.nothingFound}>
        <p className="pb-3">{words.nothingFoundDo(list.q)}</p>
        <Button onClick={onClear}>{words.clearSearch}</Button>
      </Empty>
    ) : (
      <Empty icon={InboxIcon} title={words.listEmpty[list.view]}>
        {words.listEmptyDo[list.view]}
      </Empty>
    );
  }
  return (
    <div className="relative min-h-0 flex-1 border-line border-t" {...hold}>
      {waiting > 0 && (
        <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
          <button
            type="button"
            onClick={() => {
              handle.current?.scrollTo(0);
              desk.release();
            }}
            className="min-h-8 animate-rise rounded-full bg-accent px-3 font-medium text-meta text-on-accent float"
          >
            {words.newRows(waiting)}
          </button>
        </div>
      )}
      <VList
        ref={handle}
        role="list"
        tabIndex={0}
        aria-label={words.inbox}
        data={list.items}
        itemSize={rowHeight}
        className="scroll-thin"
        onScroll={(offset) => {
          const box = handle.current;
          if (box && offset + box.viewportSize > box.scrollSize - 6 * rowHeight) desk.moreList();
          onScrolled(offset);
        }}
      >
        {(c: Summary) => <Row key={c.id} conversation={c} chosen={c.id === chosen} />}
      </VList>
    </div>
  );
}

/** Nothing jumps under the pointer: while the list is hovered or scrolled down, new rows wait. */
function useHold() {
  const desk = useDesk();
  const waiting = useDeskState((s) => s.list.waiting.length);
  const state = useRef({ over: false, scrolled: false });
  const tell = () => desk.hold(state.current.over || state.current.scrolled);
  useEffect(() => () => desk.hold(false), [desk]);
  const hold = {
    onPointerEnter: (event: React.PointerEvent) => {
      if (event.pointerType !== "mouse") return;
      state.current.over = true;
      tell();
    },
    onPointerLeave: () => {
      state.current.over = false;
      tell();
    },
  };
  const onScrolled = (offset: number) => {
    const scrolled = offset > rowHeight / 2;
    if (scrolled === state.current.scrolled) return;
    state.current.scrolled = scrolled;
    tell();
  };
  return { waiting, hold, onScrolled };
}

/** A row of 64 px: who speaks, who writes, the last line, language, window and age; unread shows as weight. */
function Row({ conversation: c, chosen }: { conversation: Summary; chosen: boolean }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const waits = c.owner === "queue" && c.queuedAt;
  const strong = c.unanswered;
  return (
    <div role="listitem">
      <Link
        href={`/conversations/${c.id}`}
        aria-current={chosen ? "true" : undefined}
        className="flex h-16 items-center gap-3 border-line border-b px-3 transition-colors hover:bg-bg aria-[current]:bg-accent-soft outline-offset-[-2px]"
      >
        <OwnerMark owner={c.owner} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span dir="auto" className={`min-w-0 flex-1 truncate text-left ${strong ? "font-semibold" : ""}`}>
              {nameOf(c.contact)}
            </span>
            {waits ? (
              <span className="tabular shrink-0 text-meta text-warn" title={format.exact(waits)}>
                {now - Date.parse(waits) < 60_000 ? words.waitingNew : words.waitingSince(format.age(waits, now))}
              </span>
            ) : (
              <time className="tabular shrink-0 text-meta text-muted" title={format.exact(c.lastAt)}>
                {format.age(c.lastAt, now)}
              </time>
            )}
          </span>
          <span className="flex items-center gap-2">
            <span dir="auto" className={`min-w-0 flex-1 truncate text-left ${strong ? "text-text" : "text-muted"}`}>
              {c.lastText || words.noText}
            </span>
            {strong && <span className="sr-only">{words.unanswered}</span>}
            <span className="shrink-0 text-meta text-muted uppercase" title={format.language(c.language || "und")}>
              {c.language}
            </span>
            <WindowRing until={c.windowUntil} now={now} />
          </span>
        </span>
      </Link>
    </div>
  );
}
