import { SendHorizontal } from "lucide-react";
import { useEffect, useId, useState } from "react";
import { Sheet } from "../ui/Sheet";
import { useCommonWords } from "../words/common";
import type { PhoneMessage } from "./sandbox";
import { useWords } from "./words";

/** The rows of a list message, from below: choose one, then send it. */
export function ListSheet({
  message,
  container,
  onClose,
  onSend,
}: {
  message: PhoneMessage | undefined;
  container: HTMLElement | null;
  onClose: () => void;
  onSend: (n: number, label: string) => void;
}) {
  const words = useWords();
  const common = useCommonWords();
  const group = useId();
  const [row, setRow] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message starts with nothing chosen.
  useEffect(() => setRow(""), [message?.n]);
  const list = message?.list;
  return (
    <Sheet
      open={list !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={list?.button ?? ""}
      description={words.chooseRow}
      closeLabel={common.close}
      from="bottom"
      container={container}
    >
      <div className="scroll-thin min-h-0 flex-1 overflow-y-auto">
        {list?.sections.map((section, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: sections have no other name and never move.
          <fieldset key={i} className="pb-2">
            {section.title && (
              <legend className="px-4 pt-2 pb-1 font-semibold text-bubble-link text-meta">{section.title}</legend>
            )}
            {section.rows.map((r) => (
              <label
                key={r.title}
                className="flex min-h-12 cursor-pointer items-center gap-3 px-4 py-2 hover:bg-sunken"
              >
                <span className="min-w-0 flex-1">
                  <span className="block">{r.title}</span>
                  {r.description && <span className="block text-meta text-muted">{r.description}</span>}
                </span>
                <input
                  type="radio"
                  name={group}
                  checked={row === r.title}
                  onChange={() => setRow(r.title)}
                  className="size-[18px] accent-go"
                />
              </label>
            ))}
          </fieldset>
        ))}
      </div>
      <div className="p-3">
        <button
          type="button"
          disabled={!row}
          onClick={() => {
            if (message) onSend(message.n, row);
            onClose();
          }}
          className="flex min-h-11 w-full items-center justify-center gap-2 rounded-full bg-go font-medium text-on-go disabled:bg-sunken disabled:text-muted"
        >
          <SendHorizontal aria-hidden className="size-4" />
          {row ? words.send : words.noRow}
        </button>
      </div>
    </Sheet>
  );
}
