// What the palette offers, and in which order. Pure.
import type { LucideIcon } from "lucide-react";
import { find } from "../fuzzy";

export const commandGroups = ["actions", "conversations", "people", "views", "pages"] as const;
export type CommandGroup = (typeof commandGroups)[number];

export interface Command {
  id: string;
  group: CommandGroup;
  label: string;
  /** Said beside the label; searched too. */
  detail?: string;
  /** The key that does the same. */
  key?: string;
  icon?: LucideIcon;
  run: () => unknown;
  /** The gateway found it by words that the label does not show: it stays whatever the letters. */
  found?: boolean;
}

/** How many of a group are shown at most: without a search a first look, with one what fits best. */
const most = 8;

/** The commands that fit a search, by group; the group with the best one comes first. */
export function ranked(
  commands: readonly Command[],
  search: string,
): { group: CommandGroup; commands: (Command & { at: readonly number[] })[] }[] {
  const groups = commandGroups.map((group) => {
    const own = commands.filter((c) => c.group === group);
    const fits = find(own, (c) => (c.detail ? `${c.label} ${c.detail}` : c.label), search);
    const listed = new Set(fits.map((f) => f.thing.id));
    const rest = search ? own.filter((c) => c.found && !listed.has(c.id)) : [];
    return {
      group,
      score: fits[0]?.fit.score ?? (rest.length > 0 ? 0 : Number.NEGATIVE_INFINITY),
      commands: [
        ...fits.map(({ thing, fit }) => ({ ...thing, at: fit.at })),
        ...rest.map((c) => ({ ...c, at: [] as number[] })),
      ].slice(0, search ? most : group === "conversations" ? 5 : most * 2),
    };
  });
  const shown = groups.filter((g) => g.commands.length > 0);
  return search.trim() ? shown.sort((a, b) => b.score - a.score) : shown;
}
