import type { Presence } from "../inbox/calls";

const looks: Record<Presence, string> = {
  online: "bg-ok",
  away: "border-2 border-warn bg-surface",
  offline: "border-2 border-line-strong bg-surface",
};

/** Whether somebody is there: full, ring, or grey ring, so that colour is not all that tells. */
export function Dot({ presence, className = "" }: { presence: Presence; className?: string }) {
  return <span aria-hidden className={`inline-block size-2.5 shrink-0 rounded-full ${looks[presence]} ${className}`} />;
}
