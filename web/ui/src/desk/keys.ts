import { useEffect } from "react";

/** Whether a key goes into a field, or belongs to the browser. */
export function typing(event: KeyboardEvent): boolean {
  if (event.metaKey || event.ctrlKey || event.altKey) return true;
  const el = event.target as HTMLElement | null;
  return !!el?.closest("input, textarea, select, [contenteditable], [role=dialog]");
}

/** Runs an action for a key that no field and no shortcut of the browser wants. */
export function useKeys(actions: Record<string, () => unknown>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const action = actions[event.key.toLowerCase()];
      if (!action || event.defaultPrevented || typing(event)) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
