import { Smile } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useRef, useState } from "react";
import { useLanguage } from "../../../words/locale";
import { findEmoji, nameOfEmoji } from "./emoji";
import { useComposeWords } from "./words";

const columns = 8;

/** Finds an emoji by its name in the language of the page; arrows move, Enter takes. */
export function EmojiPicker({ onPick, disabled }: { onPick: (sign: string) => void; disabled: boolean }) {
  const words = useComposeWords();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState("");
  const grid = useRef<HTMLDivElement>(null);
  const picked = useRef(false);
  const found = findEmoji(query, language);
  const pick = (sign: string | undefined) => {
    if (!sign) return;
    picked.current = true;
    setOpen(false);
    setQuery("");
    onPick(sign);
  };
  const buttons = () => [...(grid.current?.querySelectorAll("button") ?? [])];
  const onGridKey = (event: KeyboardEvent) => {
    const all = buttons();
    const at = all.indexOf(event.target as HTMLButtonElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = all[at + step];
    if (next) next.focus();
    else if (at + step < 0) grid.current?.parentElement?.querySelector("input")?.focus();
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        type="button"
        disabled={disabled}
        aria-label={words.emoji}
        title={words.emoji}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-sunken disabled:opacity-50 pointer-coarse:size-11"
      >
        <Smile aria-hidden className="size-[18px]" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={words.emoji}
          onCloseAutoFocus={(event) => {
            // The caret goes on where the emoji now stands.
            if (picked.current) event.preventDefault();
            picked.current = false;
          }}
          className="z-50 flex w-80 max-w-[calc(100vw-16px)] animate-rise flex-col gap-2 rounded-xl border border-line bg-raised p-2 text-text float outline-none"
        >
          <input
            aria-label={words.findEmoji}
            placeholder={words.findEmoji}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                event.preventDefault();
                pick(found[0]?.[0]);
              } else if (event.key === "ArrowDown") {
                event.preventDefault();
                buttons()[0]?.focus();
              }
            }}
            className="min-h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 pointer-coarse:min-h-11"
          />
          <div
            ref={grid}
            role="group"
            aria-label={words.emoji}
            onKeyDown={onGridKey}
            className="scroll-thin grid max-h-56 grid-cols-8 overflow-y-auto"
          >
            {found.map((one, i) => (
              <button
                key={one[0]}
                type="button"
                tabIndex={i === 0 ? 0 : -1}
                aria-label={nameOfEmoji(one, language)}
                title={nameOfEmoji(one, language)}
                onClick={() => pick(one[0])}
                className="flex aspect-square items-center justify-center rounded-md text-[22px] [font-family:'Apple_Color_Emoji','Segoe_UI_Emoji','Noto_Color_Emoji',sans-serif] hover:bg-sunken focus-visible:-outline-offset-2"
              >
                {one[0]}
              </button>
            ))}
          </div>
          {found.length === 0 && <p className="px-1 pb-1 text-muted">{words.noEmoji}</p>}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
