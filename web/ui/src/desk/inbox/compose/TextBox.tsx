import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

/** The box of the conversation that is open: there is one at a time, and keys of the page put the caret into it. */
export const boxId = "composer";

/** What can be completed where the caret stands. */
export interface Completion {
  /** Where the word to be replaced begins. */
  from: number;
  label: string;
  /** How many there are, spoken. */
  status: string;
  options: { key: string; content: ReactNode }[];
  /** Shown instead of an empty list. */
  empty: string;
  hint?: string;
  /** The text that takes the place of the word. */
  take: (key: string) => string;
}

export interface TextBoxHandle {
  focus(): void;
  /** Puts a text where the caret was last. */
  insert(text: string): void;
  /** Selects a stretch of the text. */
  select(from: number, to: number): void;
}

/** A field that grows to eight lines, with a list over it while a word in it can be completed. */
export function TextBox({
  ref,
  label,
  describedBy,
  placeholder,
  value,
  onChange,
  onSend,
  onTab,
  onBlur,
  complete,
  onCompleted,
  readOnly = false,
}: {
  ref: Ref<TextBoxHandle>;
  label: string;
  describedBy?: string;
  placeholder: string;
  value: string;
  onChange: (text: string) => void;
  onSend: () => void;
  /** Tab in an empty box; true if it was used. */
  onTab?: () => boolean;
  onBlur?: () => void;
  complete: (text: string, caret: number) => Completion | undefined;
  /** A completion was taken; the text is as it then is. */
  onCompleted?: (text: string, from: number) => void;
  readOnly?: boolean;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState(-1);
  const [focused, setFocused] = useState(false);
  const list = useId();
  const found = focused && !readOnly ? complete(value, Math.min(caret, value.length)) : undefined;
  const completion = found && found.from !== dismissed ? found : undefined;
  const options = completion?.options ?? [];
  const here = Math.min(at, options.length - 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    el.style.height = "auto";
    el.style.height = `${el.scrollHeight}px`;
  }, [value]);

  const replace = (from: number, to: number, text: string) => {
    const el = box.current;
    if (!el) return;
    el.focus();
    el.setSelectionRange(from, to);
    // As if typed: the browser's own undo then takes it back.
    if (!document.execCommand("insertText", false, text)) {
      onChange(value.slice(0, from) + text + value.slice(to));
    }
    setCaret(from + text.length);
  };
  useImperativeHandle(ref, () => ({
    focus: () => box.current?.focus(),
    insert: (text) =>
      replace(box.current?.selectionStart ?? value.length, box.current?.selectionEnd ?? value.length, text),
    select: (from, to) => {
      box.current?.focus();
      box.current?.setSelectionRange(from, to);
    },
  }));
  const take = (key: string) => {
    if (!completion) return;
    const { from } = completion;
    const text = completion.take(key);
    replace(from, caret, text);
    setDismissed(-1);
    onCompleted?.(text, from);
  };
  /** Keys of the open list; true if one was used. */
  const onListKey = (event: KeyboardEvent): boolean => {
    if (!completion) return false;
    if (event.key === "Escape") {
      setDismissed(completion.from);
      return true;
    }
    if (options.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      setAt((here + step + options.length) % options.length);
      return true;
    }
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (plain && (event.key === "Tab" || event.key === "Enter")) {
      take(options[here]?.key ?? "");
      return true;
    }
    return false;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (onListKey(event)) event.preventDefault();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSend();
    } else if (event.key === "Tab" && !event.shiftKey && value === "" && onTab?.()) event.preventDefault();
    else if (event.key === "Escape") {
      // Back to the keys of the page; the draft stays.
      event.preventDefault();
      event.currentTarget.blur();
    }
  };
  return (
    <div className="relative min-w-0 flex-1">
      {completion && (
        <div className="absolute bottom-[calc(100%+8px)] -left-3 z-30 w-[min(32rem,calc(100vw-24px))] animate-rise rounded-xl border border-line bg-raised p-1.5 text-text float">
          <div role="listbox" id={list} aria-label={completion.label} className="scroll-thin max-h-64 overflow-y-auto">
            {options.map((option, i) => (
              // The field keeps the focus and the keys; a finger or a mouse takes directly.
              // biome-ignore lint/a11y/useKeyWithClickEvents: see above.
              <div
                key={option.key}
                role="option"
                id={`${list}-${i}`}
                tabIndex={-1}
                aria-selected={i === here}
                ref={(el) => {
                  if (i === here) el?.scrollIntoView({ block: "nearest" });
                }}
                onPointerMove={() => i !== here && setAt(i)}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => take(option.key)}
                className={`cursor-pointer rounded-md px-2.5 py-1.5 pointer-coarse:min-h-11 ${i === here ? "bg-accent-soft" : ""}`}
              >
                {option.content}
              </div>
            ))}
          </div>
          {options.length === 0 && <p className="px-2.5 py-1.5 text-muted">{completion.empty}</p>}
          {completion.hint && options.length > 0 && (
            <p className="px-2.5 pt-1.5 text-meta text-muted pointer-coarse:hidden">{completion.hint}</p>
          )}
        </div>
      )}
      <span role="status" className="sr-only">
        {completion?.status ?? ""}
      </span>
      <textarea
        ref={box}
        id={boxId}
        rows={1}
        aria-label={label}
        aria-describedby={describedBy}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={completion ? list : undefined}
        aria-activedescendant={completion && options.length > 0 ? `${list}-${here}` : undefined}
        placeholder={placeholder}
        dir="auto"
        readOnly={readOnly}
        value={value}
        onChange={(event) => {
          setAt(0);
          setCaret(event.target.selectionStart);
          if (!event.target.value.includes("/") && !event.target.value.includes("@")) setDismissed(-1);
          onChange(event.target.value);
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onFocus={() => setFocused(true)}
        onBlur={() => {
          setFocused(false);
          onBlur?.();
        }}
        onKeyDown={onKeyDown}
        className="scroll-thin block max-h-[calc(8lh+12px)] min-h-8 w-full resize-none bg-transparent py-1.5 outline-none pointer-coarse:min-h-11 pointer-coarse:py-2.5 pointer-coarse:text-title"
      />
    </div>
  );
}
