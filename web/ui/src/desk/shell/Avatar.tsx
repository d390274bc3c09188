import type { Presence } from "../inbox/calls";
import { Dot } from "./Dot";

/**
 * A colleague's initials, with their presence. The letters are drawn, not said: beside them, or on the button they stand
 * in, stands the name.
 */
export function Avatar({
  name,
  presence,
  size = "md",
}: {
  name: string;
  presence?: Presence | undefined;
  size?: "sm" | "md";
}) {
  return (
    <span aria-hidden className="relative inline-flex shrink-0">
      <span
        data-letters={initials(name)}
        className={`flex items-center justify-center rounded-full bg-agent-soft font-semibold text-agent after:content-[attr(data-letters)] ${size === "sm" ? "size-6 text-[10px]" : "size-8 text-meta"}`}
      />
      {presence && <Dot presence={presence} className="absolute -right-0.5 -bottom-0.5 ring-2 ring-surface" />}
    </span>
  );
}

/** The first letters of a name's first and last word. */
export function initials(name: string): string {
  const parts = name.trim().split(/\s+/).filter(Boolean);
  const ends = parts.length > 1 ? [parts[0], parts.at(-1)] : [parts[0]];
  return ends
    .map((p) => Array.from(p ?? "")[0] ?? "")
    .join("")
    .toLocaleUpperCase();
}
