import { Hint } from "../../ui/Button";
import { Ring } from "../../ui/Ring";
import { useFormat } from "../../words/locale";
import { useWords } from "../words";

/** The 24-hour window as a ring, its words on hover. */
export function WindowRing({ until, now, size }: { until: string | undefined; now: number; size?: number }) {
  const words = useWords();
  const format = useFormat();
  const left = until ? Date.parse(until) - now : 0;
  const label = !until ? words.windowNone : left > 0 ? words.windowLeft(format.span(left)) : words.windowClosed;
  return (
    <Hint label={label} side="top">
      <span className="inline-flex shrink-0">
        <Ring left={left} {...(size ? { size } : {})} />
        <span className="sr-only">{label}</span>
      </span>
    </Hint>
  );
}
