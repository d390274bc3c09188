import { useFormat } from "../../words/locale";
import type { Reading } from "./api";
import { useWords } from "./words";

const tones: Record<Reading["band"], string> = {
  answer: "bg-ok",
  always: "bg-ok",
  clarify: "bg-warn",
  fallback: "bg-danger",
};

/** How sure the bot is, as a bar with its number. */
export function Confidence({ p, band, thin = false }: { p: number; band: Reading["band"]; thin?: boolean }) {
  const words = useWords();
  const format = useFormat();
  return (
    <span className="flex items-center gap-2">
      <meter className="sr-only" min={0} max={1} value={p} aria-label={words.confidence}>
        {format.percent(p)}
      </meter>
      <svg
        aria-hidden="true"
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        className={`h-1.5 rounded-full bg-sunken ${thin ? "w-12" : "min-w-0 flex-1"}`}
      >
        <rect width={Math.max(2, p * 100)} height="4" className={fills[band]} />
      </svg>
      <span className="tabular w-10 shrink-0 text-right text-meta">{format.percent(p)}</span>
    </span>
  );
}

const fills: Record<Reading["band"], string> = {
  answer: "fill-ok",
  always: "fill-ok",
  clarify: "fill-warn",
  fallback: "fill-danger",
};

/** What the bot makes of a text, in one line. */
export function ReadingLine({ reading }: { reading: Reading }) {
  const words = useWords();
  const format = useFormat();
  const known = reading.band !== "fallback";
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-x-2">
      <span aria-hidden className={`size-2 shrink-0 rounded-full ${tones[reading.band]}`} />
      <span className={`min-w-0 ${known ? "font-medium" : "text-muted"}`}>
        {(known && (reading.title || reading.intent)) || words.nothing}
      </span>
      <span className="tabular text-meta text-muted">{format.percent(reading.p)}</span>
      <span className="w-full pl-4 text-meta text-muted">{words.bands[reading.band]}</span>
    </span>
  );
}
