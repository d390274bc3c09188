import { ListFilter, ScrollText } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/Button";
import { Choice } from "../ui/Field";
import { Empty } from "../ui/States";
import { useFormat } from "../words/locale";
import { useSandbox } from "./context";
import type { ActivityEntry } from "./sandbox";
import { kindName, outcomeName, sentence, type Tone, tone } from "./steps";
import { useWords } from "./words";

const tints: Record<Tone, string> = { plain: "text-muted", ok: "text-ok", warn: "text-warn", danger: "text-danger" };

/** The message activity log, live and newest first, filtered by phone, kind and outcome. */
export function ActivityLog() {
  const words = useWords();
  const activity = useSandbox((s) => s.activity);
  const phones = useSandbox((s) => s.phones);
  const [phone, setPhone] = useState("");
  const [kind, setKind] = useState("");
  const [outcome, setOutcome] = useState("");
  const found = activity.filter(
    (e) => (!phone || e.phone === phone) && (!kind || e.kind === kind) && (!outcome || e.outcome === outcome),
  );
  const kinds = [...new Set(activity.map((e) => e.kind))].sort();
  const outcomes = [...new Set(activity.map((e) => e.outcome))].sort();
  const clear = () => {
    setPhone("");
    setKind("");
    setOutcome("");
  };
  if (activity.length === 0) {
    return (
      <Empty icon={ScrollText} title={words.activityEmpty}>
        {words.activityEmptyDo}
      </Empty>
    );
  }
  return (
    <div className="flex h-full flex-col">
      <div className="grid grid-cols-1 gap-2 px-4 pb-3 md:grid-cols-3">
        <Choice
          hideLabel
          label={words.filterPhone}
          value={phone}
          onChange={(event) => setPhone(event.target.value)}
          options={[
            { value: "", label: words.allPhones },
            ...phones.map((p) => ({ value: p.phone, label: p.name || p.phone })),
          ]}
        />
        <Choice
          hideLabel
          label={words.filterKind}
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          options={[
            { value: "", label: words.allKinds },
            ...kinds.map((k) => ({ value: k, label: `${kindName(words, k)} (${k})` })),
          ]}
        />
        <Choice
          hideLabel
          label={words.filterOutcome}
          value={outcome}
          onChange={(event) => setOutcome(event.target.value)}
          options={[
            { value: "", label: words.allOutcomes },
            ...outcomes.map((o) => ({ value: o, label: outcomeName(words, o) })),
          ]}
        />
      </div>
      {found.length === 0 ? (
        <Empty icon={ListFilter} title={words.activityNone}>
          <Button onClick={clear}>{words.clearFilters}</Button>
        </Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section tabIndex={0} aria-label={words.activity} className="scroll-thin min-h-0 flex-1 overflow-y-auto">
          <ul className="border-line border-t">
            {found.map((entry) => (
              <Entry key={entry.n} entry={entry} name={phones.find((p) => p.phone === entry.phone)?.name ?? ""} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Entry({ entry, name }: { entry: ActivityEntry; name: string }) {
  const words = useWords();
  const format = useFormat();
  const facts: [string, string | undefined][] = [
    [words.filterKind, `${kindName(words, entry.kind)} (${entry.kind})`],
    [words.filterPhone, entry.phone],
    ["external_id", entry.external_id],
    ["braze_id", entry.braze_id],
    [words.campaign, entry.campaign],
    ["campaign_id", entry.campaign_id],
    ["dispatch_id", entry.dispatch_id],
    [words.statusCode, entry.status_code ? String(entry.status_code) : undefined],
    [words.took, entry.duration_ms ? format.span(entry.duration_ms) : undefined],
    [words.attempt, entry.attempt ? format.number(entry.attempt) : undefined],
  ];
  return (
    <li className="border-line border-b">
      <details className="group">
        <summary className="flex min-h-11 list-none items-baseline gap-3 px-4 py-2 hover:bg-sunken">
          <time title={format.exact(entry.at)} className="tabular shrink-0 text-meta text-muted">
            {format.clock(entry.at)}
          </time>
          <span className="min-w-0 flex-1">
            <span className="block">{sentence(words, entry)}</span>
            <span className="block text-meta text-muted">
              {[name || entry.phone || entry.external_id, entry.reason].filter(Boolean).join(" · ")}
            </span>
          </span>
          <span className={`shrink-0 font-medium text-meta ${tints[tone(entry)]}`}>
            {outcomeName(words, entry.outcome)}
          </span>
        </summary>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-4 pt-1 pb-3 text-meta">
          {facts.map(
            ([label, value]) =>
              value && (
                <div key={label} className="contents">
                  <dt className="text-muted">{label}</dt>
                  <dd className="break-all font-mono">{value}</dd>
                </div>
              ),
          )}
          {entry.doc && <p className="col-span-2 text-muted italic">{words.source(entry.doc)}</p>}
        </dl>
      </details>
    </li>
  );
}
