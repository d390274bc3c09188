import { Users } from "lucide-react";
import { Popover } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Hint } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { Empty } from "../../ui/States";
import { useFormat } from "../../words/locale";
import { useAccount, useDesk, usePeopleById } from "../context";
import { Avatar } from "./Avatar";
import { useShellWords } from "./words";

const ranks = { online: 0, away: 1, offline: 2 } as const;

/** Who of my colleagues is there, and how much each has to do. */
export function Colleagues() {
  const words = useShellWords();
  const format = useFormat();
  const now = useNow();
  const desk = useDesk();
  const { session } = useAccount();
  const error = useSyncExternalStore(desk.roster.store.subscribe, () => desk.roster.store.snapshot().error);
  const people = Object.values(usePeopleById())
    .filter((p) => p.id !== session.user.id && !p.disabled)
    .sort((a, b) => ranks[a.presence] - ranks[b.presence] || a.name.localeCompare(b.name));
  const online = people.filter((p) => p.presence === "online").length;
  const label = words.colleaguesOnline(online);
  return (
    <Popover.Root>
      <Hint label={label} side="right">
        <Popover.Trigger
          aria-label={`${words.colleagues}, ${label}`}
          className="relative hidden size-10 items-center justify-center rounded-md text-muted hover:bg-sunken md:flex"
        >
          <Users aria-hidden className="size-5" />
          {online > 0 && (
            <span
              aria-hidden
              data-count={online}
              className="tabular absolute right-0.5 bottom-0.5 min-w-4 rounded-full bg-surface px-1 text-center font-semibold text-[11px] text-ok leading-4 after:content-[attr(data-count)]"
            />
          )}
        </Popover.Trigger>
      </Hint>
      <Popover.Portal>
        <Popover.Content
          side="right"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={words.colleagues}
          className="z-50 flex max-h-[70vh] w-80 animate-rise flex-col rounded-xl border border-line bg-raised py-3 text-text float outline-none"
        >
          <p className="px-4 pb-2 font-semibold">{words.colleagues}</p>
          {error && <p className="px-4 pb-2 text-meta text-warn">{words.colleaguesFailed}</p>}
          {people.length === 0 && !error && (
            <Empty icon={Users} title={words.colleaguesNone}>
              {words.colleaguesNoneDo}
            </Empty>
          )}
          <ul
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
            tabIndex={0}
            aria-label={words.colleagues}
            className="scroll-thin flex min-h-0 flex-col overflow-y-auto px-2"
          >
            {people.map((p) => (
              <li key={p.id} className="flex min-h-11 items-center gap-3 px-2">
                <Avatar name={p.name} presence={p.presence} />
                <span className="min-w-0 flex-1">
                  <span dir="auto" className="block truncate text-left font-medium">
                    {p.name}
                  </span>
                  <span className="block truncate text-meta text-muted">
                    {words.presence[p.presence]}
                    {p.presence !== "online" && p.presenceSince && ` · ${format.age(p.presenceSince, now)}`}
                  </span>
                </span>
                <span
                  className={`tabular shrink-0 text-meta ${p.capacity > 0 && p.load >= p.capacity ? "text-warn" : "text-muted"}`}
                  title={p.capacity > 0 ? words.load(p.load, p.capacity) : words.loadOpen(p.load)}
                >
                  <span aria-hidden>{p.capacity > 0 ? `${p.load} / ${p.capacity}` : p.load}</span>
                  <span className="sr-only">
                    {p.capacity > 0 ? words.load(p.load, p.capacity) : words.loadOpen(p.load)}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
