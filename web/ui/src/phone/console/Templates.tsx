import { FileCheck, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Choice, Field } from "../../ui/Field";
import { Empty } from "../../ui/States";
import { controls, type Template } from "./api";
import { Note, Pane, TextArea, useAnswer, useChange } from "./Pane";
import { useWords } from "./words";

const states = ["approved", "pending", "rejected", "paused"] as const;
const categories = ["utility", "marketing", "authentication"] as const;
const fresh: Template = { name: "", language: "en", category: "utility", status: "pending", body: "" };
const idOf = (t: Template) => `${t.name}/${t.language}`;
const read = () => controls.templates();

/** Message templates as Meta has judged them. */
export function Templates() {
  const words = useWords();
  const answer = useAnswer(read);
  const [editing, setEditing] = useState("");
  const done = (templates?: Template[]) => {
    if (templates) answer.setData({ templates });
    setEditing("");
  };
  return (
    <Pane about={words.templatesAbout} answer={answer}>
      {({ templates }) => (
        <>
          {templates.length === 0 && (
            <Empty icon={FileCheck} title={words.noTemplates}>
              {words.noTemplatesDo}
            </Empty>
          )}
          <ul>
            {templates.map((t) => (
              <li key={idOf(t)} className="border-line border-t py-3">
                <div className="flex items-baseline justify-between gap-3">
                  <h3 className="break-all font-mono">
                    {t.name} <span className="text-muted">· {t.language}</span>
                  </h3>
                  <span className={`shrink-0 text-meta ${t.status === "approved" ? "text-ok" : "text-warn"}`}>
                    {words.templateStates[t.status]}
                  </span>
                </div>
                <p className="text-meta text-muted">{words.categories[t.category]}</p>
                <p className="mt-1 whitespace-pre-wrap break-words">{t.body}</p>
                {editing === idOf(t) ? (
                  <Form first={t} onDone={done} />
                ) : (
                  <Button className="mt-2" aria-label={`${words.edit}: ${t.name}`} onClick={() => setEditing(idOf(t))}>
                    {words.edit}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {editing === "new" ? (
            <Form first={fresh} onDone={done} />
          ) : (
            <Button icon={Plus} onClick={() => setEditing("new")}>
              {words.newTemplate}
            </Button>
          )}
        </>
      )}
    </Pane>
  );
}

function Form({ first, onDone }: { first: Template; onDone: (templates?: Template[]) => void }) {
  const words = useWords();
  const { change, note } = useChange();
  const [draft, setDraft] = useState(first);
  const set = (part: Partial<Template>) => setDraft({ ...draft, ...part });
  const save = () =>
    change(async () => {
      const { templates } = await controls.putTemplate(draft);
      onDone(templates);
    });
  return (
    <form
      className="mt-2 flex flex-col gap-3 border-line border-t pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {!first.name && (
        <>
          <Field
            label={words.templateName}
            hint={words.templateNameHint}
            required
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
          <Field
            label={words.templateLanguage}
            required
            value={draft.language}
            onChange={(event) => set({ language: event.target.value })}
          />
        </>
      )}
      <Choice
        label={words.status}
        value={draft.status}
        options={states.map((value) => ({ value, label: words.templateStates[value] }))}
        onChange={(event) => set({ status: event.target.value as Template["status"] })}
      />
      <Choice
        label={words.category}
        value={draft.category}
        options={categories.map((value) => ({ value, label: words.categories[value] }))}
        onChange={(event) => set({ category: event.target.value as Template["category"] })}
      />
      {first.campaign_id ? (
        <p className="text-meta text-muted">{words.textOfCampaign}</p>
      ) : (
        <TextArea label={words.templateBody} value={draft.body} onChange={(body) => set({ body })} />
      )}
      <div className="flex gap-2">
        <Button kind="primary" type="submit">
          {words.save}
        </Button>
        <Button onClick={() => onDone()}>{words.cancel}</Button>
      </div>
      <Note note={note} />
    </form>
  );
}
