import { Radio } from "lucide-react";
import { useEffect, useState } from "react";
import { Choice } from "../../ui/Field";
import { Empty } from "../../ui/States";
import { useFormat } from "../../words/locale";
import { type CurrentsEvent, controls } from "./api";
import { useAnswer } from "./Pane";
import { useWords } from "./words";

const tints = { waiting: "text-warn", taken: "text-ok", lost: "text-danger" } as const;
const short = (type: string) => type.replace("users.messages.whatsapp.", "");
const read = () => controls.currentsEvents();

/** The events of the stream as the connector gets them, newest first, and what it answered. */
export function CurrentsEvents() {
  const words = useWords();
  const { data, error, load } = useAnswer(read);
  const [kind, setKind] = useState("");
  useEffect(() => {
    const timer = setInterval(() => void load(), 2000);
    return () => clearInterval(timer);
  }, [load]);
  const events = data?.events ?? [];
  const kinds = [...new Set(events.map((e) => short(e.event_type)))].sort();
  const shown = events.filter((e) => !kind || short(e.event_type) === kind);
  return (
    <section aria-label={words.events} className="flex flex-col gap-2 border-line border-t pt-3">
      <h3 className="font-semibold">{words.events}</h3>
      {error && (
        <p role="alert" className="text-danger">
          {words.notRead}
        </p>
      )}
      {events.length === 0 ? (
        <Empty icon={Radio} title={words.noEvents}>
          {words.noEventsDo}
        </Empty>
      ) : (
        <>
          <Choice
            label={words.eventKind}
            value={kind}
            onChange={(event) => setKind(event.target.value)}
            options={[{ value: "", label: words.allEvents }, ...kinds.map((k) => ({ value: k, label: k }))]}
          />
          <ul className="border-line border-t">
            {shown.map((event) => (
              <Row key={event.n} event={event} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Row({ event }: { event: CurrentsEvent }) {
  const words = useWords();
  const format = useFormat();
  const at = new Date(event.time * 1000).toISOString();
  const who = String(event.user.external_user_id ?? event.user.user_id ?? "");
  const answer = !event.attempts
    ? words.notPosted
    : event.answer
      ? words.answered(event.answer, event.attempts)
      : words.notReached(event.attempts);
  return (
    <li className="border-line border-b">
      <details>
        <summary className="flex min-h-11 list-none items-baseline gap-3 py-2 hover:bg-sunken">
          <time title={format.exact(at)} className="tabular shrink-0 text-meta text-muted">
            {format.clock(at)}
          </time>
          <span className="min-w-0 flex-1">
            <span className="block font-medium">{short(event.event_type)}</span>
            <span className="block truncate text-meta text-muted">{[who, answer].join(" · ")}</span>
          </span>
          <span className={`shrink-0 font-medium text-meta ${tints[event.state]}`}>
            {words.eventStates[event.state]}
          </span>
        </summary>
        <p className="break-all pt-1 text-meta text-muted">{event.url}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <pre tabIndex={0} className="scroll-thin my-2 overflow-x-auto rounded-md bg-sunken p-3 font-mono text-meta">
          {JSON.stringify(
            {
              event_type: event.event_type,
              id: event.id,
              time: event.time,
              user: event.user,
              properties: event.properties,
            },
            null,
            2,
          )}
        </pre>
      </details>
    </li>
  );
}
