import { createContext, useContext, useSyncExternalStore } from "react";
import type { State } from "./model";
import type { Session } from "./session";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession needs a SessionContext around it");
  return session;
}

/** A part of the state. `pick` must return what the state holds, not something made anew. */
export function useSandbox<T>(pick: (state: State) => T): T {
  const { store } = useSession();
  return useSyncExternalStore(store.subscribe, () => pick(store.snapshot()));
}
