import { Users } from "lucide-react";
import { useState } from "react";
import type { Detail } from "../../api";
import { usePeople } from "../../context";
import type { Person as Colleague } from "../calls";
import { plain } from "../compose/canned";
import { useRoster } from "../talk/roster";
import type { Change } from "./changes";
import { eligible } from "./eligible";
import { type Option, Picker } from "./Picker";
import { type ActWords, useActWords } from "./words";

const dots = { online: "bg-ok", away: "bg-warn", offline: "bg-line-strong" } as const;

/** Gives the conversation to a colleague or a team, with a word to them. */
export function Assign({ detail, onPick }: { detail: Detail; onPick: (change: Change) => void }) {
  const words = useActWords();
  const { me } = usePeople();
  const roster = useRoster();
  const [query, setQuery] = useState("");
  const [note, setNote] = useState("");
  const { here, offline } = eligible(roster.people, detail.owner === "agent" ? detail.agent : undefined, me);
  const fits = (name: string) => plain(name).includes(plain(query.trim()));
  const people = here.filter((p) => fits(p.name));
  const teams = roster.teams.filter((t) => fits(t.name) && (detail.owner === "agent" || t.id !== detail.team));
  const online = (members: string[]) =>
    here.filter((p) => p.presence === "online" && members.includes(p.id)).length +
    (detail.agent && members.includes(detail.agent) ? 1 : 0);
  const options: Option[] = [
    ...people.map((p) => ({ key: `p${p.id}`, content: <Person person={p} me={p.id === me} words={words} /> })),
    ...teams.map((t) => ({
      key: `t${t.id}`,
      content: (
        <>
          <Users aria-hidden className="size-4 shrink-0 text-muted" />
          <span className="min-w-0 flex-1 truncate">{t.name}</span>
          <span className="shrink-0 text-meta text-muted">
            {words.team} · {words.online(online(t.members))}
          </span>
        </>
      ),
    })),
  ];
  const pick = (key: string) => {
    const id = key.slice(1);
    const to = key.startsWith("p")
      ? { userId: id, name: roster.nameOf(id) ?? "" }
      : { teamId: id, name: roster.teamName(id) ?? "" };
    onPick({ kind: "assign", to, ...(note.trim() ? { note: note.trim() } : {}) });
  };
  return (
    <>
      <Picker
        label={words.assignTo}
        placeholder={words.findColleague}
        query={query}
        onQuery={setQuery}
        options={options}
        onPick={pick}
        empty={
          roster.people.length === 0 && roster.failed
            ? words.rosterFailed
            : query.trim()
              ? words.nobodyFits
              : words.nobodyHere
        }
        between={
          <input
            aria-label={words.assignNote}
            placeholder={words.assignNote}
            value={note}
            onChange={(event) => setNote(event.target.value)}
            maxLength={2000}
            className="min-h-8 w-full rounded-md border border-line bg-note-soft px-2.5 pointer-coarse:min-h-11"
          />
        }
      />
      {offline > 0 && <p className="px-1 text-meta text-muted">{words.offline(offline)}</p>}
    </>
  );
}

function Person({ person: p, me, words }: { person: Colleague; me: boolean; words: ActWords }) {
  const full = p.load >= p.capacity;
  return (
    <>
      <span aria-hidden className={`size-2 shrink-0 rounded-full ${dots[p.presence]}`} />
      <span className="min-w-0 flex-1 truncate">
        {me ? words.meFirst : p.name}
        <span className="sr-only"> {words.presence[p.presence]}</span>
      </span>
      <span aria-hidden className="h-1 w-10 shrink-0 overflow-hidden rounded-full bg-line">
        <span
          className={`block h-full ${full ? "bg-warn" : "bg-agent"}`}
          style={{ width: `${Math.min(100, (100 * p.load) / Math.max(p.capacity, 1))}%` }}
        />
      </span>
      <span className={`tabular w-16 shrink-0 text-right text-meta ${full ? "text-warn" : "text-muted"}`}>
        {full ? words.full : words.load(p.load, p.capacity)}
      </span>
    </>
  );
}
