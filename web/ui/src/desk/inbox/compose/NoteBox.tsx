import { StickyNote, TriangleAlert } from "lucide-react";
import { useRef } from "react";
import { Button, IconButton } from "../../../ui/Button";
import type { Detail } from "../../api";
import { useDoings, usePeople } from "../../context";
import { failureInWords } from "../../failure";
import { useWords } from "../../words";
import { blank, underWay } from "../draft";
import { codePoints, replyLimit } from "../parts";
import { useRoster } from "../talk/roster";
import { EmojiPicker } from "./EmojiPicker";
import { atBefore, findNamed, mentioned } from "./mentions";
import { TextBox, type TextBoxHandle } from "./TextBox";
import { Strip } from "./Truth";
import { useComposeWords } from "./words";

/** Where one leaves a note for colleagues; the customer never sees it. */
export function NoteBox({ detail, sendKeys }: { detail: Detail; sendKeys: string }) {
  const words = useWords();
  const composeWords = useComposeWords();
  const people = usePeople();
  const { people: everybody } = useRoster();
  const { id } = detail;
  const draft = useDoings((d) => d.notes[id]) ?? blank;
  const box = useRef<TextBoxHandle>(null);
  const others = everybody.filter((p) => !p.disabled && p.id !== people.me);
  const over = codePoints(draft.text.trim()) - replyLimit;
  const ready = draft.text.trim() !== "" && over <= 0 && !underWay(draft);
  const send = () => {
    if (!ready) return;
    void people.note(id, mentioned(draft.text, others));
    box.current?.focus();
  };
  const failure = draft.outgoing?.phase === "failed" ? draft.outgoing.failure : undefined;
  return (
    <form
      aria-label={composeWords.noteLabel}
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {failure && (
        <Strip tone="danger">
          <TriangleAlert aria-hidden className="size-4 shrink-0 text-danger" />
          <p className="min-w-40 flex-1 text-danger [overflow-wrap:anywhere]">
            <span className="font-medium">{composeWords.noteNotSaved}</span>{" "}
            {failure.code === "refused" ? failureInWords(words, failure) : composeWords.noteOffline}
          </p>
          <Button disabled={!ready} onClick={send}>
            {words.people.again}
          </Button>
        </Strip>
      )}
      <div className="flex items-end gap-1 rounded-bubble border border-note bg-note-soft py-1 pr-1 pl-3 focus-within:outline-2 focus-within:outline-note">
        <TextBox
          ref={box}
          label={composeWords.noteLabel}
          placeholder={composeWords.noteHint}
          value={draft.text}
          onChange={(text) => people.write(id, text, "notes")}
          onSend={send}
          complete={(text, caret) => {
            const at = atBefore(text, caret);
            const found = at ? findNamed(others, at.query) : [];
            if (!at || found.length === 0) return undefined;
            return {
              from: at.from,
              label: composeWords.colleagues,
              status: composeWords.colleaguesFound(found.length),
              empty: "",
              options: found.map((p) => ({
                key: p.id,
                content: (
                  <span className="flex items-center gap-2">
                    <span
                      aria-hidden
                      className={`size-2 shrink-0 rounded-full ${{ online: "bg-ok", away: "bg-warn", offline: "bg-line-strong" }[p.presence]}`}
                    />
                    <span className="min-w-0 flex-1 truncate">{p.name}</span>
                    <span className="truncate text-meta text-muted">{p.email}</span>
                  </span>
                ),
              })),
              take: (key) => `@${found.find((p) => p.id === key)?.name ?? ""} `,
            };
          }}
        />
        <EmojiPicker disabled={false} onPick={(sign) => box.current?.insert(sign)} />
        <IconButton
          type="submit"
          icon={StickyNote}
          label={composeWords.leaveNote}
          side="top"
          aria-disabled={!ready}
          className={ready ? "bg-note text-bg hover:bg-note hover:opacity-90" : "text-muted"}
        />
      </div>
      <div className="flex min-h-4 items-start gap-3 px-1 text-meta text-note">
        <p className="min-w-0 flex-1">{over > 0 ? words.people.tooLong(over, replyLimit) : composeWords.noteHint}</p>
        <span className="shrink-0 pointer-coarse:hidden">{words.people.sendWith(sendKeys)}</span>
      </div>
    </form>
  );
}
