import { type LucideIcon, MessageSquare, Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { useEffect, useId, useRef, useState } from "react";
import { useFormat } from "../../words/locale";
import { caps } from "../keys";
import { type Command, type CommandGroup, ranked } from "./commands";
import { useCommands, useFoundConversations } from "./useCommands";
import { useShellWords } from "./words";

/** Everything that can be done or gone to, by a few letters and the keyboard alone. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const words = useShellWords();
  // What was chosen runs once the focus is back where it was, so that it may move it.
  const chosen = useRef<(() => unknown) | undefined>(undefined);
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <div aria-hidden className="fixed inset-0 z-40 animate-fade bg-shade" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={() => {
            const run = chosen.current;
            chosen.current = undefined;
            if (run) setTimeout(run);
          }}
          className="fixed inset-x-2 top-[10vh] z-40 mx-auto flex max-h-[70vh] max-w-xl animate-rise flex-col overflow-hidden rounded-xl border border-line bg-surface text-text float outline-none"
        >
          <Dialog.Title className="sr-only">{words.palette}</Dialog.Title>
          <Body
            onChoose={(run) => {
              chosen.current = run;
              onOpenChange(false);
            }}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Body({ onChoose }: { onChoose: (run: () => unknown) => void }) {
  const words = useShellWords();
  const format = useFormat();
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands();
  const { found, searching } = useFoundConversations(text);
  const groups = ranked([...commands, ...found], text);
  const flat = groups.flatMap((g) => g.commands);
  const here = Math.min(at, flat.length - 1);
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the option follows the choice.
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [here, text]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = {
      ArrowDown: (here + 1) % flat.length,
      ArrowUp: (here - 1 + flat.length) % flat.length,
      PageDown: Math.min(flat.length - 1, here + 8),
      PageUp: Math.max(0, here - 8),
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (flat.length > 0) setAt(to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const command = flat[here];
      if (command) onChoose(command.run);
    }
  };
  let n = -1;
  return (
    <>
      <div className="flex items-center gap-2 border-line border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-muted" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={flat[here] ? `${id}-${here}` : undefined}
          aria-autocomplete="list"
          aria-label={words.palette}
          placeholder={words.paletteHint}
          autoComplete="off"
          spellCheck={false}
          value={text}
          maxLength={100}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          className="min-h-12 w-full bg-transparent text-title outline-none"
        />
      </div>
      <p role="status" className="sr-only">
        {searching ? words.searching : words.paletteFound(flat.length)}
      </p>
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={words.palette}
        className="scroll-thin min-h-0 flex-1 overflow-y-auto p-2"
      >
        {groups.map(({ group, commands: some }) => (
          <div key={group} role="group" aria-labelledby={`${id}-${group}`} className="pb-1">
            <p id={`${id}-${group}`} role="presentation" className="px-2 pt-1.5 pb-1 font-medium text-meta text-muted">
              {words.groups[group]}
            </p>
            {some.map((command) => {
              const mine = ++n;
              return (
                <Option
                  key={command.id}
                  id={`${id}-${mine}`}
                  command={command}
                  search={text}
                  here={mine === here}
                  onPoint={() => setAt(mine)}
                  onChoose={() => onChoose(command.run)}
                />
              );
            })}
          </div>
        ))}
      </div>
      {flat.length === 0 && !searching && (
        <div className="px-4 pt-2 pb-6 text-center">
          <p className="font-medium">{words.paletteNothing}</p>
          <p className="text-muted">{words.paletteNothingDo}</p>
        </div>
      )}
      <p
        aria-hidden
        className="flex items-center gap-4 border-line border-t px-4 py-2 text-meta text-muted pointer-coarse:hidden"
      >
        <span>↑ ↓ {words.move}</span>
        <span>↵ {words.choose}</span>
        <span>Esc {words.close}</span>
        <span className="tabular ml-auto">{format.number(flat.length)}</span>
      </p>
    </>
  );
}

function Option({
  id,
  command,
  search,
  here,
  onPoint,
  onChoose,
}: {
  id: string;
  command: Command & { at: readonly number[] };
  search: string;
  here: boolean;
  onPoint: () => void;
  onChoose: () => void;
}) {
  const Icon: LucideIcon = command.icon ?? MessageSquare;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and listens for the keys.
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={here}
      onPointerMove={onPoint}
      onClick={onChoose}
      className="flex min-h-9 cursor-pointer items-center gap-3 rounded-md px-2 aria-selected:bg-accent-soft pointer-coarse:min-h-11"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      <span dir="auto" className="min-w-0 flex-1 truncate text-left">
        <Lit text={command.label} at={search ? command.at : []} />
        {command.detail && <span className="pl-2 text-meta text-muted">{command.detail}</span>}
      </span>
      {command.key && (
        <span aria-hidden className="flex shrink-0 gap-1">
          {caps(command.key).map((cap) => (
            <kbd key={cap} className="rounded-sm border border-line bg-sunken px-1.5 font-mono text-meta text-muted">
              {cap}
            </kbd>
          ))}
        </span>
      )}
    </div>
  );
}

/** A text with the letters that were found set off. */
function Lit({ text, at }: { text: string; at: readonly number[] }) {
  if (at.length === 0) return text;
  const hit = new Set(at);
  const parts: { text: string; hit: boolean }[] = [];
  Array.from(text).forEach((letter, n) => {
    const last = parts.at(-1);
    if (last && last.hit === hit.has(n)) last.text += letter;
    else parts.push({ text: letter, hit: hit.has(n) });
  });
  return parts.map((part, n) =>
    part.hit ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name.
      <b key={n} className="font-semibold text-accent">
        {part.text}
      </b>
    ) : (
      part.text
    ),
  );
}

export type { CommandGroup };
