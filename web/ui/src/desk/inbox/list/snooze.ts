// When a conversation that is put aside comes back. Pure, in the reader's own time zone.

export interface Preset {
  name: "inAnHour" | "inThreeHours" | "tomorrow" | "monday";
  until: Date;
}

/** The usual times, the earliest first; days begin at nine. Monday is left out when it is tomorrow. */
export function presets(now: Date): Preset[] {
  const inHours = (n: number) => new Date(now.getTime() + n * 3_600_000);
  const inDays = (n: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + n, 9);
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const all: Preset[] = [
    { name: "inAnHour", until: inHours(1) },
    { name: "inThreeHours", until: inHours(3) },
    { name: "tomorrow", until: inDays(1) },
  ];
  return toMonday === 1 ? all : [...all, { name: "monday", until: inDays(toMonday) }];
}
