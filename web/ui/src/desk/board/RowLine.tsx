import {
  Check,
  CircleDashed,
  Eye,
  Hourglass,
  type LucideIcon,
  MessageCircleWarning,
  Moon,
  TimerOff,
  UserPlus,
} from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Link } from "wouter";
import { Button, Hint, IconButton } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { useFormat } from "../../words/locale";
import { useDesk } from "../context";
import { nameOf } from "../inbox/Owner";
import { WindowRing } from "../inbox/WindowRing";
import type { Agent, Row, Why } from "./api";
import { Presence } from "./Presence";
import { useBoardWords } from "./words";

const looks: Record<Why, { icon: LucideIcon; tone: string }> = {
  window: { icon: TimerOff, tone: "text-danger" },
  queue: { icon: Hourglass, tone: "text-warn" },
  unanswered: { icon: MessageCircleWarning, tone: "text-warn" },
  silent: { icon: Moon, tone: "text-muted" },
};

/** To whom or where a conversation is given. */
export interface Destination {
  to: { userId: string } | { teamId: string };
  name: string;
}

/** One conversation that needs somebody. */
export function RowLine({
  row,
  settled,
  busy,
  people,
  act,
}: {
  row: Row;
  settled: boolean;
  busy: boolean;
  people: readonly Agent[];
  act: (row: Row, to: "me" | Destination) => void;
}) {
  const words = useBoardWords();
  const format = useFormat();
  const now = useNow();
  const { icon: Icon, tone } = looks[row.why];
  const { roster } = useDesk();
  const { teams } = useSyncExternalStore(roster.store.subscribe, roster.store.snapshot);
  const team = teams.find((t) => t.id === row.team)?.name;
  const waited = Math.max(0, now - Date.parse(row.waitingSince));
  return (
    <li
      className={`group grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-line border-t py-2 lg:grid-cols-[minmax(0,1fr)_10rem_5.5rem_9rem_1.25rem_auto] ${settled ? "opacity-50" : ""}`}
    >
      <div className="min-w-0">
        <p className="flex items-center gap-2">
          <Link
            href={`/conversations/${row.id}?watch=1`}
            dir="auto"
            className="min-w-0 truncate font-medium hover:underline"
          >
            {nameOf(row.contact)}
          </Link>
          {row.priority !== "normal" && (
            <span className="shrink-0 rounded-sm bg-danger-soft px-1.5 font-medium text-danger text-meta">
              {words.priority[row.priority]}
            </span>
          )}
          <span className="shrink-0 text-meta text-muted">{row.language}</span>
        </p>
        <p dir="auto" className="truncate text-meta text-muted">
          {row.lastText}
        </p>
      </div>
      <p className={`flex items-center gap-1.5 max-lg:order-3 max-lg:col-span-2 ${settled ? "text-muted" : tone}`}>
        {settled ? <Check aria-hidden className="size-4 shrink-0" /> : <Icon aria-hidden className="size-4 shrink-0" />}
        {settled ? (
          words.done
        ) : (
          <Hint label={words.whyAbout[row.why]} side="top">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the hint must be reachable by keyboard. */}
            <span tabIndex={0}>{words.whys[row.why]}</span>
          </Hint>
        )}
        <span className="tabular text-muted lg:hidden">
          · {format.age(row.waitingSince, now)} · {row.agentName || team || words.nobody}
        </span>
      </p>
      <time className="tabular whitespace-nowrap max-lg:hidden" title={format.exact(row.waitingSince)}>
        {waited < 60_000 ? format.age(row.waitingSince, now) : format.span(waited)}
      </time>
      <p className="min-w-0 max-lg:hidden">
        <span className="block truncate">{row.agentName || <span className="text-muted">{words.nobody}</span>}</span>
        {team && <span className="block truncate text-meta text-muted">{team}</span>}
      </p>
      <span className="max-lg:hidden">
        <WindowRing until={row.windowUntil} now={now} />
      </span>
      <div className="flex items-center justify-end gap-1">
        <Hint label={words.watch}>
          <Link
            href={`/conversations/${row.id}?watch=1`}
            aria-label={`${words.watch}: ${nameOf(row.contact)}`}
            className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-sunken pointer-coarse:size-11"
          >
            <Eye aria-hidden className="size-[18px]" />
          </Link>
        </Hint>
        <Assign row={row} people={people} teams={teams} disabled={busy || settled} act={act} />
        <Button disabled={busy || settled} onClick={() => act(row, "me")}>
          {words.take}
        </Button>
      </div>
    </li>
  );
}

function Assign({
  row,
  people,
  teams,
  disabled,
  act,
}: {
  row: Row;
  people: readonly Agent[];
  teams: readonly { id: string; name: string }[];
  disabled: boolean;
  act: (row: Row, to: Destination) => void;
}) {
  const words = useBoardWords();
  const rank = { online: 0, away: 1, offline: 2 };
  const sorted = people
    .filter((p) => p.id !== row.agent)
    .toSorted((a, b) => rank[a.presence] - rank[b.presence] || a.load - b.load);
  const item =
    "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 outline-none data-[highlighted]:bg-sunken pointer-coarse:min-h-11";
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton
          icon={UserPlus}
          label={words.assignTo(nameOf(row.contact))}
          disabled={disabled}
          className="text-muted"
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          data-board-menu
          align="end"
          collisionPadding={8}
          className="scroll-thin z-40 max-h-80 w-64 overflow-y-auto rounded-md border border-line bg-raised p-1 float"
        >
          <DropdownMenu.Label className="px-2 py-1 text-meta text-muted">{words.toPerson}</DropdownMenu.Label>
          {sorted.map((p) => (
            <DropdownMenu.Item
              key={p.id}
              className={item}
              onSelect={() => act(row, { to: { userId: p.id }, name: p.name })}
            >
              <Presence presence={p.presence} />
              <span className="min-w-0 flex-1 truncate">{p.name}</span>
              <span className={`tabular text-meta ${p.load >= p.capacity ? "text-warn" : "text-muted"}`}>
                {words.load(p.load, p.capacity)}
              </span>
            </DropdownMenu.Item>
          ))}
          {teams.length > 0 && (
            <DropdownMenu.Label className="px-2 pt-2 pb-1 text-meta text-muted">{words.toTeam}</DropdownMenu.Label>
          )}
          {teams.map((t) => (
            <DropdownMenu.Item
              key={t.id}
              className={item}
              onSelect={() => act(row, { to: { teamId: t.id }, name: t.name })}
            >
              <CircleDashed aria-hidden className="size-3.5 text-muted" />
              <span className="min-w-0 flex-1 truncate">{t.name}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
