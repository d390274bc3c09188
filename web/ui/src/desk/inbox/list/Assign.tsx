import { Users } from "lucide-react";
import { useId, useState, useSyncExternalStore } from "react";
import { useAccount, useDesk, usePeopleById } from "../../context";
import { find } from "../../fuzzy";
import type { Person, Team } from "../calls";
import { initials } from "./Row";
import { useListWords } from "./words";

type Target = { kind: "person"; person: Person } | { kind: "team"; team: Team };

const ranks = { online: 0, away: 1, offline: 2 } as const;
const dots = { online: "bg-ok", away: "bg-warn", offline: "bg-line-strong" } as const;

/** Who may get a conversation, by name; who is there and has room comes first. */
export function Assign({ onAssign }: { onAssign: (to: { userId: string } | { teamId: string }) => void }) {
  const words = useListWords();
  const desk = useDesk();
  const people = usePeopleById();
  const { session } = useAccount();
  const { teams } = useSyncExternalStore(desk.roster.store.subscribe, desk.roster.store.snapshot);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();

  const free = (p: Person) => ranks[p.presence] * 2 + (p.capacity > 0 && p.load >= p.capacity ? 1 : 0);
  const all: Target[] = [
    ...Object.values(people)
      .filter((p) => !p.disabled)
      .sort((a, b) => free(a) - free(b) || a.name.localeCompare(b.name))
      .map((person): Target => ({ kind: "person", person })),
    ...teams.map((team): Target => ({ kind: "team", team })),
  ];
  const nameOf = (t: Target) => (t.kind === "person" ? t.person.name : t.team.name);
  const found = find(all, nameOf, text)
    .map(({ thing }) => thing)
    .slice(0, 50);
  const assign = (t: Target | undefined) => {
    if (t) onAssign(t.kind === "person" ? { userId: t.person.id } : { teamId: t.team.id });
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        aria-label={words.findPerson}
        placeholder={words.findPerson}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step) {
            event.preventDefault();
            setAt((now) => Math.max(0, Math.min(found.length - 1, now + step)));
          } else if (event.key === "Enter") {
            event.preventDefault();
            assign(found[at]);
          }
        }}
        className="mb-1 min-h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 pointer-coarse:min-h-11"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={words.assignTo}
        className="scroll-thin flex max-h-64 flex-col overflow-y-auto"
      >
        {found.map((t, n) => (
          <div
            key={t.kind === "person" ? t.person.id : t.team.id}
            id={`${id}-${n}`}
            role="option"
            aria-selected={n === at}
            tabIndex={-1}
            onClick={() => assign(t)}
            onKeyDown={(event) => event.key === "Enter" && assign(t)}
            className="flex min-h-9 shrink-0 cursor-pointer items-center gap-2 rounded-md px-2 hover:bg-sunken aria-selected:bg-sunken pointer-coarse:min-h-11"
          >
            {t.kind === "person" ? (
              <>
                <span
                  aria-hidden
                  className="relative flex size-6 shrink-0 items-center justify-center rounded-full bg-agent-soft font-semibold text-[10px] text-agent"
                >
                  {initials(t.person.name)}
                  <span
                    className={`absolute -right-0.5 -bottom-0.5 size-2 rounded-full border border-raised ${dots[t.person.presence]}`}
                  />
                </span>
                <span dir="auto" className="min-w-0 flex-1 truncate text-left">
                  {t.person.name}
                  {t.person.id === session.user.id && <span className="text-muted"> · {words.me}</span>}
                </span>
                <span className="sr-only">{words.presence[t.person.presence]}</span>
                <span className="tabular shrink-0 text-meta text-muted">
                  {words.load(t.person.load, t.person.capacity)}
                </span>
              </>
            ) : (
              <>
                <span aria-hidden className="flex size-6 shrink-0 items-center justify-center rounded-md bg-sunken">
                  <Users className="size-4" />
                </span>
                <span dir="auto" className="min-w-0 flex-1 truncate text-left">
                  {t.team.name}
                </span>
              </>
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-2 py-1 text-muted">{words.nobodyFound}</p>}
    </>
  );
}
