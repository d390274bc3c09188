import { RadioGroup } from "radix-ui";
import { useState, useSyncExternalStore } from "react";
import { useNow } from "../../ui/now";
import { useFormat } from "../../words/locale";
import { useDesk } from "../context";
import type { Me, Presence } from "../inbox/calls";
import { Dot } from "./Dot";
import { useShellWords } from "./words";

export const presences = ["online", "away", "offline"] as const;

export function useMe(): Me | undefined {
  const { store } = useDesk().roster;
  return useSyncExternalStore(store.subscribe, () => store.snapshot().me);
}

/** Whether somebody is away because nothing was done, rather than because they said so. */
function byItself(me: Me): boolean {
  return me.presence !== "online" && me.wish === "online";
}

/** What I am to others, how much I have, and what I want to be. */
export function MyStatus() {
  const words = useShellWords();
  const format = useFormat();
  const now = useNow();
  const desk = useDesk();
  const me = useMe();
  const [error, setError] = useState("");
  if (!me) return null;
  const set = async (presence: Presence) => {
    setError("");
    try {
      await desk.roster.setPresence(presence);
    } catch (cause) {
      setError((cause instanceof Error && cause.message) || words.presenceFailed);
    }
  };
  const wish = me.wish ?? me.presence;
  const share = me.capacity > 0 ? Math.min(1, me.load / me.capacity) : 0;
  return (
    <section aria-label={words.status} className="flex flex-col gap-2">
      <RadioGroup.Root
        aria-label={words.status}
        value={wish}
        onValueChange={(value) => void set(value as Presence)}
        className="-mx-2 flex flex-col"
      >
        {presences.map((p) => (
          <RadioGroup.Item
            key={p}
            value={p}
            className="flex min-h-9 items-start gap-2.5 rounded-md px-2 py-1.5 text-left transition-colors hover:bg-sunken data-[state=checked]:bg-accent-soft pointer-coarse:min-h-11"
          >
            <Dot presence={p} className="mt-[5px]" />
            <span className="min-w-0 flex-1">
              <span className="block font-medium">{words.presence[p]}</span>
              {p === wish && <span className="block text-meta text-muted">{words.presenceAbout[p]}</span>}
            </span>
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
      {byItself(me) && (
        <p className="rounded-md bg-warn-soft px-2 py-1.5 text-meta text-warn">
          {me.presenceSince ? words.awayByItself(format.time(me.presenceSince)) : words.awayByItselfNow}
        </p>
      )}
      {error && (
        <p role="alert" className="text-danger text-meta">
          {error}
        </p>
      )}
      <div
        className="flex items-center gap-2 text-meta text-muted"
        title={me.presenceSince && format.age(me.presenceSince, now)}
      >
        <span className="tabular">{me.capacity > 0 ? words.load(me.load, me.capacity) : words.loadOpen(me.load)}</span>
        {me.capacity > 0 && (
          <span aria-hidden className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-sunken">
            <span
              className={`block h-full rounded-full ${share >= 1 ? "bg-warn" : "bg-accent"}`}
              style={{ width: `${share * 100}%` }}
            />
          </span>
        )}
      </div>
      {share >= 1 && <p className="text-meta text-warn">{words.full}</p>}
    </section>
  );
}
