import { Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface Option {
  key: string;
  content: ReactNode;
  selected?: boolean;
}

/** A field that narrows a list under it; arrows move through the list, Enter takes. */
export function Picker({
  label,
  placeholder,
  query,
  onQuery,
  options,
  onPick,
  empty,
  between,
}: {
  label: string;
  placeholder: string;
  query: string;
  onQuery: (query: string) => void;
  options: readonly Option[];
  onPick: (key: string) => void;
  /** Shown instead of an empty list. */
  empty: string;
  /** What stands between the field and the list. */
  between?: ReactNode;
}) {
  const id = useId();
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const here = Math.min(at, options.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query begins at the top again.
  useEffect(() => setAt(0), [query]);
  useEffect(() => {
    list.current?.children[here]?.scrollIntoView({ block: "nearest" });
  }, [here]);
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((here + step + options.length) % Math.max(options.length, 1));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      const option = options[here];
      if (option) onPick(option.key);
    }
  };
  return (
    <>
      <div className="flex items-center gap-2 rounded-md border border-line-strong px-2.5 focus-within:outline-2 focus-within:outline-accent">
        <Search aria-hidden className="size-4 shrink-0 text-muted" />
        <input
          role="combobox"
          aria-label={label}
          aria-expanded={options.length > 0}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={options.length > 0 ? `${id}-${here}` : undefined}
          placeholder={placeholder}
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={onKey}
          className="min-h-8 w-full bg-transparent outline-none pointer-coarse:min-h-11"
        />
      </div>
      {between}
      <div
        ref={list}
        role="listbox"
        id={id}
        aria-label={label}
        className="scroll-thin -mx-1 flex max-h-60 flex-col overflow-y-auto px-1"
      >
        {options.map((option, i) => (
          // The field keeps the focus and the keys; a finger or a mouse takes directly.
          // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
          <div
            key={option.key}
            role="option"
            id={`${id}-${i}`}
            tabIndex={-1}
            aria-selected={option.selected ?? i === here}
            onPointerMove={() => setAt(i)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(option.key)}
            className={`flex min-h-9 shrink-0 cursor-pointer items-center gap-2.5 rounded-md px-2 py-1 pointer-coarse:min-h-11 ${i === here ? "bg-sunken" : ""}`}
          >
            {option.content}
          </div>
        ))}
      </div>
      {options.length === 0 && <p className="px-1 py-2 text-muted">{empty}</p>}
    </>
  );
}
