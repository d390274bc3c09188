import { AtSign, Bot, Check, ChevronsUp, Eye, Headset, Moon, PenLine, TriangleAlert } from "lucide-react";
import { type MouseEvent, memo } from "react";
import { Link } from "wouter";
import { useNow } from "../../../ui/now";
import { Ring } from "../../../ui/Ring";
import { useFormat } from "../../../words/locale";
import { useActivity } from "../../context";
import { Avatar } from "../../shell/Avatar";
import { useWords } from "../../words";
import type { Listed, Person } from "../calls";
import { marked } from "../filter";
import { nameOf } from "../Owner";
import { useListWords } from "./words";

export interface RowProps {
  conversation: Listed;
  href: string;
  chosen: boolean;
  selected: boolean;
  /** Rows are being selected: every row shows its box. */
  selecting: boolean;
  /** Why the last action on this row did not work. */
  failed: string | undefined;
  /** The agent who owns it, where known. */
  agent: Person | undefined;
  q: string;
  onSelect: (id: string, extend: boolean) => void;
}

/** A row of 64 px: who may speak, who writes, the last line and what there is to know; unread shows as weight. */
export const Row = memo(function Row(props: RowProps) {
  const { conversation: c, href, chosen, selected, failed, q, onSelect } = props;
  const words = useWords();
  const list = useListWords();
  const format = useFormat();
  const now = useNow();
  const name = nameOf(c.contact);
  const extend = (event: MouseEvent) => {
    if (!event.shiftKey) return;
    event.preventDefault();
    onSelect(c.id, true);
  };
  return (
    <div
      data-row={c.id}
      className={`group relative flex h-16 border-line border-b transition-colors ${selected || chosen ? "bg-accent-soft" : "hover:bg-bg"}`}
    >
      <Pick {...props} name={name} now={now} />
      <Link
        href={href}
        aria-current={chosen ? "true" : undefined}
        onClickCapture={extend}
        className="flex min-w-0 flex-1 flex-col justify-center py-1 pr-3 outline-offset-[-2px]"
      >
        <span className="flex items-baseline gap-2">
          <span dir="auto" className={`min-w-0 flex-1 truncate text-left ${c.unread ? "font-semibold" : ""}`}>
            <Marked text={name} q={q} />
            {q && c.contact.phone && c.contact.phone !== name && (
              <span className="tabular pl-2 font-normal text-meta text-muted">
                <Marked text={c.contact.phone} q={q} />
              </span>
            )}
          </span>
          {c.unread && <span className="sr-only">{list.unread}</span>}
          <time
            dateTime={c.lastAt}
            className={`tabular shrink-0 text-meta ${c.unread ? "font-medium text-text" : "text-muted"}`}
            title={format.exact(c.lastAt)}
          >
            {format.age(c.lastAt, now)}
          </time>
        </span>
        {failed ? (
          <span className="flex items-center gap-1 text-danger text-meta" title={failed}>
            <TriangleAlert aria-hidden className="size-3.5 shrink-0" />
            <span className="truncate">{failed}</span>
          </span>
        ) : (
          <span dir="auto" className={`truncate text-left leading-[18px] ${c.unread ? "text-text" : "text-muted"}`}>
            <Marked text={c.lastText || words.noText} q={q} />
          </span>
        )}
        <Facts conversation={c} agent={props.agent} q={q} now={now} />
      </Link>
    </div>
  );
});

/** Who may speak; under the pointer, or while rows are selected, the box that selects the row. */
function Pick({
  conversation: c,
  agent,
  selected,
  selecting,
  onSelect,
  name,
  now,
}: RowProps & { name: string; now: number }) {
  const list = useListWords();
  const shown = selecting || selected;
  return (
    <label className="relative flex w-14 shrink-0 items-center justify-center has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent -outline-offset-2">
      <span className={shown ? "hidden" : "contents pointer-fine:group-hover:hidden group-has-[:checked]:hidden"}>
        <Mark conversation={c} agent={agent} now={now} />
      </span>
      <input
        type="checkbox"
        aria-label={list.select(name)}
        checked={selected}
        tabIndex={shown ? 0 : -1}
        onChange={(event) => onSelect(c.id, (event.nativeEvent as globalThis.MouseEvent).shiftKey === true)}
        className={`size-4 accent-accent ${shown ? "" : "absolute opacity-0 pointer-fine:group-hover:static pointer-fine:group-hover:opacity-100"}`}
      />
    </label>
  );
}

/** Who may speak: the bot's mark, an agent's initials and presence, or how long the queue has kept somebody waiting. */
function Mark({ conversation: c, agent, now }: { conversation: Listed; agent: Person | undefined; now: number }) {
  const words = useWords();
  const list = useListWords();
  const format = useFormat();
  if (c.owner === "queue") {
    const waited = Math.max(0, now - Date.parse(c.queuedAt ?? c.lastAt));
    const span = list.waits(waited < 60_000 ? words.underAMinute : format.span(waited));
    return (
      <span
        title={span}
        className="tabular flex size-8 items-center justify-center rounded-full bg-warn-soft font-medium text-meta text-warn"
      >
        <span aria-hidden>{short(list, waited)}</span>
        <span className="sr-only">{span}</span>
      </span>
    );
  }
  if (c.owner === "agent") {
    const named = agent?.name ?? c.agentName;
    const who = named ?? words.someone;
    return (
      <span title={list.owned(who)} className="inline-flex">
        {named ? (
          <Avatar name={who} presence={agent?.presence} />
        ) : (
          <span className="flex size-8 items-center justify-center rounded-full bg-agent-soft text-agent">
            <Headset aria-hidden className="size-[18px]" />
          </span>
        )}
        <span className="sr-only">{list.owned(who)}</span>
      </span>
    );
  }
  const bot = c.owner === "bot";
  const Icon = bot ? Bot : Check;
  return (
    <span
      className={`flex size-8 items-center justify-center ${bot ? "rounded-md bg-bot-soft text-bot" : "rounded-full bg-sunken text-muted"}`}
    >
      <Icon aria-hidden className="size-[18px]" />
      <span className="sr-only">{words.ownerIs(words.owners[c.owner])}</span>
    </span>
  );
}

/** A wait that fits into a mark: minutes, hours or days. */
function short({ short: units }: ReturnType<typeof useListWords>, ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return units.minute(minutes);
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? units.hour(hours) : units.day(Math.min(99, Math.floor(hours / 24)));
}

/** The line of small things: owner, language, tags; then priority, mention, snooze, who is there, and the window. */
function Facts({
  conversation: c,
  agent,
  q,
  now,
}: {
  conversation: Listed;
  agent: Person | undefined;
  q: string;
  now: number;
}) {
  const words = useWords();
  const list = useListWords();
  const format = useFormat();
  const owner = c.owner === "agent" ? (agent?.name ?? c.agentName ?? words.owners.agent) : words.owners[c.owner];
  const left = c.windowUntil ? Date.parse(c.windowUntil) - now : 0;
  const ring = !c.windowUntil ? words.windowNone : left > 0 ? words.windowLeft(format.span(left)) : words.windowClosed;
  return (
    <span className="flex items-center gap-1.5 text-meta text-muted">
      <span className="flex min-w-0 flex-1 items-center gap-1.5 overflow-hidden whitespace-nowrap">
        <span aria-hidden className="max-w-28 shrink-0 truncate">
          {owner}
        </span>
        {c.language && (
          <span className="shrink-0 uppercase" title={format.language(c.language)}>
            {c.language}
          </span>
        )}
        {c.tags?.map((tag) => (
          <span key={tag} dir="auto" className="max-w-24 shrink-0 truncate rounded-sm bg-sunken px-1 text-text">
            <Marked text={tag} q={q} />
          </span>
        ))}
      </span>
      <At id={c.id} />
      {c.mentioned && <Sign icon={AtSign} label={list.mentioned} className="text-note" />}
      {c.snoozedUntil && <Sign icon={Moon} label={list.snoozedUntil(format.exact(c.snoozedUntil))} />}
      {c.priority && c.priority !== "normal" && (
        <Sign
          icon={ChevronsUp}
          label={list.priorities[c.priority]}
          className={c.priority === "urgent" ? "text-danger" : "text-warn"}
        />
      )}
      <span title={ring} className="inline-flex shrink-0">
        <Ring left={left} />
        <span className="sr-only">{ring}</span>
      </span>
    </span>
  );
}

/** Colleagues who are at this conversation now. */
function At({ id }: { id: string }) {
  const list = useListWords();
  const there = useActivity(id);
  if (there.length === 0) return null;
  const writes = there.find((p) => p.doing === "typing");
  if (writes) return <Sign icon={PenLine} label={list.typing(writes.name)} className="text-agent" />;
  return <Sign icon={Eye} label={there.length === 1 ? list.atIt(there[0]?.name ?? "") : list.atItMany(there.length)} />;
}

function Sign({ icon: Icon, label, className = "" }: { icon: typeof Eye; label: string; className?: string }) {
  return (
    <span title={label} className={`inline-flex shrink-0 ${className}`}>
      <Icon aria-hidden className="size-3.5" />
      <span className="sr-only">{label}</span>
    </span>
  );
}

/** A text with what the search found in it. */
function Marked({ text, q }: { text: string; q: string }) {
  if (!q) return text;
  return marked(text, q).map((part, n) =>
    part.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name.
      <mark key={n} className="rounded-[2px] bg-note-soft text-note">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
