import { useQueryClient } from "@tanstack/react-query";
import { Bot, CheckCheck, Hand, type LucideIcon, Moon, Tag, UserRoundPlus, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { Button, Hint, IconButton } from "../../../ui/Button";
import { useDesk, useDeskState } from "../../context";
import type { BulkAction, BulkOrder } from "../calls";
import { Assign } from "./Assign";
import { tagsKey, useTags } from "./Filters";
import { presets } from "./snooze";
import { useListWords } from "./words";

/** What can be done to all selected rows at once, and how it went. */
export function BulkBar() {
  const words = useListWords();
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
            label={words.actions.take}
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
              <p className="px-2 pb-1 font-semibold">{words.how}</p>
              {(["solved", "unsolved", "spam", "other"] as const).map((outcome) => (
                <Item
                  key={outcome}
                  label={words.outcomes[outcome]}
                  onClick={() => void act({ action: "resolve", outcome })}
                />
              ))}
            </>,
          )}
          <IconButton
            icon={Bot}
            label={words.actions.pass_back}
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
  const words = useListWords();
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger
        aria-label={words.actions[action]}
        title={words.actions[action]}
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
          aria-label={words.actions[action]}
          className="z-50 flex w-64 animate-rise flex-col rounded-xl border border-line bg-raised p-2 text-text float outline-none"
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Item({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex min-h-8 items-center rounded-md px-2 text-left transition-colors hover:bg-sunken pointer-coarse:min-h-11"
    >
      <span dir="auto" className="min-w-0 truncate">
        {label}
      </span>
    </button>
  );
}

function AddTag({ onAdd }: { onAdd: (tag: string) => void }) {
  const words = useListWords();
  const known = useTags(true).data?.items ?? [];
  const [text, setText] = useState("");
  const like = known.filter((t) => t.tag.toLowerCase().includes(text.trim().toLowerCase())).slice(0, 8);
  return (
    <form
      className="flex flex-col gap-1"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) onAdd(text.trim());
      }}
    >
      <div className="flex gap-2 p-1">
        <input
          aria-label={words.addTag}
          placeholder={words.addTag}
          value={text}
          maxLength={40}
          onChange={(event) => setText(event.target.value)}
          className="min-h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2.5 pointer-coarse:min-h-11"
        />
        <Button type="submit" disabled={!text.trim()}>
          {words.add}
        </Button>
      </div>
      {like.map((t) => (
        <Item key={t.tag} label={t.tag} onClick={() => onAdd(t.tag)} />
      ))}
    </form>
  );
}

/** When a conversation comes back; without a time it comes back now. */
function Snooze({ onSnooze }: { onSnooze: (until: string | undefined) => void }) {
  const words = useListWords();
  const [own, setOwn] = useState("");
  const [past, setPast] = useState(false);
  const now = new Date();
  return (
    <>
      <p className="px-2 pb-1 font-semibold">{words.until}</p>
      {presets(now).map(({ name, until }) => (
        <Item key={name} label={words[name]} onClick={() => onSnooze(until.toISOString())} />
      ))}
      <form
        className="flex flex-col gap-1 px-2 py-2"
        onSubmit={(event) => {
          event.preventDefault();
          const until = new Date(own);
          if (Number.isNaN(until.getTime())) return;
          if (until <= new Date()) setPast(true);
          else onSnooze(until.toISOString());
        }}
      >
        <label className="flex flex-col gap-1 font-medium text-meta">
          {words.ownTime}
          <span className="flex gap-2">
            <input
              type="datetime-local"
              value={own}
              aria-invalid={past || undefined}
              onChange={(event) => {
                setOwn(event.target.value);
                setPast(false);
              }}
              className="min-h-8 min-w-0 flex-1 rounded-md border border-line-strong bg-surface px-2 font-normal pointer-coarse:min-h-11"
            />
            <Button type="submit" disabled={!own} icon={Moon} aria-label={words.actions.snooze} />
          </span>
        </label>
        {past && (
          <p role="alert" className="text-danger text-meta">
            {words.past}
          </p>
        )}
      </form>
      <Item label={words.wake} onClick={() => onSnooze(undefined)} />
    </>
  );
}
