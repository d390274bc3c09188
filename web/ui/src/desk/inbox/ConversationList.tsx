import { Inbox as InboxIcon, ListFilter, RotateCw, Search, SearchX, X } from "lucide-react";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { VList, type VListHandle } from "virtua";
import { useLocation } from "wouter";
import { Button } from "../../ui/Button";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useDesk, useDeskState, usePeopleById } from "../context";
import { useKeys } from "../keys";
import { useWords } from "../words";
import type { Listed } from "./calls";
import { everything, narrowed, toAddress } from "./filter";
import { useApply, useFilter, useListAddress } from "./list/address";
import { BulkBar } from "./list/BulkBar";
import { Chips, Filters } from "./list/Filters";
import { Row } from "./list/Row";
import { Views } from "./list/Views";
import { useListWords } from "./list/words";

const rowHeight = 64;

/** Search, views and filters, and the rows they find. */
export function ConversationList({ chosen }: { chosen: string | undefined }) {
  const words = useWords();
  const desk = useDesk();
  const filter = useFilter();
  const address = toAddress(filter);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a filter is what its address says.
  useEffect(() => {
    desk.listing.show(filter);
    return () => desk.selection.clear();
  }, [desk, address]);
  return (
    <section
      aria-label={words.inbox}
      className="flex min-h-0 w-full flex-1 flex-col border-line bg-surface md:w-80 md:flex-none md:border-r"
    >
      <div className="flex flex-col gap-2 p-3 pb-2">
        <div className="flex gap-1">
          <SearchField />
          <Filters />
        </div>
        <Views />
        <Chips />
      </div>
      <Rows chosen={chosen} />
      <BulkBar />
    </section>
  );
}

function SearchField() {
  const list = useListWords();
  const filter = useFilter();
  const apply = useApply();
  const [text, setText] = useState(filter.q);
  const asked = useRef(filter.q);
  const field = useRef<HTMLInputElement>(null);
  const latest = useRef({ filter, apply });
  latest.current = { filter, apply };
  const listed = useDeskState((s) => s.list);
  const href = useListAddress();
  const [, navigate] = useLocation();
  // Enter opens the best find, as soon as it is found.
  const [opening, setOpening] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is listed and the wish count.
  useEffect(() => {
    if (!opening || listed.loading || listed.filter.q !== text.trim()) return;
    setOpening(false);
    const best = listed.items[0];
    if (!best) return;
    field.current?.blur();
    navigate(href(best.id));
  }, [opening, listed, text]);
  useEffect(() => {
    // The address was changed by something else: the back button, a saved view.
    if (filter.q === asked.current) return;
    asked.current = filter.q;
    setText(filter.q);
  }, [filter.q]);
  useEffect(() => {
    // A search per word rather than per letter; one search is one step back.
    const timer = setTimeout(() => {
      const q = text.trim();
      const { filter: now, apply: change } = latest.current;
      if (q === now.q) return;
      asked.current = q;
      change({ ...now, q }, now.q !== "" && q !== "");
    }, 250);
    return () => clearTimeout(timer);
  }, [text]);
  useKeys({ "/": () => field.current?.focus() });
  return (
    <div className="relative min-w-0 flex-1">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-muted"
      />
      <input
        ref={field}
        type="search"
        aria-label={list.search}
        placeholder={list.searchHint}
        value={text}
        maxLength={200}
        onChange={(event) => {
          setOpening(false);
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") setOpening(text.trim() !== "");
          if (event.key !== "Escape") return;
          setText("");
          field.current?.blur();
        }}
        className="min-h-9 w-full rounded-md border border-line bg-bg pr-8 pl-8 pointer-coarse:min-h-11 [&::-webkit-search-cancel-button]:hidden"
      />
      {text && (
        <button
          type="button"
          aria-label={list.clearSearch}
          onClick={() => {
            setText("");
            field.current?.focus();
          }}
          className="absolute top-1/2 right-1 flex size-7 -translate-y-1/2 items-center justify-center rounded-md text-muted hover:bg-sunken"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  );
}

function Rows({ chosen }: { chosen: string | undefined }) {
  const words = useWords();
  const text = useListWords();
  const common = useCommonWords();
  const desk = useDesk();
  const list = useDeskState((s) => s.list);
  const { items, filter } = list;
  const apply = useApply();
  const href = useListAddress();
  const people = usePeopleById();
  const { store } = desk.selection;
  const selection = useSyncExternalStore(store.subscribe, store.snapshot);
  const slow = useSlow(list.loading && items.length === 0);
  const handle = useRef<VListHandle>(null);
  const { waiting, hold, onScrolled } = useHold();
  const [focused, setFocused] = useState("");

  const select = useCallback(
    (id: string, extend: boolean) => {
      if (extend) desk.selection.extend(desk.store.snapshot().list.items, id);
      else desk.selection.toggle(id);
    },
    [desk],
  );
  useKeys({
    x: focused || chosen ? () => select(focused || chosen || "", false) : false,
    "shift+x": items.length > 0 && (() => desk.selection.all(desk.store.snapshot().list.items)),
  });

  const at = items.findIndex((c) => c.id === chosen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new choice scrolls; a row that moves does not.
  useEffect(() => {
    if (at >= 0) handle.current?.scrollToIndex(at, { align: "nearest" });
  }, [chosen, at >= 0]);
  // A row that has the focus stays on the page wherever the list is scrolled to.
  const kept = focused ? items.findIndex((c) => c.id === focused) : -1;

  if (list.error && items.length === 0) {
    return (
      <Problem
        title={text.failed}
        cure={list.error.message || words.gatewayCure}
        retry={common.retry}
        onRetry={() => desk.listing.retry()}
      />
    );
  }
  if (list.loading && items.length === 0) return slow ? <Skeleton label={common.loading} /> : null;
  if (items.length === 0 && waiting === 0) {
    if (filter.q) {
      return (
        <Empty icon={SearchX} title={text.nothingFound}>
          <p className="pb-3">{text.nothingFoundDo(filter.q)}</p>
          <Button onClick={() => apply({ ...filter, q: "" })}>{text.clearSearch}</Button>
        </Empty>
      );
    }
    return narrowed(filter) > 0 ? (
      <Empty icon={ListFilter} title={text.nothingFiltered}>
        <p className="pb-3">{text.nothingFilteredDo}</p>
        <Button onClick={() => apply({ ...everything, view: filter.view })}>{text.clearFilter}</Button>
      </Empty>
    ) : (
      <Empty icon={InboxIcon} title={text.empty[filter.view]}>
        {text.emptyDo[filter.view]}
      </Empty>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only watches what the rows inside are used for.
    <div
      className="relative min-h-0 flex-1 border-line border-t"
      onFocus={(event) => setFocused(event.target.closest<HTMLElement>("[data-row]")?.dataset.row ?? "")}
      onBlur={() => setFocused("")}
      {...hold}
    >
      {waiting > 0 && (
        <div className="absolute inset-x-0 top-2 z-10 flex justify-center" role="status">
          <button
            type="button"
            onClick={() => {
              handle.current?.scrollTo(0);
              desk.listing.release();
            }}
            className="min-h-8 animate-rise rounded-full bg-accent px-3 font-medium text-meta text-on-accent float pointer-coarse:min-h-11"
          >
            {text.newRows(waiting)}
          </button>
        </div>
      )}
      <VList
        ref={handle}
        role="list"
        tabIndex={0}
        aria-label={words.inbox}
        data={items}
        itemSize={rowHeight}
        keepMounted={kept >= 0 ? [kept] : none}
        className="scroll-thin"
        onScroll={(offset) => {
          const box = handle.current;
          const end = box && offset + box.viewportSize > box.scrollSize - 12 * rowHeight;
          if (end && !desk.store.snapshot().list.error) void desk.listing.more();
          onScrolled(offset);
        }}
      >
        {(c: Listed, index: number) => (
          <div key={c.id} role="listitem" aria-posinset={index + 1} aria-setsize={list.nextCursor ? -1 : items.length}>
            <Row
              conversation={c}
              href={href(c.id)}
              chosen={c.id === chosen}
              selected={selection.ids.has(c.id)}
              selecting={selection.ids.size > 0}
              failed={selection.failed[c.id]}
              agent={c.agent ? people[c.agent] : undefined}
              q={filter.q}
              onSelect={select}
            />
          </div>
        )}
      </VList>
      {list.error && (
        <div
          role="alert"
          className="absolute inset-x-2 bottom-2 z-10 flex items-center gap-2 rounded-md border border-line bg-raised px-3 py-1 float"
        >
          <span className="min-w-0 flex-1 text-danger text-meta">{text.moreFailed}</span>
          <Button kind="quiet" icon={RotateCw} onClick={() => desk.listing.retry()}>
            {common.retry}
          </Button>
        </div>
      )}
    </div>
  );
}

const none: readonly number[] = [];

function Skeleton({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="min-h-0 flex-1 overflow-hidden border-line border-t">
      {[1, 2, 3, 4, 5, 6, 7, 8].map((n) => (
        <div key={n} className="flex h-16 items-center border-line border-b pr-3">
          <span className="flex w-14 justify-center">
            <Bone className="size-8 rounded-full" />
          </span>
          <div className="flex flex-1 flex-col gap-1.5">
            <Bone className="h-3 w-2/5" />
            <Bone className="h-3 w-4/5" />
            <Bone className="h-2.5 w-1/3" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** Nothing jumps under the pointer: while the list is hovered or scrolled down, new rows wait. */
function useHold() {
  const { listing } = useDesk();
  const waiting = useDeskState((s) => (s.list.held ? s.list.waiting.size : 0));
  const state = useRef({ over: false, scrolled: false });
  const tell = () => listing.hold(state.current.over || state.current.scrolled);
  useEffect(() => () => listing.hold(false), [listing]);
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
