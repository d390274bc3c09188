import { useState } from "react";
import { Button } from "../../../ui/Button";
import { useNow } from "../../../ui/now";
import { useFormat } from "../../../words/locale";
import type { Detail } from "../../api";
import { type Change, snoozed } from "./changes";
import { fieldValue, type Preset, presets } from "./snooze";
import { useActWords } from "./words";

/** Puts the conversation aside until a time. */
export function Snooze({ detail, onPick }: { detail: Detail; onPick: (change: Change) => void }) {
  const words = useActWords();
  const format = useFormat();
  const now = useNow();
  const [custom, setCustom] = useState("");
  const [late, setLate] = useState(false);
  const until = (at: Date | null) => onPick({ kind: "snooze", until: at?.toISOString() ?? null });
  const names: Record<Preset, string> = { hour: words.hour, tomorrow: words.tomorrow, monday: words.monday };
  return (
    <>
      <p className="font-semibold">{words.snoozeUntil}</p>
      <div className="-mx-1 flex flex-col">
        {snoozed(detail, now) && (
          <button type="button" className={row} onClick={() => until(null)}>
            {words.wakeNow}
          </button>
        )}
        {presets(new Date(now)).map(({ preset, until: at }) => (
          <button key={preset} type="button" className={row} onClick={() => until(at)}>
            <span className="flex-1 text-left">{names[preset]}</span>
            <span className="tabular text-meta text-muted">{format.time(at)}</span>
          </button>
        ))}
      </div>
      <form
        noValidate
        className="flex flex-wrap items-end gap-2 border-line border-t pt-2"
        onSubmit={(event) => {
          event.preventDefault();
          const at = new Date(custom);
          if (at.getTime() > Date.now()) until(at);
          else setLate(true);
        }}
      >
        <label className="flex min-w-0 flex-1 flex-col gap-1 font-medium text-meta">
          {words.custom}
          <input
            type="datetime-local"
            value={custom}
            min={fieldValue(new Date(now))}
            aria-invalid={late || undefined}
            onChange={(event) => {
              setLate(false);
              setCustom(event.target.value);
            }}
            className="min-h-8 w-full rounded-md border border-line-strong bg-surface px-2 font-normal text-base pointer-coarse:min-h-11"
          />
        </label>
        <Button type="submit">{words.set}</Button>
      </form>
      {late && (
        <p role="alert" className="text-danger text-meta">
          {words.past}
        </p>
      )}
      <p className="text-meta text-muted">{words.snoozeAbout}</p>
    </>
  );
}

const row = "flex min-h-9 items-center gap-3 rounded-md px-2 transition-colors hover:bg-sunken pointer-coarse:min-h-11";
