import { Users } from "lucide-react";
import { useState } from "react";
import { usePeople } from "../../context";
import { find } from "../../fuzzy";
import { Dot } from "../../shell/Dot";
import { eligible } from "../act/eligible";
import { Picker } from "../act/Picker";
import { useActWords } from "../act/words";
import { useRoster } from "../talk/roster";

/** Who may get the selected conversations; who is there and has room comes first. */
export function Assign({ onAssign }: { onAssign: (to: { userId: string } | { teamId: string }) => void }) {
  const words = useActWords();
  const { me } = usePeople();
  const roster = useRoster();
  const [query, setQuery] = useState("");
  const { here, offline } = eligible(roster.people, undefined);
  const all = [
    ...here.map((p) => ({
      key: p.id,
      name: p.name,
      to: { userId: p.id },
      content: (
        <>
          <Dot presence={p.presence} />
          <span dir="auto" className="min-w-0 flex-1 truncate text-left">
            {p.id === me ? words.meFirst : p.name}
            <span className="sr-only"> {words.presence[p.presence]}</span>
          </span>
          <span className="tabular shrink-0 text-meta text-muted">
            {p.load >= p.capacity ? words.full : words.load(p.load, p.capacity)}
          </span>
        </>
      ),
    })),
    ...roster.teams.map((t) => ({
      key: t.id,
      name: t.name,
      to: { teamId: t.id },
      content: (
        <>
          <Users aria-hidden className="size-4 shrink-0 text-muted" />
          <span dir="auto" className="min-w-0 flex-1 truncate text-left">
            {t.name}
          </span>
          <span className="shrink-0 text-meta text-muted">{words.team}</span>
        </>
      ),
    })),
  ];
  const options = find(all, (o) => o.name, query).map((f) => f.thing);
  return (
    <>
      <Picker
        label={words.assignTo}
        placeholder={words.findColleague}
        query={query}
        onQuery={setQuery}
        options={options}
        onPick={(key) => {
          const to = all.find((o) => o.key === key)?.to;
          if (to) onAssign(to);
        }}
        empty={roster.people.length === 0 && roster.failed ? words.rosterFailed : words.nobodyFits}
      />
      {offline > 0 && <p className="px-1 text-meta text-muted">{words.offline(offline)}</p>}
    </>
  );
}
