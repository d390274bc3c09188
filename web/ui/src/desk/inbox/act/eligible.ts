// Who may be given a conversation.
import type { Person as Colleague } from "../calls";

const rank = { online: 0, away: 1, offline: 2 } as const;

/**
 * Who is there and may take it, the freest first; and how many are not there. `owner` already has it; `me`, who looks
 * at it, is there whatever the gateway has heard.
 */
export function eligible(
  people: readonly Colleague[],
  owner: string | undefined,
  me = "",
): { here: Colleague[]; offline: number } {
  const may = people.filter((p) => !p.disabled && p.id !== owner);
  const share = (p: Colleague) => (p.capacity > 0 ? p.load / p.capacity : 1);
  const here = may
    .filter((p) => p.presence !== "offline" || p.id === me)
    .sort((a, b) => rank[a.presence] - rank[b.presence] || share(a) - share(b) || a.name.localeCompare(b.name));
  return { here, offline: may.length - here.length };
}
