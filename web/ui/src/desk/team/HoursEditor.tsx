import { CopyPlus, Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useFormat } from "../../words/locale";
import type { Day, Hours, Span } from "./api";
import { another, days, faults, mondayOnWeekdays, share, spansOf, timezones, withDay } from "./hours";
import { useWords } from "./words";

const zones = timezones();

/** The hours of a week, drawn and written, with time zone and days off. */
export function HoursEditor({ hours, onChange }: { hours: Hours; onChange: (hours: Hours) => void }) {
  const words = useWords();
  const id = useId();
  return (
    <div className="flex flex-col gap-4 pt-2">
      <Field
        label={words.timezone}
        list={`${id}-zones`}
        autoComplete="off"
        maxLength={60}
        value={hours.timezone}
        onChange={(event) => onChange({ ...hours, timezone: event.target.value })}
        className="max-w-80"
      />
      <datalist id={`${id}-zones`}>
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <fieldset>
        <legend className="mb-1 font-medium text-meta">{words.week}</legend>
        <ul className="rounded-md border border-line">
          {days.map((day) => (
            <DayRow
              key={day}
              day={day}
              spans={spansOf(hours, day)}
              onChange={(spans) => onChange(withDay(hours, day, spans))}
            />
          ))}
        </ul>
        <Button kind="quiet" icon={CopyPlus} className="mt-1" onClick={() => onChange(mondayOnWeekdays(hours))}>
          {words.mondayAll}
        </Button>
      </fieldset>
      <Holidays dates={hours.holidays ?? []} onChange={(holidays) => onChange({ ...hours, holidays })} />
    </div>
  );
}

function DayRow({ day, spans, onChange }: { day: Day; spans: Span[]; onChange: (spans: Span[]) => void }) {
  const words = useWords();
  const name = words.days[day];
  const wrong = faults(spans);
  const set = (i: number, change: Partial<Span>) => onChange(spans.map((s, j) => (j === i ? { ...s, ...change } : s)));
  return (
    <li className="flex flex-wrap items-start gap-x-3 gap-y-1 border-line border-b p-2 last:border-b-0">
      <span className="flex min-h-8 w-24 shrink-0 items-center font-medium pointer-coarse:min-h-11">{name}</span>
      <div className="flex min-w-0 flex-1 basis-56 flex-col gap-1.5">
        <Bar spans={spans} />
        {spans.length === 0 && <p className="text-meta text-muted">{words.closed}</p>}
        {spans.map((span, i) => {
          const fault = wrong[i];
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: spans have no name but their place, and do not move.
            <div key={i} className="flex flex-col gap-0.5">
              <div className="flex items-center gap-1.5">
                <Time
                  label={words.from(name)}
                  value={span.from}
                  wrong={!!fault}
                  onChange={(from) => set(i, { from })}
                />
                <span aria-hidden className="text-muted">
                  –
                </span>
                <Time label={words.to(name)} value={span.to} wrong={!!fault} onChange={(to) => set(i, { to })} />
                <IconButton
                  icon={X}
                  label={words.removeSpan(name, `${span.from}–${span.to}`)}
                  className="text-muted"
                  onClick={() => onChange(spans.filter((_, j) => j !== i))}
                />
              </div>
              {fault && <p className="text-danger text-meta">{words.faults[fault]}</p>}
            </div>
          );
        })}
      </div>
      <IconButton icon={Plus} label={words.addSpan(name)} onClick={() => onChange([...spans, another(day, spans)])} />
    </li>
  );
}

/** A day of 24 hours with what is open of it. */
function Bar({ spans }: { spans: readonly Span[] }) {
  return (
    <svg viewBox="0 0 240 12" preserveAspectRatio="none" aria-hidden className="h-3 w-full">
      <rect width="240" height="12" className="fill-sunken" />
      {spans.map((span, i) => {
        const at = share(span);
        return (
          at && (
            // biome-ignore lint/suspicious/noArrayIndexKey: spans have no name but their place, and do not move.
            <rect key={i} x={240 * at.from} width={240 * at.length} height="12" className="fill-accent" />
          )
        );
      })}
      {[6, 12, 18].map((h) => (
        <rect key={h} x={h * 10 - 0.25} width="0.5" height="12" className="fill-line-strong" />
      ))}
    </svg>
  );
}

function Time({
  label,
  value,
  wrong,
  onChange,
}: {
  label: string;
  value: string;
  wrong: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <input
      aria-label={label}
      aria-invalid={wrong || undefined}
      inputMode="numeric"
      maxLength={5}
      placeholder="09:00"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onBlur={() => {
        // "9", "930" and "9:30" are what people type.
        const digits = value.replace(/\D/g, "");
        const typed = /^\d{1,2}:?\d{2}$|^\d{1,2}$/.test(value);
        if (!typed) return;
        const padded = digits.length <= 2 ? `${digits.padStart(2, "0")}00` : digits.padStart(4, "0");
        onChange(`${padded.slice(0, 2)}:${padded.slice(2)}`);
      }}
      className={`tabular min-h-8 w-18 rounded-md border bg-surface px-2 text-center pointer-coarse:min-h-11 ${wrong ? "border-danger" : "border-line-strong"}`}
    />
  );
}

function Holidays({ dates, onChange }: { dates: readonly string[]; onChange: (dates: string[]) => void }) {
  const words = useWords();
  const format = useFormat();
  const [date, setDate] = useState("");
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="font-medium text-meta">{words.holidays}</legend>
      <p className="text-meta text-muted">{words.holidaysHint}</p>
      {dates.length > 0 && (
        <ul className="flex flex-wrap gap-1.5">
          {[...dates].sort().map((d) => (
            <li key={d} className="inline-flex items-center rounded-sm bg-sunken pl-2">
              <time dateTime={d}>{format.day(`${d}T12:00:00`, 0)}</time>
              <button
                type="button"
                aria-label={words.remove(d)}
                onClick={() => onChange(dates.filter((other) => other !== d))}
                className="inline-flex size-7 items-center justify-center text-muted hover:text-text pointer-coarse:size-11"
              >
                <X aria-hidden className="size-3.5" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-end gap-2">
        <Field label={words.holiday} type="date" value={date} onChange={(event) => setDate(event.target.value)} />
        <Button
          icon={Plus}
          disabled={!date || dates.includes(date)}
          onClick={() => {
            onChange([...dates, date].sort());
            setDate("");
          }}
        >
          {words.addHoliday}
        </Button>
      </div>
    </fieldset>
  );
}
