import { Lock, SendHorizontal, TriangleAlert } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useMemo, useRef } from "react";
import { Button, IconButton } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { useFormat } from "../../words/locale";
import type { Detail, Event, Message } from "../api";
import { useDeskState, useDoings, usePeople, useShown } from "../context";
import { failureInWords } from "../failure";
import { useWords } from "../words";
import { blank, type Draft, underWay } from "./draft";
import { codePoints, countParts, partLimit, replyLimit } from "./parts";

const boxId = "composer";
const noMessages: Message[] = [];
const noEvents: Event[] = [];
const hours = 3_600_000;
/** Whether this keyboard has a command key. */
export const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Puts the caret into the reply box, if there is one to write in. */
export function focusComposer() {
  document.getElementById(boxId)?.focus();
}

/** Where an agent answers. It says what sending will do before it does it. */
export function Composer({ detail }: { detail: Detail }) {
  const words = useWords();
  const { owner } = useShown(detail);
  if (owner === "none") {
    return (
      <p className="shrink-0 border-line border-t bg-surface px-4 py-3 text-center text-muted">
        {words.people.resolved}
      </p>
    );
  }
  return <Box detail={detail} />;
}

function Box({ detail }: { detail: Detail }) {
  const words = useWords();
  const people = usePeople();
  const { id } = detail;
  const draft = useDoings((d) => d.drafts[id]) ?? blank;
  const closed = useClosed(detail);
  const notes = `${useId()}-notes`;
  const box = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    el.style.height = "auto";
    el.style.height = `${el.scrollHeight}px`;
  }, [draft.text]);

  const over = codePoints(draft.text.trim()) - replyLimit;
  const sending = underWay(draft);
  const ready = draft.text.trim() !== "" && !closed && over <= 0 && !sending;
  const send = (force = false) => {
    if (!ready) return;
    void people.send(id, force);
    box.current?.focus();
  };
  return (
    <form
      aria-label={words.people.reply}
      className="shrink-0 border-line border-t bg-surface px-3 pt-2 pb-2 md:px-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="mx-auto flex w-full max-w-[720px] flex-col gap-2">
        <Bar id={id} draft={draft} ready={ready} onSend={send} onEdit={() => box.current?.focus()} />
        <div className="flex items-end gap-2 rounded-bubble border border-line-strong bg-surface py-1 pr-1 pl-3 focus-within:outline-2 focus-within:outline-accent">
          <textarea
            ref={box}
            id={boxId}
            rows={1}
            aria-label={words.people.reply}
            aria-describedby={notes}
            placeholder={closed ? "" : words.people.replyHint}
            dir="auto"
            // A draft in a closed window can still be read and copied.
            disabled={closed && draft.text === ""}
            readOnly={closed}
            value={draft.text}
            onChange={(event) => people.write(id, event.target.value)}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                send();
              } else if (event.key === "Escape") {
                // Back to the keys of the page; the draft stays.
                event.preventDefault();
                event.currentTarget.blur();
              }
            }}
            className="scroll-thin max-h-[calc(8lh+12px)] min-h-8 flex-1 resize-none bg-transparent py-1.5 outline-none pointer-coarse:min-h-11 pointer-coarse:py-2.5 pointer-coarse:text-title"
          />
          <IconButton
            type="submit"
            icon={SendHorizontal}
            label={words.people.send}
            side="top"
            aria-disabled={!ready}
            className={ready ? "bg-accent text-on-accent hover:bg-accent hover:opacity-90" : "text-muted"}
          />
        </div>
        <Notes id={notes} detail={detail} draft={draft} over={over} />
      </div>
    </form>
  );
}

function useClosed(detail: Detail): boolean {
  const now = useNow();
  return !detail.windowUntil || Date.parse(detail.windowUntil) <= now;
}

/** What came back and waits for a decision: new lines, or a failure. */
function Bar({
  id,
  draft,
  ready,
  onSend,
  onEdit,
}: {
  id: string;
  draft: Draft;
  ready: boolean;
  onSend: (force?: boolean) => void;
  onEdit: () => void;
}) {
  const words = useWords();
  const people = usePeople();
  const fresh = useNewLines(id, draft);
  const { outgoing } = draft;
  if (outgoing?.phase === "asked") {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-2 rounded-md bg-warn-soft px-3 py-2">
        <p className="min-w-40 flex-1 font-medium text-warn">{words.people.newSince(Math.max(fresh, 1))}</p>
        <Button disabled={!ready} onClick={() => onSend(true)}>
          {words.people.sendAnyway}
        </Button>
        <Button
          onClick={() => {
            people.keepEditing(id);
            onEdit();
          }}
        >
          {words.people.keepEditing}
        </Button>
      </div>
    );
  }
  if (outgoing?.phase !== "failed" || !outgoing.failure) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-2 rounded-md bg-danger-soft px-3 py-2">
      <TriangleAlert aria-hidden className="size-4 shrink-0 text-danger" />
      <p className="min-w-40 flex-1 text-danger">
        <span className="font-medium">{words.people.notSent}</span> {failureInWords(words, outgoing.failure)}
      </p>
      <Button disabled={!ready} onClick={() => onSend()}>
        {words.people.again}
      </Button>
    </div>
  );
}

function useNewLines(id: string, draft: Draft): number {
  const people = usePeople();
  const messages = useDeskState((s) => (s.transcript?.id === id ? s.transcript.messages : noMessages));
  const events = useDeskState((s) => (s.transcript?.id === id ? s.transcript.detail?.events : undefined)) ?? noEvents;
  return people.newSince(draft, messages, events);
}

/** The truth before sending: who speaks then, until when, and in how many messages. */
function Notes({ id, detail, draft, over }: { id: string; detail: Detail; draft: Draft; over: number }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const people = usePeople();
  const { owner, agent } = useShown(detail);
  const fresh = useNewLines(detail.id, draft);
  const long = codePoints(draft.text) > partLimit;
  const parts = useMemo(() => (long ? countParts(draft.text) : 1), [draft.text, long]);
  const until = Date.parse(detail.windowUntil ?? "");
  const left = until - now;
  const list: { key: string; text: ReactNode; className?: string }[] = [];
  if (!(left > 0)) {
    const time = format.time(until || 0);
    const today = new Date(until).toDateString() === new Date(now).toDateString();
    list.push({
      key: "closed",
      className: "text-danger",
      text: (
        <>
          <Lock aria-hidden className="mr-1 -mt-0.5 inline size-3.5" />
          {!detail.windowUntil
            ? words.people.windowNone
            : today
              ? words.people.windowClosedAt(time)
              : words.people.windowClosedOn(format.day(until, now), time)}
        </>
      ),
    });
  } else {
    if (owner !== "none" && !(owner === "agent" && agent === people.me)) {
      list.push({ key: "owner", text: words.people.takesOver[owner] });
    }
    if (left < 2 * hours) {
      list.push({
        key: "window",
        text: words.people.windowCloses(format.span(left)),
        className: left < hours / 2 ? "font-medium text-danger" : "font-medium text-warn",
      });
    }
    if (over > 0) list.push({ key: "long", text: words.people.tooLong(over, replyLimit), className: "text-danger" });
    else if (parts > 1) list.push({ key: "parts", text: words.people.parts(parts), className: "font-medium" });
    if (fresh > 0 && draft.outgoing?.phase !== "asked") {
      list.push({ key: "fresh", text: `${words.people.newSince(fresh)}.`, className: "font-medium text-warn" });
    }
  }
  return (
    <div className="flex min-h-4 items-start gap-3 px-1 text-meta text-muted">
      <p id={id} className="flex min-w-0 flex-1 flex-wrap gap-x-2">
        {list.map((note) => (
          <span key={note.key} className={note.className}>
            {note.text}
          </span>
        ))}
      </p>
      {left > 0 && (
        <span className="shrink-0 pointer-coarse:hidden">{words.people.sendWith(apple ? "⌘ ↵" : "Ctrl ↵")}</span>
      )}
    </div>
  );
}
