// Days and periods of the reader's own calendar, as 2026-11-22.

export const presets = [7, 28, 90, 365] as const;
export const usual = 28;
/** The longest period that the gateway reports on. */
export const longest = 400;

const pattern = /^\d{4}-\d\d-\d\d$/;

/** The day of a moment in the reader's time zone. */
export function dayOf(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The day so many days later. */
export function shift(day: string, days: number): string {
  const at = midday(day);
  at.setDate(at.getDate() + days);
  return dayOf(at);
}

/** A moment of a day that is the same day whatever the clocks do. */
export function midday(day: string): Date {
  return new Date(`${day}T12:00`);
}

/** How many days a period has, both ends included; 0 when it is no period. */
export function length(from: string, to: string): number {
  if (!valid(from) || !valid(to)) return 0;
  return Math.max(0, Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / 86_400_000) + 1);
}

function valid(day: string): boolean {
  return pattern.test(day) && !Number.isNaN(Date.parse(`${day}T00:00Z`));
}

export interface Period {
  from: string;
  to: string;
}

/** The period that ends on a day. */
export function lasting(days: number, to: string): Period {
  return { from: shift(to, 1 - days), to };
}

/** The period of the same length just before. */
export function preceding({ from, to }: Period): Period {
  return lasting(length(from, to), shift(from, -1));
}

/** The period that an address asks for, or the usual one. */
export function periodOf(from: string | null, to: string | null, today: string): Period {
  return from && to && length(from, to) > 0 ? { from, to } : lasting(usual, today);
}

/** Which preset a period is, if it is one. */
export function presetOf({ from, to }: Period, today: string): (typeof presets)[number] | undefined {
  return to === today ? presets.find((p) => p === length(from, to)) : undefined;
}
