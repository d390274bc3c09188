import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Chips } from "../../ui/Chips";
import { Field } from "../../ui/Field";
import { Loaded } from "../../ui/Loaded";
import { Sheet } from "../../ui/Sheet";
import { Empty } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { type Person, team } from "./api";
import { Avatar, Failure, List, Row, TabHead } from "./parts";
import { useWords } from "./words";

const dots = { online: "bg-ok", away: "bg-warn", offline: "bg-line-strong" };

/** What each person takes and knows. */
export function Skills() {
  const words = useWords();
  const query = useQuery({ queryKey: ["people"], queryFn: team.people });
  const [open, setOpen] = useState<Person>();
  return (
    <>
      <TabHead about={words.skillsAbout} />
      <Loaded query={query} failed={words.skillsFailed} cure={words.gatewayCure}>
        {(people) =>
          people.some((p) => !p.disabled) ? (
            <List>
              {people
                .filter((p) => !p.disabled)
                .map((p) => (
                  <PersonRow key={p.id} person={p} onOpen={() => setOpen(p)} />
                ))}
            </List>
          ) : (
            <Empty icon={UsersRound} title={words.skillsEmpty}>
              {words.skillsEmptyDo}
            </Empty>
          )
        }
      </Loaded>
      {open && <SkillsSheet person={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function PersonRow({ person, onOpen }: { person: Person; onOpen: () => void }) {
  const words = useWords();
  const format = useFormat();
  const full = person.load >= person.capacity;
  const knows = [...person.languages.map(format.language), ...person.topics];
  return (
    <Row onOpen={onOpen}>
      <Avatar name={person.name} />
      <span className="min-w-0 flex-1">
        <span className="flex items-center gap-2">
          <bdi className="truncate font-medium">{person.name}</bdi>
          <span className="inline-flex shrink-0 items-center gap-1 text-meta text-muted">
            <span aria-hidden className={`size-2 rounded-full ${dots[person.presence]}`} />
            {words.presence[person.presence]}
          </span>
        </span>
        <span className="block truncate text-meta text-muted">
          {knows.length > 0 ? knows.join(" · ") : words.anyLanguage}
          {person.teams.length > 0 && `, ${words.inTeams(person.teams.length)}`}
        </span>
      </span>
      <span className="shrink-0 text-right">
        <span className="sr-only">{words.loadLabel}: </span>
        <span className={`tabular block ${full ? "font-medium text-warn" : ""}`}>
          {words.load(person.load, person.capacity)}
        </span>
        <Load load={person.load} capacity={person.capacity} />
      </span>
    </Row>
  );
}

function Load({ load, capacity }: { load: number; capacity: number }) {
  const share = capacity > 0 ? Math.min(1, load / capacity) : 1;
  return (
    <svg viewBox="0 0 64 4" aria-hidden className="ml-auto h-1 w-16">
      <rect width="64" height="4" rx="2" className="fill-line" />
      <rect width={64 * share} height="4" rx="2" className={share >= 1 ? "fill-warn" : "fill-accent"} />
    </svg>
  );
}

function SkillsSheet({ person, onClose }: { person: Person; onClose: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const queries = useQueryClient();
  const [capacity, setCapacity] = useState(String(person.capacity));
  const [languages, setLanguages] = useState(person.languages);
  const [topics, setTopics] = useState(person.topics);
  const number = /^\d{1,3}$/.test(capacity.trim()) ? Number(capacity) : Number.NaN;
  const right = number >= 0 && number <= 100;
  const save = useMutation({
    mutationFn: () => team.setSkills(person.id, { capacity: number, languages, topics }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["people"] });
      onClose();
    },
  });
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onClose()}
      title={person.name}
      description={person.email}
      closeLabel={common.close}
    >
      <form
        noValidate
        className="scroll-thin flex flex-1 flex-col gap-4 overflow-y-auto p-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (right) save.mutate();
        }}
      >
        <Field
          label={words.capacity}
          hint={words.capacityHint}
          inputMode="numeric"
          value={capacity}
          error={right ? undefined : words.capacityWrong}
          onChange={(event) => setCapacity(event.target.value)}
        />
        <Chips
          label={words.languages}
          hint={words.languagesHint}
          values={languages}
          suggestions={["en", "fr", "de", "es", "it", "nl", "pt"]}
          show={format.language}
          clean={(text) => text.trim().toLowerCase()}
          removeLabel={words.remove}
          onChange={setLanguages}
        />
        <Chips
          label={words.topics}
          hint={words.topicsHint}
          values={topics}
          removeLabel={words.remove}
          onChange={setTopics}
        />
        <Failure error={save.error} />
        <div>
          <Button kind="primary" type="submit" disabled={save.isPending || !right}>
            {words.save}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
