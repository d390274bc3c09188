import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, Pencil, Plus, Users } from "lucide-react";
import { Popover } from "radix-ui";
import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import { Button, IconButton } from "../../../ui/Button";
import { Field, Toggle } from "../../../ui/Field";
import { useFormat } from "../../../words/locale";
import { useAccount, useDesk } from "../../context";
import { useKeys } from "../../keys";
import { may } from "../../pages";
import { asked, type Counts, calls, type Filter, type SavedView, type ViewName } from "../calls";
import { everything, sameFilter } from "../filter";
import { useApply, useFilter } from "./address";
import { useListWords } from "./words";

const tabs: ViewName[] = ["mine", "queue", "all", "bot"];
const rest: ViewName[] = ["mentioned", "team", "snoozed", "unassigned", "agent", "resolved"];

/** The key under which saved views are kept by the query client. */
export const savedViewsKey = ["inbox", "views"];

export function useSavedViews() {
  return useQuery({ queryKey: savedViewsKey, queryFn: calls.savedViews, staleTime: 60_000 });
}

/** A saved view's filter, whole. */
export function filterOf(view: SavedView): Filter {
  return { ...everything, ...view.filter };
}

function useCounts(): Counts | undefined {
  const { store } = useDesk().tally;
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

function countOf(view: ViewName, counts: Counts | undefined): number | undefined {
  switch (view) {
    case "mine":
    case "queue":
    case "team":
    case "all":
    case "snoozed":
      return counts?.[view];
    case "mentioned":
      return counts?.mentions;
    default:
      return undefined;
  }
}

/** The views: the four one lives in at hand, the others and the saved ones behind a button. */
export function Views() {
  const words = useListWords();
  const desk = useDesk();
  const filter = useFilter();
  const apply = useApply();
  const counts = useCounts();
  const [open, setOpen] = useState(false);
  const saved = useSavedViews();
  const roster = useSyncExternalStore(desk.roster.store.subscribe, desk.roster.store.snapshot);
  useKeys({ v: () => setOpen(true) });

  const own = saved.data?.items.find((v) => sameFilter(filterOf(v), filter));
  const tab = !own && tabs.find((v) => v === filter.view);
  const team = roster.teams.find((t) => t.id === filter.team);
  const name = own?.name ?? (filter.view === "team" && team ? team.name : words.views[filter.view]);
  const mentions = counts?.mentions ?? 0;
  return (
    <fieldset className="flex gap-0.5">
      <legend className="sr-only">{words.viewsLabel}</legend>
      {tabs.map((v) => (
        <Tab
          key={v}
          label={words.views[v]}
          count={countOf(v, counts)}
          pressed={v === tab}
          onClick={() => apply({ ...filter, view: v, ...(filter.view === "team" ? { team: "" } : {}) })}
        />
      ))}
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger
          aria-label={tab ? words.moreViews : `${name}, ${words.moreViews}`}
          data-here={tab ? undefined : ""}
          className="relative flex min-h-8 min-w-8 max-w-28 items-center justify-center gap-1 rounded-md px-2 text-meta text-muted transition-colors hover:bg-sunken data-here:bg-sunken data-here:font-semibold data-here:text-text pointer-coarse:min-h-11 pointer-coarse:min-w-11"
        >
          {!tab && <span className="truncate">{name}</span>}
          <ChevronDown aria-hidden className="size-4 shrink-0" />
          {mentions > 0 && filter.view !== "mentioned" && (
            <span aria-hidden className="absolute top-1 right-1 size-2 rounded-full bg-note" />
          )}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="end"
            sideOffset={4}
            collisionPadding={8}
            aria-label={words.moreViews}
            className="scroll-thin z-50 flex max-h-[70vh] w-72 animate-rise flex-col overflow-y-auto rounded-xl border border-line bg-raised p-2 text-text float outline-none"
          >
            <Menu
              own={own}
              onGo={(to) => {
                apply(to);
                setOpen(false);
              }}
            />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </fieldset>
  );
}

function Tab({
  label,
  count,
  pressed,
  onClick,
}: {
  label: string;
  count: number | undefined;
  pressed: boolean;
  onClick: () => void;
}) {
  const words = useListWords();
  const id = useId();
  return (
    <button
      type="button"
      aria-pressed={pressed}
      aria-label={label}
      aria-describedby={count === undefined ? undefined : id}
      onClick={onClick}
      className="flex min-h-8 flex-1 items-center justify-center gap-1 rounded-md px-1.5 text-meta text-muted transition-colors hover:bg-sunken aria-pressed:bg-sunken aria-pressed:font-semibold aria-pressed:text-text pointer-coarse:min-h-11"
    >
      {label}
      {count !== undefined && count > 0 && <Count n={count} />}
      {count !== undefined && (
        <span id={id} hidden>
          {words.count(count)}
        </span>
      )}
    </button>
  );
}

/** A count that is seen; what is said of it stands beside it. */
function Count({ n }: { n: number }) {
  const format = useFormat();
  return (
    <span
      aria-hidden
      data-count={n > 999 ? `${format.number(999)}+` : n}
      className="tabular font-normal text-muted after:content-[attr(data-count)]"
    />
  );
}

function Menu({ own, onGo }: { own: SavedView | undefined; onGo: (filter: Filter) => void }) {
  const words = useListWords();
  const desk = useDesk();
  const filter = useFilter();
  const counts = useCounts();
  const saved = useSavedViews();
  const { session } = useAccount();
  const { teams } = useSyncExternalStore(desk.roster.store.subscribe, desk.roster.store.snapshot);
  const [editing, setEditing] = useState<SavedView | "new" | undefined>();
  if (editing) return <Editor view={editing === "new" ? undefined : editing} onDone={() => setEditing(undefined)} />;

  const supervises = may(session.user.role, "supervisor");
  const items = saved.data?.items ?? [];
  return (
    <>
      {rest.map((v) => (
        <Entry
          key={v}
          label={words.views[v]}
          count={countOf(v, counts)}
          here={!own && v === filter.view && !filter.team}
          onClick={() => onGo({ ...everything, view: v })}
        />
      ))}
      {teams.length > 0 && <Heading text={words.teams} />}
      {teams.map((t) => (
        <Entry
          key={t.id}
          label={t.name}
          here={!own && filter.view === "team" && filter.team === t.id}
          onClick={() => onGo({ ...everything, view: "team", team: t.id })}
        />
      ))}
      {(items.length > 0 || saved.isError) && <Heading text={words.saved} />}
      {saved.isError && <p className="px-2 py-1 text-danger text-meta">{words.viewsFailed}</p>}
      {items.map((v) => (
        <div key={v.id} className="flex items-center gap-1">
          <Entry label={v.name} shared={v.shared} here={v === own} onClick={() => onGo(filterOf(v))} />
          {(v.shared ? supervises : v.mine !== false) && (
            <IconButton icon={Pencil} label={words.editView(v.name)} onClick={() => setEditing(v)} />
          )}
        </div>
      ))}
      <hr className="my-2 border-line" />
      <Button kind="quiet" icon={Plus} className="justify-start px-2" onClick={() => setEditing("new")}>
        {words.saveView}
      </Button>
    </>
  );
}

function Heading({ text }: { text: string }) {
  return <p className="px-2 pt-3 pb-1 font-medium text-meta text-muted">{text}</p>;
}

function Entry({
  label,
  count,
  here,
  shared = false,
  onClick,
}: {
  label: string;
  count?: number | undefined;
  here: boolean;
  shared?: boolean;
  onClick: () => void;
}) {
  const words = useListWords();
  return (
    <button
      type="button"
      aria-current={here ? "true" : undefined}
      onClick={onClick}
      className="flex min-h-8 min-w-0 flex-1 items-center gap-2 rounded-md px-2 text-left transition-colors hover:bg-sunken aria-[current]:bg-accent-soft aria-[current]:text-accent pointer-coarse:min-h-11"
    >
      <span dir="auto" className="min-w-0 flex-1 truncate text-left">
        {label}
      </span>
      {shared && (
        <span title={words.sharedView}>
          <Users aria-hidden className="size-4 text-muted" />
          <span className="sr-only">{words.sharedView}</span>
        </span>
      )}
      {count !== undefined && count > 0 && (
        <>
          <Count n={count} />
          <span className="sr-only">{words.count(count)}</span>
        </>
      )}
    </button>
  );
}

/** Saves the present filter under a name, or changes a view that was saved. */
function Editor({ view, onDone }: { view: SavedView | undefined; onDone: () => void }) {
  const words = useListWords();
  const queries = useQueryClient();
  const filter = useFilter();
  const apply = useApply();
  const { session } = useAccount();
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const [fresh, setFresh] = useState(!view);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  const run = async (what: () => Promise<unknown>) => {
    setBusy(true);
    setError("");
    try {
      await what();
      await queries.invalidateQueries({ queryKey: savedViewsKey });
      onDone();
    } catch (cause) {
      setError((cause instanceof Error && cause.message) || words.viewFailed);
      setBusy(false);
    }
  };
  const save = () => {
    if (!name.trim()) {
      setError(words.viewNameMissing);
      form.current?.querySelector("input")?.focus();
      return;
    }
    const body = { name: name.trim(), shared, filter: fresh || !view ? asked(filter) : view.filter };
    void run(() => (view ? calls.changeView(view.id, body) : calls.saveView(body)));
  };
  return (
    <form
      ref={form}
      className="flex flex-col gap-2 p-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) save();
      }}
    >
      <p className="font-semibold">{view ? words.editView(view.name) : words.saveView}</p>
      <Field
        label={words.viewName}
        value={name}
        maxLength={60}
        error={error || undefined}
        onChange={(event) => {
          setName(event.target.value);
          setError("");
        }}
      />
      {may(session.user.role, "supervisor") && (
        <Toggle label={words.share} hint={words.shareHint} checked={shared} onChange={setShared} />
      )}
      {view && !sameFilter(filterOf(view), filter) && (
        <Toggle label={words.useFilter} hint={words.useFilterHint} checked={fresh} onChange={setFresh} />
      )}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" disabled={busy}>
          {words.save}
        </Button>
        <Button onClick={onDone}>{words.cancel}</Button>
        {view && (
          <Button
            kind="danger"
            disabled={busy}
            className="ml-auto"
            onClick={() =>
              void run(async () => {
                await calls.deleteView(view.id);
                if (sameFilter(filterOf(view), filter)) apply(everything);
              })
            }
          >
            {words.deleteView}
          </Button>
        )}
      </div>
    </form>
  );
}
