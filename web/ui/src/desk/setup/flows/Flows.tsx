import { useQuery } from "@tanstack/react-query";
import {
  CircleStop,
  GitFork,
  Hourglass,
  type LucideIcon,
  MessageCircle,
  MessageCircleQuestion,
  NotebookPen,
  Plug,
  SquareArrowOutUpRight,
  UserRound,
  Workflow,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { components } from "../../../api";
import { Loaded } from "../../../ui/Loaded";
import { useNow } from "../../../ui/now";
import { Empty } from "../../../ui/States";
import { useFormat, useLanguage } from "../../../words/locale";
import { answer, client } from "../../api";
import { useWords as useDeskWords } from "../../words";
import { Section } from "../access/parts";
import { box, draw, end, fitting } from "./layout";
import { useWords } from "./words";

type Schemas = components["schemas"];
type Flow = Schemas["PublishedFlow"];
type Step = Schemas["FlowStep"];

const icons: Record<Step["kind"], LucideIcon> = {
  say: MessageCircle,
  ask: MessageCircleQuestion,
  branch: GitFork,
  call: Plug,
  set: NotebookPen,
  wait: Hourglass,
  jump: SquareArrowOutUpRight,
  handoff: UserRound,
};

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
              <Graph flow={flow} />
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

function Graph({ flow }: { flow: Flow }) {
  const words = useWords();
  const steps = new Map(flow.steps.map((s) => [s.name, s]));
  const frame = useRef<HTMLElement>(null);
  const [columns, setColumns] = useState(4);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const seen = new ResizeObserver(() => setColumns(fitting(element.clientWidth)));
    seen.observe(element);
    return () => seen.disconnect();
  }, []);
  const { places, lines, width, height } = draw(
    flow.steps.map((s) => s.name),
    flow.ways,
    columns,
  );
  return (
    <section
      ref={frame}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label={words.graph(flow.title)}
      className="scroll-thin mx-4 shrink-0 overflow-x-auto overflow-y-hidden rounded-md border border-line bg-sunken md:mx-6"
    >
      <div className="relative mx-auto" style={{ width, height }}>
        <svg aria-hidden width={width} height={height} className="absolute inset-0 text-muted">
          <title>{words.graph(flow.title)}</title>
          <defs>
            <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0 8 4 0 8z" fill="currentColor" />
            </marker>
          </defs>
          {lines.map((l) => (
            <path
              key={l.key}
              d={l.path}
              fill="none"
              stroke="currentColor"
              strokeWidth="1.25"
              strokeDasharray={l.back ? "4 3" : undefined}
              markerEnd="url(#tip)"
              opacity="0.7"
            />
          ))}
        </svg>
        <ol>
          {places.map((place) => (
            <li
              key={place.name}
              className="absolute"
              style={{ left: place.x, top: place.y, width: box.width, height: box.height }}
            >
              {place.name === end ? (
                <p className="mx-auto flex w-fit items-center gap-2 rounded-full border border-line-strong bg-surface px-4 py-1 text-muted">
                  <CircleStop aria-hidden className="size-4" />
                  {words.end}
                </p>
              ) : (
                <StepBox step={steps.get(place.name)} ways={flow.ways} />
              )}
            </li>
          ))}
        </ol>
        {lines.map(
          (l) =>
            l.label && (
              <span
                key={l.key}
                aria-hidden
                title={l.label}
                className="-translate-x-1/2 -translate-y-1/2 absolute max-w-56 truncate rounded-sm bg-sunken px-1 text-meta text-muted"
                style={{ left: l.x, top: l.y }}
              >
                {l.label}
              </span>
            ),
        )}
      </div>
    </section>
  );
}

function StepBox({ step, ways }: { step: Step | undefined; ways: Flow["ways"] }) {
  const words = useWords();
  if (!step) return null;
  const Icon = icons[step.kind];
  const { counts } = step;
  const stopped = counts.left + counts.handed + counts.expired;
  const next = ways
    .filter((w) => w.from === step.name)
    .map((w) => (w.label ? `${w.to === end ? words.end : w.to} (${w.label})` : w.to === end ? words.end : w.to));
  return (
    <div className="flex h-full flex-col gap-1 rounded-md border border-line-strong bg-surface p-2">
      <p className="flex items-center gap-1.5 text-meta text-muted">
        <Icon aria-hidden className="size-3.5 shrink-0" />
        {words.kinds[step.kind]}
        <code className="ml-auto truncate font-mono">{step.name}</code>
      </p>
      <div className="min-h-0 flex-1">
        <p className="line-clamp-2 break-words text-meta leading-4" title={step.detail}>
          {step.detail}
        </p>
      </div>
      <p className="tabular flex gap-x-2 overflow-hidden whitespace-nowrap text-meta">
        {counts.waiting > 0 && (
          <span className="rounded-sm bg-accent-soft px-1 font-semibold text-accent">{words.here(counts.waiting)}</span>
        )}
        {counts.entered > 0 && <span className="text-muted">{words.came(counts.entered)}</span>}
        {stopped > 0 && <span className="text-warn">{words.stopped(stopped)}</span>}
      </p>
      <span className="sr-only">{words.goesTo(next.join(", "))}</span>
    </div>
  );
}
