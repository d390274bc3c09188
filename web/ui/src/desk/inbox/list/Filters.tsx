import { useQuery } from "@tanstack/react-query";
import { ListFilter, X } from "lucide-react";
import { Popover } from "radix-ui";
import { useState, useSyncExternalStore } from "react";
import { Button } from "../../../ui/Button";
import { Choice } from "../../../ui/Field";
import { useFormat } from "../../../words/locale";
import { useAccount, useDesk, useDeskState, usePeopleById } from "../../context";
import { useKeys } from "../../keys";
import { calls, type Filter, sorts } from "../calls";
import { everything, narrowed } from "../filter";
import { useApply, useFilter } from "./address";
import { useListWords } from "./words";

export const tagsKey = ["inbox", "tags"];

export function useTags() {
  return useQuery({ queryKey: tagsKey, queryFn: calls.tags, staleTime: 30_000 });
}

/** Narrows what a view shows, and sorts it. */
export function Filters() {
  const words = useListWords();
  const filter = useFilter();
  const [open, setOpen] = useState(false);
  useKeys({ f: () => setOpen(true) });
  const on = narrowed(filter) + (filter.sort ? 1 : 0);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        aria-label={on > 0 ? `${words.filter}, ${words.filtered(on)}` : words.filter}
        title={words.filter}
        className="relative flex size-9 shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-sunken pointer-coarse:size-11"
      >
        <ListFilter aria-hidden className="size-[18px]" />
        {on > 0 && <span aria-hidden className="absolute top-1.5 right-1.5 size-2 rounded-full bg-accent" />}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={words.filter}
          className="z-50 flex w-72 animate-rise flex-col gap-3 rounded-xl border border-line bg-raised p-4 text-text float outline-none"
        >
          <Fields />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Fields() {
  const words = useListWords();
  const format = useFormat();
  const filter = useFilter();
  const apply = useApply();
  const desk = useDesk();
  const { session } = useAccount();
  const people = usePeopleById();
  const tags = useTags();
  const { teams } = useSyncExternalStore(desk.roster.store.subscribe, desk.roster.store.snapshot);
  const items = useDeskState((s) => s.list.items);

  const any = { value: "", label: words.any };
  const with_ = (known: string[], now: string) => [...new Set([...known, now])].filter(Boolean);
  const languages = with_(
    [...items.map((c) => c.language), ...Object.values(people).flatMap((p) => p.languages)],
    filter.language,
  );
  const named = Object.values(people)
    .filter((p) => p.id !== session.user.id && (!p.disabled || p.id === filter.agent))
    .sort((a, b) => a.name.localeCompare(b.name));
  const set = (change: Partial<Filter>) => apply({ ...filter, ...change });
  return (
    <>
      <Choice
        label={words.sort}
        value={filter.sort}
        onChange={(event) => set({ sort: event.target.value as Filter["sort"] })}
        options={(["", ...sorts] as const).map((s) => ({ value: s, label: words.sorts[s] }))}
      />
      <Choice
        label={words.language}
        value={filter.language}
        onChange={(event) => set({ language: event.target.value })}
        options={[any, ...languages.sort().map((l) => ({ value: l, label: format.language(l) }))]}
      />
      <Choice
        label={words.tag}
        value={filter.tag}
        onChange={(event) => set({ tag: event.target.value })}
        options={[
          any,
          ...with_(tags.data?.items.map((t) => t.tag) ?? [], filter.tag).map((t) => ({ value: t, label: t })),
        ]}
      />
      <Choice
        label={words.agent}
        value={filter.agent}
        onChange={(event) => set({ agent: event.target.value })}
        options={[any, { value: "me", label: words.me }, ...named.map((p) => ({ value: p.id, label: p.name }))]}
      />
      {teams.length > 0 && filter.view !== "team" && (
        <Choice
          label={words.team}
          value={filter.team}
          onChange={(event) => set({ team: event.target.value })}
          options={[any, ...teams.map((t) => ({ value: t.id, label: t.name }))]}
        />
      )}
      <Button
        disabled={narrowed(filter) === 0 && !filter.sort}
        onClick={() =>
          apply({
            ...everything,
            view: filter.view,
            q: filter.q,
            ...(filter.view === "team" ? { team: filter.team } : {}),
          })
        }
      >
        {words.clearFilter}
      </Button>
    </>
  );
}

/** What narrows the list now, each with a button that takes it away. */
export function Chips() {
  const words = useListWords();
  const format = useFormat();
  const filter = useFilter();
  const apply = useApply();
  const desk = useDesk();
  const people = usePeopleById();
  const { teams } = useSyncExternalStore(desk.roster.store.subscribe, desk.roster.store.snapshot);
  const chips: { part: keyof Filter; label: string }[] = [];
  if (filter.tag) chips.push({ part: "tag", label: filter.tag });
  if (filter.language) chips.push({ part: "language", label: format.language(filter.language) });
  if (filter.agent) {
    chips.push({
      part: "agent",
      label: filter.agent === "me" ? words.me : (people[filter.agent]?.name ?? words.agent),
    });
  }
  if (filter.team && filter.view !== "team") {
    chips.push({ part: "team", label: teams.find((t) => t.id === filter.team)?.name ?? words.team });
  }
  if (filter.sort) chips.push({ part: "sort", label: words.sorts[filter.sort] });
  if (chips.length === 0) return null;
  return (
    <div className="flex flex-wrap gap-1">
      {chips.map(({ part, label }) => (
        <button
          key={part}
          type="button"
          aria-label={words.without(label)}
          onClick={() => apply({ ...filter, [part]: "" })}
          className="inline-flex min-h-6 max-w-full items-center gap-1 rounded-full bg-accent-soft px-2 text-accent text-meta hover:opacity-80 pointer-coarse:min-h-11"
        >
          <span dir="auto" className="truncate">
            {label}
          </span>
          <X aria-hidden className="size-3 shrink-0" />
        </button>
      ))}
    </div>
  );
}
