import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState } from "react";
import { alone, apart, labelled, type Point, path } from "./scale";

export type Tone = "accent" | "bot" | "agent" | "customer" | "muted" | "warn" | "danger";

/** One line, or one row of bars, over the same days. */
export interface Series {
  label: string;
  tone: Tone;
  kind: "line" | "bar";
  /** One value for each day; null where nothing is known. */
  values: readonly (number | null)[];
  /** A line that is beside the point: the period before, or the looser of two measures. */
  faint?: boolean;
}

const strokes: Record<Tone, string> = {
  accent: "stroke-accent",
  bot: "stroke-bot",
  agent: "stroke-agent",
  customer: "stroke-customer",
  muted: "stroke-line-strong",
  warn: "stroke-warn",
  danger: "stroke-danger",
};
const fills: Record<Tone, string> = {
  accent: "fill-accent",
  bot: "fill-bot",
  agent: "fill-agent",
  customer: "fill-customer",
  muted: "fill-line-strong",
  warn: "fill-warn",
  danger: "fill-danger",
};

const top = 8;
const foot = 20;

/**
 * Values over days. The pointer shows a day's values; with the keyboard the arrows go from day to day, and what is
 * shown is spoken too.
 */
export function Plot({
  label,
  days,
  series,
  ticks,
  say,
  sayShort = say,
  height = 156,
}: {
  /** What the chart is of, for whoever cannot see it. */
  label: string;
  days: readonly { short: string; full: string }[];
  series: readonly Series[];
  /** Marks of the upright axis, from zero to its end. */
  ticks: readonly number[];
  say: (value: number) => string;
  sayShort?: (value: number) => string;
  height?: number;
}) {
  const { ref, width } = useWidth();
  const [at, setAt] = useState<number>();
  const lines = series.filter((s) => s.kind === "line");
  const named = lines.length > 1;
  const left = 8 + 7 * Math.max(...ticks.map((t) => sayShort(t).length), 1);
  const right = named ? 12 + 7 * Math.max(...lines.map((s) => s.label.length)) : 8;
  const room = Math.max(1, width - left - right);
  const most = ticks.at(-1) || 1;
  const step = room / Math.max(1, days.length);
  const x = (i: number) => left + step * (i + 0.5);
  const y = (v: number) => top + (height - top - foot) * (1 - Math.min(1, v / most));
  const point = (v: number | null, i: number): Point | undefined => (v === null ? undefined : { x: x(i), y: y(v) });
  const ends = lines.map((s) => y(s.values.findLast((v) => v !== null) ?? 0));
  const heights = apart(ends, 14, top + 4, height - foot);
  const cursor = at === undefined ? undefined : Math.min(at, days.length - 1);

  const onPointer = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const i = Math.floor((event.clientX - box.left - left) / step);
    setAt(i >= 0 && i < days.length ? i : undefined);
  };
  const onKey = (event: KeyboardEvent) => {
    const last = days.length - 1;
    const from = cursor ?? last;
    const to = {
      ArrowLeft: from - 1,
      ArrowDown: from - 1,
      ArrowRight: from + 1,
      ArrowUp: from + 1,
      PageDown: from - 7,
      PageUp: from + 7,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(last, to)));
  };
  const spoken = (i: number) => {
    const said = series.flatMap((s) => {
      const v = s.values[i];
      return v === null || v === undefined ? [] : [`${s.label} ${say(v)}`];
    });
    return `${days[i]?.full ?? ""}: ${said.join(", ") || "–"}`;
  };

  return (
    <div
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, days.length - 1)}
      aria-valuenow={cursor ?? Math.max(0, days.length - 1)}
      aria-valuetext={spoken(cursor ?? days.length - 1)}
      onPointerMove={onPointer}
      onPointerLeave={() => setAt(undefined)}
      onKeyDown={onKey}
      onFocus={() => setAt((i) => i ?? days.length - 1)}
      onBlur={() => setAt(undefined)}
      className="relative touch-pan-y rounded-sm"
      style={{ height }}
    >
      {width > 0 && (
        <svg aria-hidden="true" width={width} height={height} className="block overflow-visible">
          {ticks.map((t) => (
            <g key={t}>
              <line x1={left} x2={left + room} y1={y(t)} y2={y(t)} className="stroke-line" strokeWidth="1" />
              <text x={left - 6} y={y(t) + 4} textAnchor="end" className="tabular fill-muted text-meta">
                {sayShort(t)}
              </text>
            </g>
          ))}
          {labelled(days.length, step, 64).map((i) => (
            <text
              key={i}
              x={i === days.length - 1 && step < 48 ? left + room : x(i)}
              y={height - 4}
              textAnchor={i === days.length - 1 && step < 48 ? "end" : x(i) - left < 24 ? "start" : "middle"}
              className="fill-muted text-meta"
            >
              {days[i]?.short}
            </text>
          ))}
          {cursor !== undefined && (
            <line x1={x(cursor)} x2={x(cursor)} y1={top} y2={height - foot} className="stroke-line-strong" />
          )}
          {series
            .filter((s) => s.kind === "bar")
            .map((s, n, all) => (
              <Bars key={s.label} series={s} nth={n} of={all.length} step={step} left={left} y={y} at={cursor} />
            ))}
          {lines.map((s) => (
            <path
              key={s.label}
              d={path(s.values.map(point))}
              fill="none"
              strokeWidth={s.faint ? 1.5 : 2}
              strokeLinejoin="round"
              strokeLinecap="round"
              strokeDasharray={s.faint ? "4 4" : undefined}
              className={strokes[s.tone]}
            />
          ))}
          {lines.map((s) =>
            alone(s.values.map(point)).map((p) => (
              <circle key={`${s.label} ${p.x}`} cx={p.x} cy={p.y} r={s.faint ? 2 : 3} className={fills[s.tone]} />
            )),
          )}
          {cursor !== undefined &&
            lines.map((s) => {
              const p = point(s.values[cursor] ?? null, cursor);
              return p && <circle key={s.label} cx={p.x} cy={p.y} r="3.5" className={fills[s.tone]} />;
            })}
          {named &&
            lines.map((s, i) => (
              <text
                key={s.label}
                x={left + room + 6}
                y={(heights[i] ?? 0) + 4}
                className={`text-meta ${fills[s.tone]}`}
              >
                {s.label}
              </text>
            ))}
        </svg>
      )}
      {cursor !== undefined && (
        <div
          aria-hidden
          className="pointer-events-none absolute -top-2 z-10 rounded-md border border-line bg-raised px-2 py-1 text-meta whitespace-nowrap float print:hidden"
          style={x(cursor) > width / 2 ? { right: width - x(cursor) + 8 } : { left: x(cursor) + 8 }}
        >
          <p className="font-medium">{days[cursor]?.full}</p>
          {series.map((s) => {
            const v = s.values[cursor];
            return (
              <p key={s.label} className="tabular flex justify-between gap-3 text-muted">
                {s.label}
                <span className="text-text">{v === null || v === undefined ? "–" : say(v)}</span>
              </p>
            );
          })}
        </div>
      )}
    </div>
  );
}

function Bars({
  series,
  nth,
  of,
  step,
  left,
  y,
  at,
}: {
  series: Series;
  nth: number;
  of: number;
  step: number;
  left: number;
  y: (v: number) => number;
  at: number | undefined;
}) {
  const gap = step > 6 ? Math.min(6, step * 0.25) : 0;
  const wide = Math.max(0.8, (step - gap) / of);
  return (
    <g className={`${fills[series.tone]} ${series.faint ? "opacity-40" : ""}`}>
      {series.values.map(
        (v, i) =>
          v !== null &&
          v > 0 && (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a bar is.
              key={i}
              x={left + step * i + gap / 2 + wide * nth}
              y={y(v)}
              width={wide}
              height={Math.max(1, y(0) - y(v))}
              rx={wide > 6 ? 2 : 0}
              className={at !== undefined && at !== i ? "opacity-60" : ""}
            />
          ),
      )}
    </g>
  );
}

/** The width of an element, and again whenever that changes. */
export function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    setWidth(box.clientWidth);
    const observer = new ResizeObserver(() => setWidth(box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
