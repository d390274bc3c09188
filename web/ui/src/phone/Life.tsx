import { Route } from "lucide-react";
import { useMemo } from "react";
import { Empty } from "../ui/States";
import { useFormat } from "../words/locale";
import { useSandbox } from "./context";
import type { ActivityEntry, PhoneMessage } from "./sandbox";
import { chapters, entriesOf, kindName, sentence, type Tone, tone } from "./steps";
import { useWords } from "./words";

const none: PhoneMessage[] = [];
const dots: Record<Tone, string> = {
  plain: "bg-line-strong",
  ok: "bg-ok",
  warn: "bg-warn",
  danger: "bg-danger",
};

/** The life of each message on one phone, as Braze sees it: the newest message first, its steps in order. */
export function Life({ phone }: { phone: string }) {
  const words = useWords();
  const format = useFormat();
  const activity = useSandbox((s) => s.activity);
  const messages = useSandbox((s) => s.threads[phone]?.messages) ?? none;
  const list = useMemo(() => chapters(entriesOf(phone, activity), messages, 30), [activity, messages, phone]);
  if (list.length === 0) {
    return (
      <Empty icon={Route} title={words.lifeEmpty}>
        {words.lifeEmptyDo}
      </Empty>
    );
  }
  return (
    <ol className="flex flex-col gap-5 px-4 pt-1 pb-6">
      {list.map((chapter) => (
        <li key={chapter.key}>
          <h3 className="flex items-baseline gap-2 pb-1.5">
            <span dir="auto" className="min-w-0 flex-1 truncate font-semibold">
              {!chapter.opening
                ? words.outsideMessage
                : chapter.opening.text
                  ? words.quote(chapter.opening.text)
                  : words.pictureOnly}
            </span>
            {chapter.opening && (
              <time className="tabular shrink-0 font-normal text-meta text-muted">
                {format.clock(chapter.opening.at)}
              </time>
            )}
          </h3>
          <ol className="flex flex-col">
            {chapter.entries.map((entry, i) => (
              <Step
                key={entry.n}
                entry={entry}
                after={chapter.entries[i - 1]}
                last={i === chapter.entries.length - 1}
                reply={brought(entry, messages)}
              />
            ))}
          </ol>
        </li>
      ))}
    </ol>
  );
}

/** The reply that an entry brought to the phone. */
function brought(entry: ActivityEntry, messages: PhoneMessage[]): PhoneMessage | undefined {
  if (entry.kind !== "delivery" || entry.outcome === "read") return undefined;
  return messages.find((m) => m.n === entry.message_n && m.direction === "out");
}

function Step({
  entry,
  after,
  last,
  reply,
}: {
  entry: ActivityEntry;
  after: ActivityEntry | undefined;
  last: boolean;
  reply: PhoneMessage | undefined;
}) {
  const words = useWords();
  const format = useFormat();
  const gap = after ? Date.parse(entry.at) - Date.parse(after.at) : 0;
  const how = [
    kindName(words, entry.kind),
    entry.status_code ? `HTTP ${entry.status_code}` : "",
    entry.duration_ms ? format.span(entry.duration_ms) : "",
    entry.attempt && entry.attempt > 1 ? words.attemptN(entry.attempt) : "",
  ].filter(Boolean);
  const tint = tone(entry);
  // The log has no line for reading; the message itself knows.
  const read = entry.outcome === "delivered" && reply?.status === "read";
  return (
    <li className="relative flex animate-rise gap-3 pb-2.5">
      {!last && <span aria-hidden className="absolute top-4 bottom-[-5px] left-[3.5px] w-px bg-line" />}
      <span aria-hidden className={`relative mt-1.5 size-2 shrink-0 rounded-full ${dots[tint]}`} />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-2">
          <span className={`min-w-0 flex-1 ${tint === "danger" ? "text-danger" : tint === "warn" ? "text-warn" : ""}`}>
            {read ? words.step.deliveredRead : sentence(words, entry)}
          </span>
          <time title={format.exact(entry.at)} className="tabular shrink-0 text-meta text-muted">
            {gap > 0 ? `+${format.span(gap)}` : format.clock(entry.at)}
          </time>
        </div>
        <p className="text-meta text-muted">{how.join(" · ")}</p>
        {reply?.text && (
          <p dir="auto" className="line-clamp-2 text-meta text-muted italic">
            {words.quote(reply.text)}
          </p>
        )}
        {entry.reason && (
          <p className={`text-meta ${tint === "plain" || tint === "ok" ? "text-muted" : ""}`}>{entry.reason}</p>
        )}
        {entry.doc && tint !== "plain" && tint !== "ok" && (
          <p className="text-meta text-muted italic">{words.source(entry.doc)}</p>
        )}
      </div>
    </li>
  );
}
