import { useQuery } from "@tanstack/react-query";
import { Button } from "../../ui/Button";
import { Bone, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat, useLanguage } from "../../words/locale";
import { api, type Life, type Message } from "../api";
import { useWords } from "../words";
import { inWords } from "./Owner";

type Step = Life["steps"][number];
type Understanding = NonNullable<Life["understanding"]>;

const tints: Record<string, string> = {
  accepted: "bg-ok",
  asked: "bg-bot",
  repaired: "bg-warn",
  silent: "bg-warn",
  handed_over: "bg-warn",
  retried: "bg-warn",
  unknown: "bg-warn",
  cancelled: "bg-warn",
  withheld: "bg-warn",
  dead: "bg-danger",
  delivered: "bg-ok",
  read: "bg-ok",
  failed: "bg-danger",
};

/** The life of one of our messages: each step with time and reason, and how the bot understood the question. */
export function LifeOfMessage({ id, status }: { id: string; status: Message["status"] }) {
  const words = useWords();
  const common = useCommonWords();
  // A new state of the message means new steps.
  const query = useQuery({ queryKey: ["life", id, status], queryFn: () => api.life(id) });
  const slow = useSlow(query.isPending);
  return (
    <section
      aria-label={words.whyOf}
      className="mt-1 mb-2 w-full max-w-[85%] animate-rise rounded-md border border-line bg-surface p-4"
    >
      {query.isError ? (
        <div role="alert" className="flex flex-wrap items-center gap-3">
          <p className="flex-1 text-danger">{query.error.message || words.lifeFailed}</p>
          <Button onClick={() => void query.refetch()}>{common.retry}</Button>
        </div>
      ) : query.isPending ? (
        <div className="flex min-h-24 flex-col gap-3">
          {slow && [1, 2, 3].map((n) => <Bone key={n} className="h-5" />)}
        </div>
      ) : (
        <Steps life={query.data} />
      )}
    </section>
  );
}

function Steps({ life }: { life: Life }) {
  const words = useWords();
  const steps = life.steps ?? [];
  const named = steps.some((s) => s.kind === "understood");
  if (steps.length === 0 && !life.understanding) return <p className="text-muted">{words.lifeEmpty}</p>;
  return (
    <>
      <ol>
        {steps.map((step, i) => (
          <StepLine
            // biome-ignore lint/suspicious/noArrayIndexKey: steps only ever grow at the end.
            key={i}
            step={step}
            before={steps[i - 1]}
            last={i === steps.length - 1}
            understanding={step.kind === "understood" ? life.understanding : undefined}
          />
        ))}
      </ol>
      {life.understanding && !named && <Understood understanding={life.understanding} />}
    </>
  );
}

function StepLine({
  step,
  before,
  last,
  understanding,
}: {
  step: Step;
  before: Step | undefined;
  last: boolean;
  understanding: Understanding | undefined;
}) {
  const words = useWords();
  const format = useFormat();
  const language = useLanguage();
  const gap = before ? Date.parse(step.at) - Date.parse(before.at) : 0;
  return (
    <li className="relative flex gap-3 pb-3 last:pb-0">
      {!last && <span aria-hidden className="absolute top-4 bottom-[-4px] left-[3.5px] w-px bg-line" />}
      <span
        aria-hidden
        className={`relative mt-1.5 size-2 shrink-0 rounded-full ${tints[step.kind] ?? "bg-line-strong"}`}
      />
      <div className="min-w-0 flex-1">
        <div className="flex items-baseline gap-3">
          <span className={`min-w-0 flex-1 ${step.kind === "dead" || step.kind === "failed" ? "text-danger" : ""}`}>
            {step.title[language]}
          </span>
          <time title={format.exact(step.at)} className="tabular shrink-0 text-meta text-muted">
            {gap > 0 ? words.after(format.span(gap)) : format.clock(step.at)}
          </time>
        </div>
        {step.detail && <p className="text-meta text-muted [overflow-wrap:anywhere]">{step.detail}</p>}
        <Cure data={step.data} />
        {understanding && <Understood understanding={understanding} />}
        <Exchange data={step.data} />
      </div>
    </li>
  );
}

/** What to do about a failure, with the provider's code to look it up by. */
function Cure({ data }: { data: Step["data"] }) {
  const language = useLanguage();
  const cure = data?.cure as { en: string; fr: string } | undefined;
  if (!cure) return null;
  return (
    <p className="text-meta text-muted">
      {cure[language]} <span className="font-mono">{String(data?.code ?? "")}</span>
    </p>
  );
}

/** The recorded call to Braze behind a step, secrets and all left out by the gateway. */
function Exchange({ data }: { data: Step["data"] }) {
  const words = useWords();
  const format = useFormat();
  const exchange = data?.exchange as
    | { method?: string; path?: string; status?: number; millis?: number; request?: unknown; response?: unknown }
    | undefined;
  if (!exchange) return null;
  const head = [
    `${exchange.method ?? ""} ${exchange.path ?? ""}`.trim(),
    exchange.status ? `HTTP ${exchange.status}` : "",
    exchange.millis ? format.span(exchange.millis) : "",
  ];
  return (
    <details className="mt-1">
      <summary className="min-h-6 text-accent text-meta">{words.exchange}</summary>
      <p className="break-all pt-1 font-mono text-meta text-muted">{head.filter(Boolean).join(" · ")}</p>
      {[[words.request, exchange.request] as const, [words.response, exchange.response] as const].map(
        ([label, body]) =>
          Boolean(body) && (
            <figure key={label} className="pt-2">
              <figcaption className="text-meta text-muted">{label}</figcaption>
              <pre
                // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
                tabIndex={0}
                className="scroll-thin max-h-64 overflow-auto whitespace-pre-wrap rounded-md bg-sunken p-2 font-mono text-meta [overflow-wrap:anywhere]"
              >
                {pretty(body)}
              </pre>
            </figure>
          ),
      )}
    </details>
  );
}

/** A body as people read it: indented when it is JSON. */
function pretty(body: unknown): string {
  try {
    return JSON.stringify(typeof body === "string" ? JSON.parse(body) : body, null, 2);
  } catch {
    return String(body);
  }
}

/** The intent with its confidence and band, and the runners-up below. */
function Understood({ understanding: u }: { understanding: Understanding }) {
  const words = useWords();
  const format = useFormat();
  // The runners-up come with the winner in front.
  const others = u.alternatives.filter((a) => a.intent !== u.intent);
  const how = [
    u.intent ? (words.bands[u.band] ?? u.band) : "",
    u.language ? words.detectedLanguage(format.language(u.language)) : "",
    u.micros ? words.took(format.span(u.micros / 1000)) : "",
  ];
  return (
    <div className="mt-2 flex flex-col gap-2 rounded-md bg-bg p-3">
      <div>
        {u.rule === "passage" ? (
          <p className="font-medium">{words.quoted}</p>
        ) : u.intent ? (
          <>
            <p className="text-meta text-muted">{words.understood}</p>
            <Bar title={u.title || u.intent} p={u.p} tone="bg-bot" strong />
          </>
        ) : (
          <p className="font-medium">{inWords(words.reasons, u.rule ?? "") || words.bands[u.band]}</p>
        )}
        <p className="text-meta text-muted">{how.filter(Boolean).join(" · ")}</p>
      </div>
      {others.length > 0 && (
        <div>
          <p className="text-meta text-muted">{words.alternatives}</p>
          {others.map((a) => (
            <Bar key={a.intent} title={a.title || a.intent} p={a.p} tone="bg-line-strong" />
          ))}
        </div>
      )}
      {u.sources.length > 0 && (
        <div>
          <p className="text-meta text-muted">{words.sources}</p>
          {u.sources.map((source) => (
            <p key={source} className="font-mono text-meta [overflow-wrap:anywhere]">
              {source}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

function Bar({ title, p, tone, strong = false }: { title: string; p: number; tone: string; strong?: boolean }) {
  const words = useWords();
  const format = useFormat();
  return (
    <div className="grid grid-cols-[1fr_96px_40px] items-center gap-3">
      <span className={`truncate ${strong ? "font-semibold" : "text-meta"}`} title={title}>
        {title}
      </span>
      <span
        role="meter"
        aria-label={`${words.confidence}: ${title}`}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={p}
        aria-valuetext={format.percent(p)}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <span
          className={`block h-full rounded-full ${tone}`}
          style={{ width: `${Math.round(Math.min(1, Math.max(0, p)) * 100)}%` }}
        />
      </span>
      <span className="tabular text-right text-meta">{format.percent(p)}</span>
    </div>
  );
}
