import type { Agent } from "./api";
import { useBoardWords } from "./words";

/** Whether somebody is there: full, half or empty, so that colour is not all that tells. */
export function Presence({ presence }: { presence: Agent["presence"] }) {
  const words = useBoardWords();
  return (
    <span className="shrink-0">
      <svg
        aria-hidden="true"
        viewBox="0 0 10 10"
        className={`size-2.5 ${presence === "online" ? "text-ok" : presence === "away" ? "text-warn" : "text-muted"}`}
      >
        <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
        {presence === "online" && <circle cx="5" cy="5" r="4" fill="currentColor" />}
        {presence === "away" && <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" />}
      </svg>
      <span className="sr-only">{words.presences[presence]}</span>
    </span>
  );
}
