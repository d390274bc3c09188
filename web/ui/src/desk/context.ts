import { createContext, useContext, useSyncExternalStore } from "react";
import type { Session } from "./api";
import type { State } from "./model";
import type { Desk } from "./session";

export const DeskContext = createContext<{ desk: Desk; session: Session; onLogOut: () => void } | null>(null);

function useContextValue() {
  const value = useContext(DeskContext);
  if (!value) throw new Error("the desk's hooks need a DeskContext around them");
  return value;
}

export function useDesk(): Desk {
  return useContextValue().desk;
}

/** Who is logged in, and what to call once they no longer are. */
export function useAccount() {
  const { session, onLogOut } = useContextValue();
  return { session, onLogOut };
}

/** A part of the state. `pick` must return what the state holds, not something made anew. */
export function useDeskState<T>(pick: (state: State) => T): T {
  const { store } = useDesk();
  return useSyncExternalStore(store.subscribe, () => pick(store.snapshot()));
}
