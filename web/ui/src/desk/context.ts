import { createContext, useContext, useSyncExternalStore } from "react";
import type { Detail, Session } from "./api";
import type { Active, Person } from "./inbox/calls";
import type { State } from "./inbox/model";
import { type Doings, type People, shown } from "./inbox/people";
import type { Desk } from "./inbox/session";
import type { Notifier } from "./shell/Notifier";

export const DeskContext = createContext<{
  desk: Desk;
  people: People;
  notifier: Notifier;
  session: Session;
  onLogOut: () => void;
} | null>(null);

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

export function useNotifier(): Notifier {
  return useContextValue().notifier;
}

/** A part of the state. `pick` must return what the state holds, not something made anew. */
export function useDeskState<T>(pick: (state: State) => T): T {
  const { store } = useDesk();
  return useSyncExternalStore(store.subscribe, () => pick(store.snapshot()));
}

/** Everybody who works here, by user id; empty until they were read. */
export function usePeopleById(): Readonly<Record<string, Person>> {
  const { peopleById } = useDesk();
  return useSyncExternalStore(peopleById.subscribe, peopleById.snapshot);
}

const nobody: readonly Active[] = [];

/** Who else is at a conversation now, and what they do there. */
export function useActivity(conversation: string): readonly Active[] {
  const { activity } = useDesk();
  return useSyncExternalStore(activity.subscribe, () => activity.snapshot()[conversation] ?? nobody);
}

/** What the person at this desk can do. */
export function usePeople(): People {
  return useContextValue().people;
}

/** A part of what is being done. `pick` must return what the state holds, not something made anew. */
export function useDoings<T>(pick: (doings: Doings) => T): T {
  const { store } = usePeople();
  return useSyncExternalStore(store.subscribe, () => pick(store.snapshot()));
}

/** The conversation as it is shown while changes are on their way. */
export function useShown(detail: Detail): Detail {
  const { me } = usePeople();
  return shown(
    detail,
    useDoings((d) => d.acts[detail.id]),
    me,
  );
}
