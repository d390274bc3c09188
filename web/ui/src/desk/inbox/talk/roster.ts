import { useMemo, useSyncExternalStore } from "react";
import { useDesk, usePeopleById } from "../../context";

/** Who works here, in which teams. Empty until the gateway has said so. */
export function useRoster() {
  const byId = usePeopleById();
  const { roster } = useDesk();
  const { teams, error } = useSyncExternalStore(roster.store.subscribe, roster.store.snapshot);
  return useMemo(
    () => ({
      people: Object.values(byId),
      teams,
      failed: error !== undefined,
      /** The name of a person, if the gateway knows one. */
      nameOf: (id: string | undefined): string | undefined => (id ? byId[id]?.name : undefined),
      teamName: (id: string | undefined): string | undefined => (id ? teams.find((t) => t.id === id)?.name : undefined),
    }),
    [byId, teams, error],
  );
}
