import { useEffect, useState } from "react";
import { Segments } from "../../ui/Field";
import type { Detail } from "../api";
import { useDoings, useShown } from "../context";
import { useKeys } from "../keys";
import { useWords } from "../words";
import { NoteBox } from "./compose/NoteBox";
import { ReplyBox } from "./compose/ReplyBox";
import { boxId } from "./compose/TextBox";
import { useComposeWords } from "./compose/words";

/** Whether this keyboard has a command key. */
export const apple = /Mac|iPhone|iPad/.test(navigator.platform);
const sendKeys = apple ? "⌘ ↵" : "Ctrl ↵";

type Mode = "reply" | "note";

/** Puts the caret into the box, if there is one to write in. */
export function focusComposer() {
  document.getElementById(boxId)?.focus();
}

/** Where one answers the customer, or leaves a note for colleagues. */
export function Composer({ detail }: { detail: Detail }) {
  const words = useWords();
  const composeWords = useComposeWords();
  const { owner } = useShown(detail);
  // Somebody who left a note unfinished goes on with it.
  const unfinished = useDoings((d) => (d.notes[detail.id]?.text ? !d.drafts[detail.id]?.text : false));
  const [mode, setMode] = useState<Mode>(unfinished ? "note" : "reply");
  const [wanted, setWanted] = useState(0);
  const go = (to: Mode) => {
    setMode(to);
    setWanted((n) => n + 1);
  };
  useEffect(() => {
    if (wanted > 0) focusComposer();
  }, [wanted]);
  useKeys({ r: () => go("reply"), n: () => go("note") });
  return (
    <div className="shrink-0 border-line border-t bg-surface px-3 pt-2 pb-2 md:px-4">
      <div className="mx-auto flex w-full max-w-[720px] flex-col gap-2">
        <div className="flex">
          <Segments<Mode>
            label={composeWords.mode}
            value={mode}
            onChange={go}
            options={[
              { value: "reply", label: composeWords.modes.reply, title: `${composeWords.modes.reply} · R` },
              { value: "note", label: composeWords.modes.note, title: `${composeWords.modes.note} · N` },
            ]}
          />
        </div>
        {mode === "note" ? (
          <NoteBox detail={detail} sendKeys={sendKeys} />
        ) : owner === "none" ? (
          <p className="py-1 text-center text-muted">{words.people.resolved}</p>
        ) : (
          <ReplyBox detail={detail} sendKeys={sendKeys} />
        )}
      </div>
    </div>
  );
}
