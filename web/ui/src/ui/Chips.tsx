import { X } from "lucide-react";
import { useId, useState } from "react";

/** A list of short values: each can be removed, and another typed and ended with Enter or a comma. */
export function Chips({
  label,
  hint,
  values,
  suggestions = [],
  show = (value) => value,
  clean = (text) => text.trim(),
  removeLabel,
  onChange,
}: {
  label: string;
  hint?: string;
  values: readonly string[];
  suggestions?: readonly string[];
  /** How a value is written for people. */
  show?: (value: string) => string;
  /** What is kept of what was typed; "" for nothing. */
  clean?: (text: string) => string;
  removeLabel: (value: string) => string;
  onChange: (values: string[]) => void;
}) {
  const id = useId();
  const [text, setText] = useState("");
  const add = (typed: string) => {
    const fresh = typed
      .split(",")
      .map(clean)
      .filter((v, i, all) => v && !values.includes(v) && all.indexOf(v) === i);
    if (fresh.length > 0) onChange([...values, ...fresh]);
    setText("");
  };
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-meta">
        {label}
      </label>
      <div className="flex min-h-8 flex-wrap items-center gap-1 rounded-md border border-line-strong bg-surface p-1 pointer-coarse:min-h-11">
        {values.map((value) => (
          <span key={value} className="inline-flex max-w-full items-center rounded-sm bg-sunken pl-2">
            <span className="truncate">{show(value)}</span>
            <button
              type="button"
              aria-label={removeLabel(show(value))}
              onClick={() => onChange(values.filter((v) => v !== value))}
              className="inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-muted hover:text-text pointer-coarse:size-9"
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </span>
        ))}
        <input
          id={id}
          list={`${id}-list`}
          value={text}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => {
            const typed = event.target.value;
            if (typed.endsWith(",") || suggestions.includes(typed)) add(typed);
            else setText(typed);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && text) {
              event.preventDefault();
              add(text);
            } else if (event.key === "Backspace" && !text && values.length > 0) onChange(values.slice(0, -1));
          }}
          onBlur={() => add(text)}
          className="min-h-6 min-w-24 flex-1 bg-transparent px-1.5 outline-offset-4"
        />
        <datalist id={`${id}-list`}>
          {suggestions
            .filter((s) => !values.includes(s))
            .map((s) => (
              <option key={s} value={s}>
                {show(s)}
              </option>
            ))}
        </datalist>
      </div>
      {hint && (
        <p id={`${id}-hint`} className="text-meta text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
