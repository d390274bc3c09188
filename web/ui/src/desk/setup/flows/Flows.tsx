import { useQuery } from "@tanstack/react-query";
import { Workflow } from "lucide-react";
import { useState } from "react";
import type { components } from "../../../api";
import { Loaded } from "../../../ui/Loaded";
import { useNow } from "../../../ui/now";
import { Empty } from "../../../ui/States";
import { useFormat, useLanguage } from "../../../words/locale";
import { answer, client } from "../../api";
import { useWords as useDeskWords } from "../../words";
import { Section } from "../access/parts";
import { Graph } from "./Graph";
import { StepList } from "./Step";
import { useWords } from "./words";

type Schemas = components["schemas"];
type Flow = Schemas["PublishedFlow"];

/** What is published of flows, where conversations are in them and where they went no further. */
export function Flows() {
  const words = useWords();
  const desk = useDeskWords();
  const language = useLanguage();
  const query = useQuery({
    queryKey: ["flows", language],
    queryFn: () => answer<Schemas["ListOutputBody"]>(client.GET("/api/v1/flows", { params: { query: { language } } })),
    refetchInterval: 3000,
  });
  const [chosen, setChosen] = useState("");
  return (
    <Section title={desk.sections.flows} about={words.about}>
      <Loaded query={query} failed={words.failed} cure={words.cure}>
        {({ items, days }) => {
          const key = (f: Flow) => `${f.workspace}/${f.name}`;
          const flow = items.find((f) => key(f) === chosen) ?? items[0];
          if (!flow)
            return (
              <Empty icon={Workflow} title={words.empty}>
                {words.emptyDo}
              </Empty>
            );
          return (
            <>
              {items.length > 1 && (
                <fieldset className="flex flex-wrap gap-1 px-4 pt-4 md:px-6">
                  <legend className="sr-only">{words.choose}</legend>
                  {items.map((f) => (
                    <label
                      key={key(f)}
                      className="flex h-8 cursor-pointer items-center rounded-md px-3 text-muted hover:bg-sunken has-checked:bg-accent-soft has-focus-visible:outline-2 has-checked:text-accent pointer-coarse:h-11"
                    >
                      <input
                        type="radio"
                        name="flow"
                        className="sr-only"
                        checked={key(f) === key(flow)}
                        onChange={() => setChosen(key(f))}
                      />
                      {f.title}
                    </label>
                  ))}
                </fieldset>
              )}
              <Head flow={flow} days={days} many={new Set(items.map((f) => f.workspace)).size > 1} />
              <Graph key={key(flow)} flow={flow} />
              <StepList flow={flow} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Head({ flow, days, many }: { flow: Flow; days: number; many: boolean }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const facts = [
    many && flow.workspaceName,
    words.actions[flow.action](flow.publishedBy, format.age(flow.publishedAt, now)),
    words.speaks(flow.languages.map((l) => format.language(l)).join(", ")),
    flow.older > 0 && words.older(flow.older),
  ].filter(Boolean);
  return (
    <div className="flex flex-col gap-3 px-4 py-4 md:px-6">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="font-semibold text-title">{flow.title}</h2>
        <code className="font-mono text-meta text-muted">{flow.name}</code>
        <span className="text-meta text-muted" title={format.exact(flow.publishedAt)}>
          {words.version} <code className="rounded-sm bg-sunken px-1 font-mono text-text">{flow.version}</code>
        </span>
      </div>
      <p className="text-meta text-muted">{facts.join(" · ")}</p>
      <section aria-label={words.inDays(days)}>
        <p className="mb-1 text-meta text-muted">{words.inDays(days)}</p>
        <dl className="grid max-w-4xl grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 md:grid-cols-6">
          {(["entered", "waiting", "ended", "handed", "left", "expired"] as const).map((what) => (
            <div key={what} className="flex flex-col justify-between">
              <dt className="text-meta text-muted">{words.counts[what]}</dt>
              <dd className="tabular font-semibold text-title">{format.number(flow.total[what])}</dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}
