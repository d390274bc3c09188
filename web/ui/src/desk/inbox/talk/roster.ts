import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Colleague, type Team, talk } from "./api";

const nobody: Colleague[] = [];
const none: Team[] = [];

/** Who works here, in which teams. Empty until the gateway has said so. */
export function useRoster() {
  const read = useQuery({ queryKey: ["people"], queryFn: talk.people, staleTime: 60_000 });
  const people = read.data ?? nobody;
  const failed = read.isError;
  const teams = useQuery({ queryKey: ["teams"], queryFn: talk.teams, staleTime: 60_000 }).data ?? none;
  return useMemo(() => {
    const byId = new Map(people.map((p) => [p.id, p]));
    const teamById = new Map(teams.map((t) => [t.id, t]));
    return {
      people,
      teams,
      failed,
      /** The name of a person, if the gateway knows one. */
      nameOf: (id: string | undefined) => (id ? byId.get(id)?.name : undefined),
      teamName: (id: string | undefined) => (id ? teamById.get(id)?.name : undefined),
    };
  }, [people, teams, failed]);
}
