import { useQuery } from "@tanstack/react-query";
import { Route as RouteIcon, TriangleAlert } from "lucide-react";
import { Link } from "wouter";
import { CopyButton } from "../../../ui/Copy";
import { Loaded } from "../../../ui/Loaded";
import { useNow } from "../../../ui/now";
import { Empty } from "../../../ui/States";
import { useFormat } from "../../../words/locale";
import { useWords as useDeskWords } from "../../words";
import { Section } from "../access/parts";
import { type Route, type RouteSecret, setupApi, type Tier } from "./api";
import { useWords } from "./words";

/** By which addresses messages come in, and how that goes. */
export function Routes() {
  const words = useWords();
  const desk = useDeskWords();
  const query = useQuery({ queryKey: ["routes"], queryFn: setupApi.routes, refetchInterval: 3000 });
  return (
    <Section title={desk.sections.routes} about={words.routesAbout}>
      <Loaded query={query} failed={words.routesFailed} cure={words.gatewayCure}>
        {({ items, tiers }) =>
          items.length > 0 ? (
            <>
              <ul className="max-w-5xl md:px-4">
                {items.map((route) => (
                  <RouteRow key={route.id} route={route} many={new Set(items.map((r) => r.workspace)).size > 1} />
                ))}
              </ul>
              {tiers.map((tier) => (
                <TierRow key={tier.workspace} tier={tier} />
              ))}
            </>
          ) : (
            <Empty icon={RouteIcon} title={words.routesEmpty}>
              {words.routesEmptyDo}
            </Empty>
          )
        }
      </Loaded>
    </Section>
  );
}

function RouteRow({ route, many }: { route: Route; many: boolean }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const facts = [
    many && route.workspaceName,
    route.team && !route.teamMissing && words.team(route.team),
    route.language && words.speaks(format.language(route.language)),
    route.ownKnowledge && words.ownKnowledge,
    route.signed && words.signed,
  ].filter(Boolean);
  return (
    <li className="flex flex-col gap-3 border-line border-b px-4 py-4 last:border-b-0 md:px-2">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="font-semibold text-title">{route.id}</h2>
        <span className="rounded-sm bg-sunken px-1.5 text-meta text-muted">
          {route.specific ? words.keyword : words.catchAll}
        </span>
        {route.match && <code className="min-w-0 break-words font-mono text-meta">{route.match}</code>}
        <span
          className="tabular ml-auto text-meta text-muted"
          title={route.lastAt ? format.exact(route.lastAt) : undefined}
        >
          {route.lastAt ? words.lastSeen(format.age(route.lastAt, now)) : words.never}
        </span>
      </div>
      <div className="flex items-center gap-2">
        <code className="min-w-0 break-all font-mono text-meta text-muted">{route.url}</code>
        <CopyButton value={route.url} label={words.copyOf(route.url)} copied={words.copied} />
      </div>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        {(["received", "duplicates", "repaired", "unreadable", "rejected"] as const).map((what) => (
          <Count key={what} what={what} route={route} />
        ))}
      </dl>
      {route.teamMissing && <Warning>{words.teamMissing(route.team)}</Warning>}
      <div className="flex flex-col gap-1 text-meta text-muted">
        {facts.length > 0 && <p>{facts.join(" · ")}</p>}
        {route.secrets.map((secret) => (
          <Secret key={secret.fingerprint} secret={secret} others={route.secrets} now={now} />
        ))}
      </div>
    </li>
  );
}

/** How many people templates reached in 24 hours, of those whom the number may reach. */
function TierRow({ tier }: { tier: Tier }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const { people, limit, freeAt, workspaceName } = tier;
  const close = limit > 0 && people * 5 >= limit * 4;
  return (
    <section className="flex max-w-5xl flex-col gap-2 border-line border-t px-4 py-4 md:px-6">
      <h2 className="font-semibold text-title">{words.tierTitle(workspaceName)}</h2>
      <p className="tabular">
        {limit > 0 ? words.tierOf(format.number(people), format.number(limit)) : words.tierFree(people)}
      </p>
      {limit > 0 && (
        <meter
          aria-label={words.tierTitle(workspaceName)}
          min={0}
          max={limit}
          high={limit * 0.8}
          optimum={0}
          value={Math.min(people, limit)}
          className="h-2 w-full max-w-sm"
        />
      )}
      {freeAt ? (
        <Warning>{words.tierFull(`${format.day(freeAt, now)}, ${format.time(freeAt)}`)}</Warning>
      ) : (
        close && <Warning>{words.tierClose}</Warning>
      )}
      <p className="text-meta text-muted">{words.tierAbout}</p>
    </section>
  );
}

type What = "received" | "duplicates" | "repaired" | "unreadable" | "rejected";
/** What is wrong when there is any of it, and how wrong. */
const tones: Record<What, string> = {
  received: "",
  duplicates: "",
  repaired: "text-warn",
  unreadable: "text-danger",
  rejected: "text-danger",
};

function Count({ what, route }: { what: What; route: Route }) {
  const words = useWords();
  const format = useFormat();
  const n = route.today[what];
  return (
    <div title={words.countsAbout[what]}>
      <dt className="text-meta text-muted">{words.counts[what]}</dt>
      <dd>
        <span className={`tabular block font-semibold text-title ${n > 0 ? tones[what] : ""}`}>{format.number(n)}</span>
        <span className="tabular block text-meta text-muted">{words.week(format.number(route.week[what]))}</span>
        {what === "unreadable" && route.week.unreadable > 0 && (
          <Link href="/setup/unreadable" className="text-accent text-meta underline">
            {words.seeUnreadable}
          </Link>
        )}
      </dd>
    </div>
  );
}

function Warning({ children }: { children: string }) {
  return (
    <p className="flex items-start gap-2 rounded-md bg-warn-soft p-3 text-warn">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      {children}
    </p>
  );
}

const day = 86_400_000;
/** Days after which a secret ought to be changed. */
const old = 365;

function Secret({ secret, others, now }: { secret: RouteSecret; others: RouteSecret[]; now: number }) {
  const words = useWords();
  const format = useFormat();
  const since = secret.madeAt ?? secret.firstUsedAt;
  const days = since ? Math.floor((now - new Date(since).getTime()) / day) : 0;
  const age = secret.madeAt
    ? words.secretMade(days)
    : secret.firstUsedAt
      ? words.secretFirst(days)
      : words.secretUnused;
  const stale = others.some(
    (other) =>
      other.lastUsedAt &&
      secret.lastUsedAt &&
      new Date(other.lastUsedAt).getTime() - new Date(secret.lastUsedAt).getTime() > day,
  );
  return (
    <p>
      {words.secret} <code className="rounded-sm bg-sunken px-1 font-mono text-text">{secret.fingerprint}</code>{" "}
      <span title={since ? format.exact(since) : undefined}>{age}</span>
      {secret.madeAt && !secret.firstUsedAt && <span>, {words.secretUnused}</span>}
      {days >= old && <span className="block text-warn">{words.secretOld}</span>}
      {stale && <span className="block">{words.secretStale}</span>}
    </p>
  );
}
