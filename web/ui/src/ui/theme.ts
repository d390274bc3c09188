import { useSyncExternalStore } from "react";
import { keep, read } from "../words/locale";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

// public/theme.js reads the same key before the first paint.
const key = "parley.theme";
const listeners = new Set<() => void>();
let current: Theme = initial();

function initial(): Theme {
  const stored = read(key);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(theme: Theme) {
  current = theme;
  keep(key, theme === "system" ? null : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const tell of listeners) tell();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => current,
  );
}
