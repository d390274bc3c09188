// Until when a conversation is put aside. In the time zone of the browser, where the person works.

export type Preset = "hour" | "tomorrow" | "monday";

const morning = 9;

/** The presets and their times; one that falls on the time of another is left out. */
export function presets(now: Date): { preset: Preset; until: Date }[] {
  const hour = new Date(now.getTime() + 3_600_000);
  const tomorrow = at(now, 1);
  // Sunday is 0: on a Monday, the next one is meant.
  const monday = at(now, (8 - now.getDay()) % 7 || 7);
  const all = [
    { preset: "hour" as const, until: hour },
    { preset: "tomorrow" as const, until: tomorrow },
    { preset: "monday" as const, until: monday },
  ];
  return all.filter((p, i) => all.findIndex((q) => q.until.getTime() === p.until.getTime()) === i);
}

function at(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, morning);
}

/** The value of a date and time field: local time without seconds. */
export function fieldValue(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
