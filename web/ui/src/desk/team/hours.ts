// Business hours as the editor sees them: a week of days, each with its spans in order.
import type { Day, Hours, Span } from "./api";

export const days: readonly Day[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Minutes since midnight of "09:30"; undefined when it is no time. 24:00 is the end of the day. */
export function minutes(time: string): number | undefined {
  const parts = /^(\d\d):(\d\d)$/.exec(time);
  if (!parts) return undefined;
  const m = Number(parts[1]) * 60 + Number(parts[2]);
  return Number(parts[2]) < 60 && m <= 1440 ? m : undefined;
}

/** Where a span lies on a day of 24 hours, as shares from 0 to 1; undefined when it is none. */
export function share(span: Span): { from: number; length: number } | undefined {
  const from = minutes(span.from);
  const to = minutes(span.to);
  if (from === undefined || to === undefined || to <= from) return undefined;
  return { from: from / 1440, length: (to - from) / 1440 };
}

export type Fault = "time" | "order" | "overlap";

/** What is wrong with the spans of one day, in their order; undefined for those that are right. */
export function faults(spans: readonly Span[]): (Fault | undefined)[] {
  return spans.map((span, i) => {
    const from = minutes(span.from);
    const to = minutes(span.to);
    if (from === undefined || to === undefined) return "time";
    if (to <= from) return "order";
    const overlaps = spans.some((other, j) => {
      const start = minutes(other.from);
      const end = minutes(other.to);
      return j !== i && start !== undefined && end !== undefined && start < to && from < end;
    });
    return overlaps ? "overlap" : undefined;
  });
}

/** The spans of one day. */
export function spansOf(hours: Hours, day: Day): Span[] {
  return hours.weekly.filter((s) => s.day === day);
}

/** The hours with the spans of one day replaced, days in order. */
export function withDay(hours: Hours, day: Day, spans: readonly Span[]): Hours {
  return { ...hours, weekly: days.flatMap((d) => (d === day ? spans : spansOf(hours, d))) };
}

/** A span that fits behind those of a day: after a break of an hour, or the usual working day. */
export function another(day: Day, spans: readonly Span[]): Span {
  const last = Math.max(0, ...spans.map((s) => minutes(s.to) ?? 0));
  if (last === 0) return { day, from: "09:00", to: "18:00" };
  const from = Math.min(last + 60, 1380);
  return { day, from: clock(from), to: clock(Math.min(from + 240, 1440)) };
}

function clock(m: number): string {
  return `${String(Math.floor(m / 60)).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
}

/** Monday's spans on Tuesday to Friday too. */
export function mondayOnWeekdays(hours: Hours): Hours {
  const monday = spansOf(hours, "monday");
  return days.slice(1, 5).reduce<Hours>(
    (all, day) =>
      withDay(
        all,
        day,
        monday.map((s) => ({ ...s, day })),
      ),
    hours,
  );
}

/** What a team has that begins to keep hours: the usual week in the browser's time zone. */
export function usualHours(): Hours {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone || "Europe/Paris";
  return { timezone, weekly: days.slice(0, 5).map((day) => ({ day, from: "09:00", to: "18:00" })), holidays: [] };
}

/** Every time zone that the browser knows. */
export function timezones(): string[] {
  return typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
}
