import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../ui/Button";
import { Chips } from "../../ui/Chips";
import { Field, Segments, Toggle } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { type Person, type Team, type TeamFields, team } from "./api";
import { HoursEditor } from "./HoursEditor";
import { days, faults, spansOf, usualHours } from "./hours";
import { Avatar, Failure, Part } from "./parts";
import { useWords } from "./words";

/** Adds a team, or changes one. */
export function TeamSheet({
  team: was,
  people,
  onClose,
}: {
  team: Team | undefined;
  people: readonly Person[];
  onClose: () => void;
}) {
  const words = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const queries = useQueryClient();
  const [fields, setFields] = useState<TeamFields>(
    was ?? { name: "", strategy: "round_robin", autoAssign: true, members: [], languages: [], topics: [] },
  );
  const [tried, setTried] = useState(false);
  const [sure, setSure] = useState(false);
  const set = (change: Partial<TeamFields>) => setFields((now) => ({ ...now, ...change }));
  const { hours } = fields;
  const wrong = hours !== undefined && days.some((day) => faults(spansOf(hours, day)).some(Boolean));
  const changed = async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["teams"] }),
      queries.invalidateQueries({ queryKey: ["people"] }),
    ]);
    onClose();
  };
  const save = useMutation({
    mutationFn: () => {
      const { name, strategy, autoAssign, members, languages = [], topics = [] } = fields;
      const body = { name: name.trim(), strategy, autoAssign, members, languages, topics, ...(hours ? { hours } : {}) };
      return was ? team.changeTeam(was.id, body) : team.addTeam(body);
    },
    onSuccess: changed,
  });
  const remove = useMutation({ mutationFn: () => team.deleteTeam(was?.id ?? ""), onSuccess: changed });
  return (
    <Sheet
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={was ? was.name : words.teamAdd}
      closeLabel={common.close}
    >
      <form
        noValidate
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (fields.name.trim() && !wrong) save.mutate();
        }}
      >
        <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto p-4">
          <Field
            label={words.name}
            maxLength={80}
            autoComplete="off"
            value={fields.name}
            error={tried && !fields.name.trim() ? words.nameMissing : undefined}
            onChange={(event) => set({ name: event.target.value })}
          />
          <Members people={people} chosen={fields.members} onChange={(members) => set({ members })} />
          <Part title={words.strategy}>
            <div>
              <Segments
                label={words.strategy}
                value={fields.strategy}
                options={(["round_robin", "least_busy"] as const).map((value) => ({
                  value,
                  label: words.strategies[value],
                }))}
                onChange={(strategy) => set({ strategy })}
              />
            </div>
            <Toggle
              label={words.autoAssign}
              hint={words.autoAssignHint}
              checked={fields.autoAssign}
              onChange={(autoAssign) => set({ autoAssign })}
            />
            <div className="grid gap-4 md:grid-cols-2">
              <Chips
                label={words.languages}
                hint={words.languagesHint}
                values={fields.languages ?? []}
                suggestions={["en", "fr", "de", "es", "it", "nl", "pt"]}
                show={format.language}
                clean={(text) => text.trim().toLowerCase()}
                removeLabel={words.remove}
                onChange={(languages) => set({ languages })}
              />
              <Chips
                label={words.topics}
                hint={words.topicsHint}
                values={fields.topics ?? []}
                removeLabel={words.remove}
                onChange={(topics) => set({ topics })}
              />
            </div>
          </Part>
          <div className="border-line border-t pt-2">
            <Toggle
              label={words.keepsHours}
              hint={words.keepsHoursHint}
              checked={hours !== undefined}
              onChange={(keeps) =>
                setFields(({ hours: _, ...rest }) => (keeps ? { ...rest, hours: was?.hours ?? usualHours() } : rest))
              }
            />
            {hours && <HoursEditor hours={hours} onChange={(changed) => set({ hours: changed })} />}
          </div>
          {was && (
            <Part title={words.deleteTeam}>
              {sure ? (
                <div className="flex flex-col gap-2 rounded-md bg-danger-soft p-3">
                  <p className="text-danger">{words.deleteSure(was.name)}</p>
                  <div className="flex gap-2">
                    <Button kind="danger" icon={Trash2} onClick={() => remove.mutate()} disabled={remove.isPending}>
                      {words.deleteTeam}
                    </Button>
                    <Button onClick={() => setSure(false)}>{words.cancel}</Button>
                  </div>
                </div>
              ) : (
                <div>
                  <Button kind="danger" icon={Trash2} onClick={() => setSure(true)}>
                    {words.deleteTeam}
                  </Button>
                </div>
              )}
              <Failure error={remove.error} />
            </Part>
          )}
        </div>
        <footer className="flex flex-wrap items-center gap-3 border-line border-t p-4">
          <Button kind="primary" type="submit" disabled={save.isPending}>
            {words.save}
          </Button>
          <Button onClick={onClose}>{words.cancel}</Button>
          {tried && wrong && (
            <p role="alert" className="text-danger">
              {words.hoursWrong}
            </p>
          )}
          <Failure error={save.error} />
        </footer>
      </form>
    </Sheet>
  );
}

/** Who is in the team; a search once there are many. */
function Members({
  people,
  chosen,
  onChange,
}: {
  people: readonly Person[];
  chosen: readonly string[];
  onChange: (ids: string[]) => void;
}) {
  const words = useWords();
  const id = useId();
  const [find, setFind] = useState("");
  const wanted = find.trim().toLocaleLowerCase();
  const shown = people.filter(
    (p) => (!p.disabled || chosen.includes(p.id)) && p.name.toLocaleLowerCase().includes(wanted),
  );
  return (
    <fieldset className="flex flex-col gap-2 border-line border-t pt-4">
      <legend className="contents">
        <span className="font-medium">
          {words.members} <span className="tabular font-normal text-muted">{chosen.length}</span>
        </span>
      </legend>
      {people.length > 10 && (
        <Field label={words.membersFind} value={find} onChange={(event) => setFind(event.target.value)} />
      )}
      <ul className="scroll-thin grid max-h-56 gap-x-4 overflow-y-auto md:grid-cols-2">
        {shown.map((p) => (
          <li key={p.id}>
            <label
              htmlFor={`${id}-${p.id}`}
              className="flex min-h-11 items-center gap-2.5 rounded-md px-1 hover:bg-sunken"
            >
              <input
                id={`${id}-${p.id}`}
                type="checkbox"
                checked={chosen.includes(p.id)}
                onChange={(event) =>
                  onChange(event.target.checked ? [...chosen, p.id] : chosen.filter((other) => other !== p.id))
                }
                className="size-4 shrink-0 accent-accent"
              />
              <Avatar name={p.name} faint={p.disabled} />
              <span className="min-w-0">
                <bdi className="block truncate">{p.name}</bdi>
                <span className="block truncate text-meta text-muted">{words.roles[p.role]}</span>
              </span>
            </label>
          </li>
        ))}
        {shown.length === 0 && <li className="py-2 text-muted">{words.membersNone}</li>}
      </ul>
    </fieldset>
  );
}
