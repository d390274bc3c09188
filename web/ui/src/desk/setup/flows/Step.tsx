import {
  GitFork,
  Hourglass,
  type LucideIcon,
  MessageCircle,
  MessageCircleQuestion,
  NotebookPen,
  Plug,
  SquareArrowOutUpRight,
  UserRound,
} from "lucide-react";
import type { components } from "../../../api";
import { end } from "./layout";
import { useWords } from "./words";

type Schemas = components["schemas"];
export type Flow = Schemas["PublishedFlow"];
export type Step = Schemas["FlowStep"];

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

function Kind({ step }: { step: Step }) {
  const words = useWords();
  const Icon = icons[step.kind];
  return (
    <p className="flex items-center gap-1.5 text-meta text-muted">
      <Icon aria-hidden className="size-3.5 shrink-0" />
      {words.kinds[step.kind]}
      <code className="ml-auto truncate font-mono">{step.name}</code>
    </p>
  );
}

function Counts({ step, className = "" }: { step: Step; className?: string }) {
  const words = useWords();
  const { counts } = step;
  const stopped = counts.left + counts.handed + counts.expired;
  return (
    <p className={`tabular flex gap-x-2 text-meta ${className}`}>
      {counts.waiting > 0 && (
        <span className="rounded-sm bg-accent-soft px-1 font-semibold text-accent">{words.here(counts.waiting)}</span>
      )}
      {counts.entered > 0 && <span className="text-muted">{words.came(counts.entered)}</span>}
      {stopped > 0 && <span className="text-warn">{words.stopped(stopped)}</span>}
    </p>
  );
}

/** A step as the graph shows it, in a box of a fixed size. */
export function StepBox({ step }: { step: Step }) {
  return (
    <div className="flex h-full flex-col gap-1 rounded-md border border-line-strong bg-surface p-2">
      <Kind step={step} />
      <div className="min-h-0 flex-1">
        <p className="line-clamp-2 break-words text-meta leading-4" title={step.detail}>
          {step.detail}
        </p>
      </div>
      <Counts step={step} className="overflow-hidden whitespace-nowrap" />
    </div>
  );
}

/** The flow without a picture: every step with all of its text, its counts and where it goes on. */
export function StepList({ flow }: { flow: Flow }) {
  const words = useWords();
  return (
    <details className="px-4 pt-4 pb-6 md:px-6">
      <summary className="flex min-h-8 w-fit cursor-pointer items-center rounded-md text-muted hover:text-text pointer-coarse:min-h-11">
        {words.asList}
      </summary>
      <ol aria-label={words.graph(flow.title)} className="mt-2 flex max-w-3xl flex-col gap-2">
        {flow.steps.map((step) => (
          <li key={step.name} className="flex flex-col gap-1 rounded-md border border-line bg-surface p-3">
            <Kind step={step} />
            <p className="break-words">{step.detail}</p>
            <Counts step={step} className="flex-wrap" />
            <Next flow={flow} step={step} />
          </li>
        ))}
      </ol>
    </details>
  );
}

function Next({ flow, step }: { flow: Flow; step: Step }) {
  const words = useWords();
  const name = (to: string) => (to === end ? words.end : to);
  const ways = flow.ways.filter((w) => w.from === step.name);
  if (ways.length === 0) return null;
  return (
    <p className="text-meta text-muted">
      {words.goesTo(ways.map((w) => (w.label ? `${name(w.to)} (${w.label})` : name(w.to))).join(", "))}
    </p>
  );
}
