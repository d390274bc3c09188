import type { ReactNode } from "react";
import type { Tone } from "./Plot";

const backs: Record<Tone, string> = {
  accent: "bg-accent",
  bot: "bg-bot",
  agent: "bg-agent",
  customer: "bg-customer",
  muted: "bg-line-strong",
  warn: "bg-warn",
  danger: "bg-danger",
};

export interface Rank {
  key: string;
  label: ReactNode;
  value: number;
  /** How much of the value is marked, in another colour; the note says what of. */
  part?: number;
  note?: string;
}

/** How often each of several things happened: a bar and the number in words, so that nothing has to be hovered. */
export function Ranked({
  rows,
  tone,
  partTone = "agent",
  say,
}: {
  rows: readonly Rank[];
  tone: Tone;
  partTone?: Tone;
  say: (value: number) => string;
}) {
  const most = Math.max(...rows.map((r) => r.value), 1);
  return (
    <ul className="flex flex-col gap-2">
      {rows.map((r) => (
        <li key={r.key} className="flex flex-col gap-0.5">
          <p className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate">{r.label}</span>
            {r.note && <span className="shrink-0 text-meta text-muted">{r.note}</span>}
            <span className="tabular shrink-0 font-medium">{say(r.value)}</span>
          </p>
          <div aria-hidden className="flex h-1.5 overflow-hidden rounded-full bg-sunken">
            {r.part !== undefined && <div className={backs[partTone]} style={{ width: `${(100 * r.part) / most}%` }} />}
            <div className={backs[tone]} style={{ width: `${(100 * (r.value - (r.part ?? 0))) / most}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}
