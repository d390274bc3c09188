import { useState } from "react";
import { Choice, Field, Toggle } from "../../ui/Field";
import { useLanguage } from "../../words/locale";
import { controls, type Switch, type Value } from "./api";
import { Note, Pane, useAnswer, useChange } from "./Pane";
import { useWords } from "./words";

/** "What the documentation does not say", with the switch of each answer. */
export function Switches() {
  const words = useWords();
  const answer = useAnswer(controls.switches);
  const [changedOnly, setChangedOnly] = useState(false);
  const put = async (name: string, value: Value) => answer.setData(await controls.setSwitch(name, value));
  return (
    <Pane about={words.switchesAbout} answer={answer}>
      {({ about }) => {
        const shown = about.filter((s) => !changedOnly || s.value !== s.default);
        return (
          <>
            <Toggle label={words.changedOnly} checked={changedOnly} onChange={setChangedOnly} />
            {shown.length === 0 && <p className="text-muted">{words.noneChanged}</p>}
            <ul>
              {shown.map((s) => (
                <Row key={s.name} about={s} onPut={(value) => put(s.name, value)} />
              ))}
            </ul>
          </>
        );
      }}
    </Pane>
  );
}

function Row({ about, onPut }: { about: Switch; onPut: (value: Value) => Promise<void> }) {
  const words = useWords();
  const { change, note } = useChange();
  const what = useLanguage() === "fr" ? about.what_fr : about.what;
  const changed = about.value !== about.default;
  return (
    <li className="border-line border-t py-3">
      <Control about={about} onPut={(value) => change(() => onPut(value))} />
      {note && <Note note={note} />}
      <p className="pt-1">{what}</p>
      <p className={`text-meta ${changed ? "text-warn" : "text-muted"}`}>
        {about.source === "documented" ? words.documented : words.choice} ·{" "}
        {words.standard(typeof about.default === "string" ? visible(about.default) : String(about.default))}
      </p>
    </li>
  );
}

/** A separator that cannot be seen is shown as its escape. */
const visible = (text: string) => text.replaceAll("\n", "\\n");

function Control({ about, onPut }: { about: Switch; onPut: (value: Value) => Promise<boolean> }) {
  const [draft, setDraft] = useState<string>();
  if (typeof about.value === "boolean")
    return <Toggle label={about.name} checked={about.value} onChange={(on) => void onPut(on)} />;
  const numeric = typeof about.value === "number";
  if (about.choices)
    return (
      <Choice
        label={about.name}
        value={String(about.value)}
        options={about.choices.map((c) => ({ value: c, label: c }))}
        onChange={(event) => void onPut(numeric ? Number(event.target.value) : event.target.value)}
      />
    );
  const put = async () => {
    if (draft === undefined) return;
    // What is no number goes as it is: the sandbox says what it takes.
    const n = draft.trim() === "" ? Number.NaN : Number(draft);
    await onPut(numeric && !Number.isNaN(n) ? n : draft.replaceAll("\\n", "\n"));
    setDraft(undefined);
  };
  return (
    <Field
      label={about.name}
      inputMode={numeric ? "decimal" : "text"}
      value={draft ?? visible(String(about.value))}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={() => void put()}
      onKeyDown={(event) => event.key === "Enter" && void put()}
    />
  );
}
