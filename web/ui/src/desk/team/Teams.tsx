import { useQuery } from "@tanstack/react-query";
import { Clock, Plus, UsersRound } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Loaded } from "../../ui/Loaded";
import { Empty } from "../../ui/States";
import { useFormat } from "../../words/locale";
import { type Team, team } from "./api";
import { List, Row, TabHead, Tag } from "./parts";
import { TeamSheet } from "./TeamSheet";
import { useWords } from "./words";

/** Who answers which conversations, and when. */
export function Teams() {
  const words = useWords();
  const query = useQuery({ queryKey: ["teams"], queryFn: team.teams });
  const people = useQuery({ queryKey: ["people"], queryFn: team.people });
  const [open, setOpen] = useState<Team | "new">();
  return (
    <>
      <TabHead
        about={words.teamsAbout}
        action={
          <Button kind="primary" icon={Plus} onClick={() => setOpen("new")}>
            {words.teamAdd}
          </Button>
        }
      />
      <Loaded query={query} failed={words.teamsFailed} cure={words.gatewayCure}>
        {(teams) =>
          teams.length > 0 ? (
            <List>
              {teams.map((t) => (
                <TeamRow key={t.id} team={t} onOpen={() => setOpen(t)} />
              ))}
            </List>
          ) : (
            <Empty icon={UsersRound} title={words.teamsEmpty}>
              {words.teamsEmptyDo}
            </Empty>
          )
        }
      </Loaded>
      {open && (
        <TeamSheet
          team={open === "new" ? undefined : open}
          people={people.data ?? []}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

function TeamRow({ team: t, onOpen }: { team: Team; onOpen: () => void }) {
  const words = useWords();
  const format = useFormat();
  const takes = [...(t.languages ?? []).map(format.language), ...(t.topics ?? [])];
  return (
    <Row onOpen={onOpen}>
      <span className="min-w-0 flex-1">
        <bdi className="block truncate font-medium">{t.name}</bdi>
        <span className="block truncate text-meta text-muted">
          {takes.length > 0 ? takes.join(" · ") : words.everything}
        </span>
      </span>
      <span className="flex shrink-0 flex-col items-end gap-1 text-meta md:flex-row md:items-center md:gap-6">
        <span className="tabular md:w-24">{words.memberCount(t.members.length)}</span>
        <span className="hidden text-muted md:block md:w-40">
          {t.autoAssign ? words.strategies[t.strategy] : words.takesThemselves}
        </span>
        <span className="md:w-40">
          <Tag icon={Clock}>{t.hours ? t.hours.timezone.replaceAll("_", " ") : words.always}</Tag>
        </span>
      </span>
    </Row>
  );
}
