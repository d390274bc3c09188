import { useQuery } from "@tanstack/react-query";
import { BookOpen, TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { CopyButton } from "../../../ui/Copy";
import { Choice } from "../../../ui/Field";
import { Loaded } from "../../../ui/Loaded";
import { Empty } from "../../../ui/States";
import { useWords as useDeskWords } from "../../words";
import { Section } from "../access/parts";
import { type SetupField, type Sheet, setupApi, useSaid } from "./api";
import { useWords } from "./words";

/** What to make in Braze, to be pasted field by field. */
export function Guide() {
  const words = useWords();
  const desk = useDeskWords();
  const query = useQuery({ queryKey: ["setup-guide"], queryFn: setupApi.guide });
  const [chosen, setChosen] = useState("");
  const spaces = query.data?.workspaces ?? [];
  return (
    <Section
      title={desk.sections.guide}
      about={words.guideAbout}
      action={
        spaces.length > 1 && (
          <Choice
            label={words.workspace}
            hideLabel
            value={chosen}
            options={spaces.map((s) => ({ value: s.id, label: s.name }))}
            onChange={(event) => setChosen(event.target.value)}
          />
        )
      }
    >
      <Loaded query={query} failed={words.guideFailed} cure={words.gatewayCure}>
        {({ publicUrl, workspaces }) => {
          const space = workspaces.find((w) => w.id === chosen) ?? workspaces[0];
          if (!space)
            return (
              <Empty icon={BookOpen} title={words.guideEmpty}>
                {words.guideEmptyDo}
              </Empty>
            );
          return (
            <div className="flex max-w-3xl flex-col gap-8 p-4 md:px-6">
              {!publicUrl && (
                <p className="flex items-start gap-2 rounded-md bg-warn-soft p-3 text-warn">
                  <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
                  {words.noPublicUrl}
                </p>
              )}
              {space.sheets.map((sheet) => (
                <SheetSection key={`${space.id} ${sheet.title.en}`} sheet={sheet} />
              ))}
            </div>
          );
        }}
      </Loaded>
    </Section>
  );
}

function SheetSection({ sheet }: { sheet: Sheet }) {
  const said = useSaid();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="mb-1 font-semibold text-title">
        {said(sheet.title)}
      </h2>
      <dl>
        {sheet.fields.map((field) => (
          <FieldRow key={field.name.en} field={field} />
        ))}
      </dl>
    </section>
  );
}

function FieldRow({ field }: { field: SetupField }) {
  const words = useWords();
  const said = useSaid();
  const name = said(field.name);
  const value = said(field.value);
  const why = said(field.why);
  return (
    <div className="flex flex-col gap-1 border-line border-b py-3 last:border-b-0 md:flex-row md:gap-4">
      <dt className="shrink-0 font-medium md:w-48 md:pt-1.5">{name}</dt>
      <dd className="flex min-w-0 flex-1 flex-col gap-1">
        <div className="flex items-start gap-2">
          {field.paste ? (
            <>
              <pre className="scroll-thin min-w-0 flex-1 whitespace-pre-wrap rounded-md bg-sunken px-2.5 py-1.5 font-mono text-meta [overflow-wrap:anywhere]">
                {value}
              </pre>
              <CopyButton value={value} label={words.copyOf(name)} copied={words.copied} />
            </>
          ) : (
            <p className="min-w-0 flex-1 md:pt-1.5 [overflow-wrap:anywhere]">{value}</p>
          )}
        </div>
        {why && <p className="text-meta text-muted [overflow-wrap:anywhere]">{why}</p>}
      </dd>
    </div>
  );
}
