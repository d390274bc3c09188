import { PencilLine, UsersRound } from "lucide-react";
import { Link } from "wouter";
import { useNow } from "../../ui/now";
import { Empty } from "../../ui/States";
import { useFormat } from "../../words/locale";
import type { Agent } from "./api";
import { Presence } from "./Presence";
import { useBoardWords } from "./words";

/** Everybody who is there or has something, and what that is. */
export function Agents({ agents }: { agents: readonly Agent[] }) {
  const words = useBoardWords();
  const rank = { online: 0, away: 1, offline: 2 };
  const shown = agents
    .filter((a) => a.presence !== "offline" || a.conversations.length > 0)
    .toSorted((a, b) => rank[a.presence] - rank[b.presence] || b.load - a.load || a.name.localeCompare(b.name));
  const offline = agents.length - shown.length;
  return (
    <section aria-labelledby="agents" className="pt-8">
      <h2 id="agents" className="font-semibold text-title">
        {words.agents}
      </h2>
      {shown.length === 0 ? (
        <div className="h-36">
          <Empty icon={UsersRound} title={words.noAgents}>
            {words.noAgentsDo}
          </Empty>
        </div>
      ) : (
        <ul className="mt-1">
          {shown.map((a) => (
            <AgentLine key={a.id} agent={a} />
          ))}
        </ul>
      )}
      {offline > 0 && shown.length > 0 && (
        <p className="border-line border-t py-2 text-muted">{words.offlineToo(offline)}</p>
      )}
    </section>
  );
}

function AgentLine({ agent }: { agent: Agent }) {
  const words = useBoardWords();
  const format = useFormat();
  const now = useNow();
  const name = words.presences[agent.presence];
  const presence = agent.presenceSince
    ? words.presenceFor(name, format.span(Math.max(60_000, now - Date.parse(agent.presenceSince))))
    : name;
  const full = agent.capacity > 0 && agent.load >= agent.capacity;
  return (
    <li className="grid items-start gap-x-4 gap-y-1 border-line border-t py-2.5 md:grid-cols-[14rem_7rem_minmax(0,1fr)]">
      <div className="flex min-w-0 items-baseline gap-2">
        <Presence presence={agent.presence} />
        <div className="min-w-0">
          <p className="truncate font-medium">{agent.name}</p>
          <p className="text-meta text-muted">{presence}</p>
        </div>
      </div>
      <div>
        <p className={`tabular ${full ? "text-warn" : ""}`}>{words.load(agent.load, agent.capacity)}</p>
        <div aria-hidden className="mt-1 h-1 w-20 overflow-hidden rounded-full bg-sunken">
          <div
            className={`h-1 ${full ? "bg-warn" : "bg-agent"}`}
            style={{ width: `${Math.min(100, (100 * agent.load) / Math.max(1, agent.capacity))}%` }}
          />
        </div>
      </div>
      {agent.conversations.length === 0 ? (
        <p className="text-muted">{words.idle}</p>
      ) : (
        <ul className="flex flex-wrap gap-x-4 gap-y-1">
          {agent.conversations.map((c) => {
            const waits = c.waitingSince ? Math.max(60_000, now - Date.parse(c.waitingSince)) : 0;
            return (
              <li key={c.id} className="flex min-h-6 max-w-full items-center gap-1.5">
                <Link
                  href={`/conversations/${c.id}?watch=1`}
                  dir="auto"
                  className="min-w-0 truncate underline decoration-line underline-offset-4 hover:decoration-current"
                >
                  {c.name}
                </Link>
                {c.typing ? (
                  <span className="inline-flex items-center gap-1 text-agent text-meta">
                    <PencilLine aria-hidden className="size-3.5" />
                    {words.typing}
                  </span>
                ) : waits > 0 ? (
                  <span className="tabular text-meta text-warn">{words.waits(format.span(waits))}</span>
                ) : (
                  c.snoozedUntil && <span className="text-meta text-muted">{words.aside}</span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </li>
  );
}
