import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Button } from "../../../ui/Button";
import { useFormat } from "../../../words/locale";
import { useAccount } from "../../context";
import { may } from "../../pages";
import { Copyable } from "../talk/Copyable";
import {
  arrays,
  type Ledger,
  type ProfileWords,
  profile,
  shown,
  type Telling,
  toldInWords,
  useProfileWords,
} from "./profile";

const tones: Record<Telling["state"] | "riding", string> = {
  pending: "text-muted",
  riding: "text-muted",
  sending: "text-muted",
  accepted: "text-muted",
  failed: "text-danger",
  unknown: "text-warn",
};

/** What Braze's profile of a person was told, when, and what it answered. Nothing where nothing was. */
export function Profile({ contact, version }: { contact: string; version: string }) {
  const words = useProfileWords();
  const query = useQuery({
    queryKey: ["profile", contact, version],
    queryFn: () => profile.ledger(contact),
    placeholderData: (before) => before,
    // What waits is told within seconds, without the conversation changing.
    refetchInterval: (q) => (q.state.data && waits(q.state.data) ? 3000 : 30_000),
  });
  if (query.isError && !query.data) {
    return (
      <section className="border-line border-t pt-3">
        <h3 className="pb-1.5 font-semibold text-meta text-muted">{words.title}</h3>
        <p role="alert" className="text-danger">
          {words.failed}{" "}
          <button type="button" className="font-medium underline" onClick={() => void query.refetch()}>
            {words.retry}
          </button>
        </p>
      </section>
    );
  }
  const ledger = query.data;
  if (!ledger || (ledger.state === "active" && !ledger.attributes.length && !ledger.tellings.length)) return null;
  return (
    <section className="border-line border-t pt-3">
      <h3 className="pb-0.5 font-semibold text-meta text-muted">{words.title}</h3>
      <p className="pb-1.5 text-meta text-muted">
        {words.about} {words.points(ledger.dataPoints)}.
      </p>
      {ledger.state !== "active" && (
        <p role="status" className="mb-2 rounded-md bg-warn-soft px-3 py-2 text-warn">
          {ledger.state === "purging" ? words.purging : words.stopped}
        </p>
      )}
      {ledger.trouble && (
        <p className="pb-2 text-meta text-warn [overflow-wrap:anywhere]">
          {words.trouble} {ledger.trouble}
        </p>
      )}
      <Attributes ledger={ledger} words={words} />
      {ledger.tellings.length > 0 && <Tellings ledger={ledger} words={words} />}
      <Controls contact={contact} ledger={ledger} words={words} />
    </section>
  );
}

function waits(l: Ledger): boolean {
  return (
    l.state === "purging" ||
    l.attributes.some((a) => a.state === "pending" || a.state === "riding") ||
    l.tellings.some((t) => t.state === "pending" || t.state === "sending")
  );
}

function Attributes({ ledger, words }: { ledger: Ledger; words: ProfileWords }) {
  const format = useFormat();
  return (
    <dl className="flex flex-col gap-1.5">
      {shown(ledger.attributes, words).map((a) => (
        <div key={a.name}>
          <dt className="font-mono text-meta text-muted leading-5 [overflow-wrap:anywhere]">{a.name}</dt>
          <dd className="flex items-baseline gap-2" {...(a.toldAt ? { title: format.exact(a.toldAt) } : {})}>
            <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {a.value ? <Copyable value={a.value} /> : "–"}
              {a.reason && <span className="block text-danger text-meta">{a.reason}</span>}
            </span>
            <span className={`shrink-0 text-meta ${tones[a.state]}`}>{words.states[a.state]}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Tellings({ ledger, words }: { ledger: Ledger; words: ProfileWords }) {
  const format = useFormat();
  const list = ledger.tellings;
  const lists = arrays(ledger.attributes);
  return (
    <details className="mt-2">
      <summary className="flex min-h-8 cursor-pointer items-center font-medium text-accent pointer-coarse:min-h-11">
        {words.ledger(list.length)}
      </summary>
      <ol className="flex flex-col gap-1.5 border-line border-l-2 py-1 pl-3">
        {list.map((t) => {
          const told = toldInWords(t, lists, words);
          const note = t.state === "unknown" ? words.unknownDo : (t.answer ?? "");
          return (
            <li key={t.id}>
              <span className="flex gap-2 text-meta text-muted">
                <span className="flex-1">
                  {words.states[t.state]}
                  {t.via && ` · ${words[t.via]}`}
                </span>
                <time title={format.exact(t.toldAt ?? t.happenedAt)}>{format.time(t.toldAt ?? t.happenedAt)}</time>
              </span>
              <span className="[overflow-wrap:anywhere]">
                <span className="font-mono text-meta">{told.name}</span> {told.value}
              </span>
              {note && <span className={`block text-meta [overflow-wrap:anywhere] ${tones[t.state]}`}>{note}</span>}
            </li>
          );
        })}
      </ol>
    </details>
  );
}

/** Supervisors stop telling, go on with it, or take back what was told. */
function Controls({ contact, ledger, words }: { contact: string; ledger: Ledger; words: ProfileWords }) {
  const { session } = useAccount();
  const client = useQueryClient();
  const [asks, setAsks] = useState(false);
  const [state, setState] = useState<"" | "busy" | "failed">("");
  const title = useId();
  if (!may(session.user.role, "supervisor")) return null;
  const act = async (call: () => Promise<Ledger>) => {
    setState("busy");
    try {
      await call();
      setAsks(false);
      setState("");
      await client.invalidateQueries({ queryKey: ["profile", contact] });
    } catch {
      setState("failed");
    }
  };
  const busy = state === "busy";
  return (
    <div className="pt-2">
      {asks ? (
        <fieldset aria-labelledby={title} className="rounded-md border border-line p-3">
          <p id={title} className="font-medium">
            {words.purgeAsk}
          </p>
          <p className="pb-2 text-meta text-muted">{words.purgeDo}</p>
          <div className="flex flex-wrap gap-2">
            <Button kind="danger" disabled={busy} onClick={() => void act(() => profile.purge(contact))}>
              {words.purge}
            </Button>
            <Button kind="quiet" disabled={busy} onClick={() => setAsks(false)}>
              {words.cancel}
            </Button>
          </div>
        </fieldset>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button
            disabled={busy || ledger.state === "purging"}
            onClick={() => void act(() => profile.stop(contact, ledger.state === "active"))}
          >
            {ledger.state === "active" ? words.stop : words.resume}
          </Button>
          {ledger.state !== "purging" && ledger.attributes.length > 0 && (
            <Button kind="danger" disabled={busy} onClick={() => setAsks(true)}>
              {words.purge}
            </Button>
          )}
        </div>
      )}
      {state === "failed" && (
        <p role="alert" className="pt-1 text-danger text-meta">
          {words.notDone}
        </p>
      )}
    </div>
  );
}
