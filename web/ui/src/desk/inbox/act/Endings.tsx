import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from "react";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import type { Detail } from "../../api";
import type { Outcome, Priority } from "../talk/api";
import type { Change } from "./changes";
import { useActWords } from "./words";

const outcomes: Outcome[] = ["solved", "unsolved", "spam", "other"];
const priorities: Priority[] = ["urgent", "high", "normal"];

/** Ends the conversation and says how it went. */
export function Resolve({ onPick }: { onPick: (change: Change) => void }) {
  const words = useActWords();
  const [outcome, setOutcome] = useState<Outcome>("solved");
  const [note, setNote] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPick({ kind: "resolve", outcome, ...(note.trim() ? { note: note.trim() } : {}) });
  };
  return (
    <form className="flex flex-col gap-2" onSubmit={submit}>
      <Radios
        label={words.resolveAs}
        value={outcome}
        onChange={setOutcome}
        options={outcomes.map((o) => ({ value: o, label: words.outcomes[o] }))}
      />
      <Field
        label={words.resolveNote}
        value={note}
        maxLength={2000}
        onChange={(event) => setNote(event.target.value)}
      />
      <Button type="submit" kind="primary">
        {words.resolveNow}
      </Button>
    </form>
  );
}

/** Gives the conversation back to the bot, with what it has to know. */
export function PassBack({ onPick }: { onPick: (change: Change) => void }) {
  const words = useActWords();
  const [promise, setPromise] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPick({ kind: "pass_back", ...(promise.trim() ? { promise: promise.trim() } : {}) });
  };
  return (
    <form className="flex flex-col gap-3" onSubmit={submit}>
      <Field
        label={words.promise}
        placeholder={words.promiseHint}
        hint={words.promiseAbout}
        value={promise}
        maxLength={2000}
        autoComplete="off"
        onChange={(event) => setPromise(event.target.value)}
      />
      <Button type="submit" kind="primary">
        {words.passBackNow}
      </Button>
    </form>
  );
}

/** How soon people should look at it. */
export function SetPriority({ detail, onPick }: { detail: Detail; onPick: (change: Change) => void }) {
  const words = useActWords();
  const [value, setValue] = useState<Priority>(detail.priority);
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onPick({ kind: "priority", priority: value });
      }}
    >
      <Radios
        label={words.priority}
        value={value}
        onChange={setValue}
        onChosen={(priority) => onPick({ kind: "priority", priority })}
        options={priorities.map((p) => ({ value: p, label: words.priorities[p] }))}
      />
      <button type="submit" className="sr-only" tabIndex={-1}>
        {words.priority}
      </button>
    </form>
  );
}

/** A short list of which one holds. The digits choose too; `onChosen` is told of a choice by mouse, finger or digit. */
function Radios<T extends string>({
  label,
  value,
  onChange,
  onChosen,
  options,
}: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  onChosen?: (value: T) => void;
  options: { value: T; label: ReactNode }[];
}) {
  const onKey = (event: KeyboardEvent) => {
    const option = options[Number(event.key) - 1];
    if (!option || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    onChange(option.value);
    onChosen?.(option.value);
  };
  return (
    <fieldset onKeyDown={onKey}>
      <legend className="pb-1 font-semibold">{label}</legend>
      {options.map((option, i) => (
        <label
          key={option.value}
          className="-mx-1 flex min-h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 hover:bg-sunken has-checked:bg-accent-soft pointer-coarse:min-h-11"
        >
          <input
            type="radio"
            name={label}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            onClick={(event) => event.detail > 0 && onChosen?.(option.value)}
            className="accent-accent"
          />
          <span className="flex-1">{option.label}</span>
          <kbd aria-hidden className="font-mono text-meta text-muted pointer-coarse:hidden">
            {i + 1}
          </kbd>
        </label>
      ))}
    </fieldset>
  );
}
