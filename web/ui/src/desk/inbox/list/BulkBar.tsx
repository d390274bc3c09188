import { useQueryClient } from "@tanstack/react-query";
import { Bot, CheckCheck, Hand, type LucideIcon, Moon, Tag, UserRoundPlus, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { Button, Hint, IconButton } from "../../../ui/Button";
import { useFormat } from "../../../words/locale";
import { useDesk, useDeskState } from "../../context";
import { find } from "../../fuzzy";
import { useWords } from "../../words";
import { Picker } from "../act/Picker";
import { fieldValue, presets } from "../act/snooze";
import { useActWords } from "../act/words";
import type { BulkAction, BulkOrder } from "../calls";
import { Assign } from "./Assign";
import { tagsKey, useTags } from "./Filters";
import { useListWords } from "./words";

/** What can be done to all selected rows at once, and how it went. */
export function BulkBar() {
  const words = useListWords();
  const actWords = useActWords();
  const { acts } = useWords().people;
  const desk = useDesk();
  const queries = useQueryClient();
  const { selection } = desk;
  const { ids, busy, done } = useSyncExternalStore(selection.store.subscribe, selection.store.snapshot);
  const loaded = useDeskState((s) => s.list.items.length);
  const [open, setOpen] = useState<BulkAction | undefined>();
  if (ids.size === 0 && !done) return null;

  const act = async (order: BulkOrder) => {
    setOpen(undefined);
    await selection.act(order, words.noReason);
    desk.tally.soon();
    if (order.action === "tag") void queries.invalidateQueries({ queryKey: tagsKey });
  };
  const menu = (action: BulkAction, icon: LucideIcon, body: ReactNode) => (
    <Menu
      action={action}
      icon={icon}
      open={open === action}
      onOpenChange={(to) => setOpen(to ? action : undefined)}
      disabled={!!busy}
    >
      {body}
    </Menu>
  );
  return (
    <div role="group" aria-label={words.bulk} className="flex flex-col gap-1 border-line border-t bg-raised p-2 float">
      <div className="flex items-center gap-2 pl-1">
        <p role="status" className="min-w-0 flex-1 text-meta">
          {busy ? (
            `${words.working}…`
          ) : done ? (
            <>
              {done.worked > 0 && `${words.worked(done.worked)} `}
              {done.failed > 0 && <span className="text-danger">{words.notWorked(done.failed)}</span>}
            </>
          ) : (
            <span className="font-semibold">{words.selected(ids.size)}</span>
          )}
        </p>
        {ids.size > 0 && ids.size < loaded && (
          <Hint label={words.selectAllHint}>
            <Button
              kind="quiet"
              className="text-accent"
              onClick={() => selection.all(desk.store.snapshot().list.items)}
            >
              {words.selectAll(loaded)}
            </Button>
          </Hint>
        )}
        <IconButton icon={X} label={words.clearSelection} side="top" onClick={() => selection.clear()} />
      </div>
      {ids.size > 0 && (
        <div className="flex justify-between">
          <IconButton
            icon={Hand}
            label={acts.accept}
            side="top"
            disabled={!!busy}
            onClick={() => void act({ action: "take" })}
          />
          {menu("assign", UserRoundPlus, <Assign onAssign={(to) => void act({ action: "assign", ...to })} />)}
          {menu("tag", Tag, <AddTag onAdd={(tag) => void act({ action: "tag", tag })} />)}
          {menu(
            "snooze",
            Moon,
            <Snooze onSnooze={(until) => void act({ action: "snooze", ...(until ? { until } : {}) })} />,
          )}
          {menu(
            "resolve",
            CheckCheck,
            <>
              <p className="px-2 font-semibold">{actWords.resolveAs}</p>
              <div className="flex flex-col">
                {(["solved", "unsolved", "spam", "other"] as const).map((outcome) => (
                  <Item
                    key={outcome}
                    label={actWords.outcomes[outcome]}
                    onClick={() => void act({ action: "resolve", outcome })}
                  />
                ))}
              </div>
            </>,
          )}
          <IconButton
            icon={Bot}
            label={acts.pass_back}
            side="top"
            disabled={!!busy}
            onClick={() => void act({ action: "pass_back" })}
          />
        </div>
      )}
    </div>
  );
}

function Menu({
  action,
  icon: Icon,
  open,
  onOpenChange,
  disabled,
  children,
}: {
  action: BulkAction;
  icon: LucideIcon;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  disabled: boolean;
  children: ReactNode;
}) {
  const { acts } = useWords().people;
  const label = action === "tag" ? acts.tags : action === "take" ? acts.accept : acts[action];
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger
        aria-label={label}
        title={label}
        disabled={disabled}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md transition-colors hover:bg-sunken disabled:opacity-50 data-[state=open]:bg-sunken pointer-coarse:size-11"
      >
        <Icon aria-hidden className="size-[18px]" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          sideOffset={8}
          collisionPadding={8}
          aria-label={label}
          className="z-50 flex w-72 animate-rise flex-col gap-2 rounded-xl border border-line bg-raised p-2 text-text float outline-none"
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Item({ label, detail = "", onClick }: { label: string; detail?: string; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex min-h-8 items-center gap-3 rounded-md px-2 text-left transition-colors hover:bg-sunken pointer-coarse:min-h-11"
    >
      <span dir="auto" className="min-w-0 flex-1 truncate text-left">
        {label}
      </span>
      {detail && <span className="tabular shrink-0 text-meta text-muted">{detail}</span>}
    </button>
  );
}

function AddTag({ onAdd }: { onAdd: (tag: string) => void }) {
  const words = useActWords();
  const known = useTags().data?.items ?? [];
  const [query, setQuery] = useState("");
  const wanted = query.trim().replace(/\s+/g, " ").slice(0, 40);
  const found = find(known, (t) => t.tag, wanted).map(({ thing }) => thing);
  const isNew = wanted !== "" && !known.some((t) => t.tag.toLowerCase() === wanted.toLowerCase());
  return (
    <Picker
      label={words.tags}
      placeholder={words.findTag}
      query={query}
      onQuery={setQuery}
      onPick={onAdd}
      empty={words.noTags}
      options={[
        ...found.map(({ tag, count }) => ({
          key: tag,
          content: (
            <>
              <span dir="auto" className="min-w-0 flex-1 truncate text-left">
                {tag}
              </span>
              <span className="shrink-0 text-meta text-muted">{words.used(count)}</span>
            </>
          ),
        })),
        ...(isNew ? [{ key: wanted, content: words.addTag(wanted) }] : []),
      ]}
    />
  );
}

/** When the conversations come back; without a time they come back now. */
function Snooze({ onSnooze }: { onSnooze: (until: string | undefined) => void }) {
  const words = useActWords();
  const format = useFormat();
  const [own, setOwn] = useState("");
  const [past, setPast] = useState(false);
  return (
    <>
      <p className="px-2 font-semibold">{words.snoozeUntil}</p>
      <div className="flex flex-col">
        {presets(new Date()).map(({ preset, until }) => (
          <Item
            key={preset}
            label={words[preset]}
            detail={format.time(until)}
            onClick={() => onSnooze(until.toISOString())}
          />
        ))}
        <Item label={words.wakeNow} onClick={() => onSnooze(undefined)} />
      </div>
      <form
        noValidate
        className="flex items-end gap-2 border-line border-t px-2 pt-2"
        onSubmit={(event) => {
          event.preventDefault();
          const until = new Date(own);
          if (until.getTime() > Date.now()) onSnooze(until.toISOString());
          else setPast(true);
        }}
      >
        <label className="flex min-w-0 flex-1 flex-col gap-1 font-medium text-meta">
          {words.custom}
          <input
            type="datetime-local"
            value={own}
            min={fieldValue(new Date())}
            aria-invalid={past || undefined}
            onChange={(event) => {
              setOwn(event.target.value);
              setPast(false);
            }}
            className="min-h-8 w-full rounded-md border border-line-strong bg-surface px-2 font-normal text-base pointer-coarse:min-h-11"
          />
        </label>
        <Button type="submit">{words.set}</Button>
      </form>
      {past && (
        <p role="alert" className="px-2 text-danger text-meta">
          {words.past}
        </p>
      )}
    </>
  );
}
