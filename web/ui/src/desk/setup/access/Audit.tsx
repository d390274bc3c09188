import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Check, ScrollText, ShieldX, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../ui/Button";
import { Choice } from "../../../ui/Field";
import { Loaded } from "../../../ui/Loaded";
import { useNow } from "../../../ui/now";
import { Empty } from "../../../ui/States";
import { useFormat } from "../../../words/locale";
import { team } from "../../team/api";
import { useWords as useDeskWords } from "../../words";
import { access, type Entry } from "./api";
import { Section } from "./parts";
import { useWords } from "./words";

/** Who changed what, when and from where. */
export function Audit() {
  const words = useWords();
  const desk = useDeskWords();
  const [actor, setActor] = useState("");
  const [action, setAction] = useState("");
  const users = useQuery({ queryKey: ["users"], queryFn: team.users });
  const tokens = useQuery({ queryKey: ["tokens"], queryFn: access.tokens });
  const query = useInfiniteQuery({
    queryKey: ["audit", actor, action],
    queryFn: ({ pageParam }) =>
      access.audit({
        ...(actor ? { actor } : {}),
        ...(action ? { action } : {}),
        ...(pageParam ? { before: pageParam } : {}),
      }),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor || undefined,
    // What was just done is what one looks for.
    refetchOnMount: "always",
  });
  const actors = [
    { value: "", label: words.anybody },
    ...(users.data ?? []).map((u) => ({ value: u.id, label: u.name })),
    ...(tokens.data?.items ?? []).map((t) => ({ value: `token:${t.id}`, label: `${t.name} …${t.hint}` })),
  ];
  const names = new Map([
    ...(users.data ?? []).map((u): [string, string] => [`users/${u.id}`, u.name]),
    ...(tokens.data?.items ?? []).map((t): [string, string] => [`tokens/${t.id}`, `${t.name} …${t.hint}`]),
  ]);
  const known = query.data?.pages[0]?.actions ?? [];
  const actions = known
    .map((value) => ({ value, label: words.actions[value] ?? value }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Section title={desk.sections.audit} about={words.auditAbout}>
      <div className="flex flex-wrap gap-3 px-4 pt-4 pb-2 md:px-6">
        <Choice
          label={words.auditActor}
          value={actor}
          options={actors}
          onChange={(event) => setActor(event.target.value)}
          className="w-full max-w-64"
        />
        <Choice
          label={words.auditAction}
          value={action}
          options={[
            { value: "", label: words.anything },
            ...(action && !known.includes(action) ? [{ value: action, label: words.actions[action] ?? action }] : []),
            ...actions,
          ]}
          onChange={(event) => setAction(event.target.value)}
          className="w-full max-w-64"
        />
      </div>
      <Loaded query={query} failed={words.auditFailed} cure={words.gatewayCure}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.items);
          if (entries.length === 0)
            return (
              <Empty icon={ScrollText} title={words.auditEmpty}>
                {words.auditEmptyDo}
              </Empty>
            );
          return (
            <>
              <table className="w-full max-w-6xl border-collapse md:mx-4">
                <thead className="sr-only md:not-sr-only">
                  <tr className="text-left text-meta text-muted">
                    {[words.auditTime, words.auditActor, words.auditAction, words.auditTarget, words.auditAddress].map(
                      (head) => (
                        <th key={head} scope="col" className="px-2 py-1 font-medium">
                          {head}
                        </th>
                      ),
                    )}
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <EntryRow key={entry.id} entry={entry} target={names.get(entry.target)} />
                  ))}
                </tbody>
              </table>
              {query.hasNextPage && (
                <div className="flex justify-center p-4">
                  <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {words.more}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

const marks = {
  done: { icon: Check, colour: "text-muted" },
  refused: { icon: ShieldX, colour: "text-danger" },
  failed: { icon: TriangleAlert, colour: "text-warn" },
};

function EntryRow({ entry, target }: { entry: Entry; target: string | undefined }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const { icon: Mark, colour } = marks[entry.outcome];
  return (
    <tr className="grid grid-cols-[auto_1fr] gap-x-3 border-line border-t px-4 py-2 md:table-row md:px-0">
      <td className="tabular order-1 whitespace-nowrap text-meta text-muted md:w-28 md:px-2 md:py-2">
        <time dateTime={entry.at} title={format.exact(entry.at)}>
          {format.age(entry.at, now)} <span className="hidden md:inline">{format.clock(entry.at)}</span>
        </time>
      </td>
      <td className="order-2 min-w-0 font-medium md:w-44 md:max-w-44 md:truncate md:px-2">
        <bdi>{entry.actorName || entry.actor || words.nobody}</bdi>
      </td>
      <td className="order-3 col-span-2 md:px-2">
        <span className={`inline-flex items-center gap-1.5 ${entry.outcome === "done" ? "" : colour}`}>
          <Mark aria-hidden className={`size-4 shrink-0 ${colour}`} />
          <span>
            {words.actions[entry.action] ?? entry.action}
            <span className={entry.outcome === "done" ? "sr-only" : ""}>
              {" "}
              · {words.outcomes[entry.outcome]}
              {entry.outcome !== "done" && ` (${entry.status})`}
            </span>
          </span>
        </span>
      </td>
      <td className="order-4 col-span-2 max-w-full truncate text-meta text-muted md:max-w-72 md:px-2">
        {target ? (
          <bdi title={entry.target}>{target}</bdi>
        ) : (
          entry.target && (
            <code className="font-mono" title={entry.target}>
              {entry.target}
            </code>
          )
        )}
      </td>
      <td className="tabular order-5 col-span-2 whitespace-nowrap text-meta text-muted md:px-2">{entry.address}</td>
    </tr>
  );
}
