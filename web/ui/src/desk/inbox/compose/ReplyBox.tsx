import { useQuery } from "@tanstack/react-query";
import { Hourglass, Paperclip, SendHorizontal } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Button, IconButton } from "../../../ui/Button";
import { useNow } from "../../../ui/now";
import { useFormat } from "../../../words/locale";
import { api, type Detail } from "../../api";
import { useAccount, useDesk, useDeskState, useDoings, usePeople, useShown } from "../../context";
import { useWords } from "../../words";
import { blank, underWay } from "../draft";
import { codePoints, replyLimit } from "../parts";
import { talk } from "../talk/api";
import { Beside } from "./Beside";
import { fill, find, firstMissing, missing, slashBefore, valuesOf } from "./canned";
import { EmojiPicker } from "./EmojiPicker";
import { SuggestionCard, useSuggestion } from "./SuggestionCard";
import { fresh, problem } from "./show";
import { Template } from "./Template";
import { type Completion, TextBox, type TextBoxHandle } from "./TextBox";
import { Decisions, Truth } from "./Truth";
import { useComposeWords } from "./words";

/** Where an agent answers. It says what sending will do before it does it. */
export function ReplyBox({ detail, sendKeys }: { detail: Detail; sendKeys: string }) {
  const words = useWords();
  const composeWords = useComposeWords();
  const people = usePeople();
  const { id } = detail;
  const { owner } = useShown(detail);
  const draft = useDoings((d) => d.drafts[id]) ?? blank;
  const over24 = useClosed(detail);
  // A reply that waits for the customer's return is written like any other.
  const [waits, setWaits] = useState(false);
  const wrote = useRef(false);
  useEffect(() => {
    const writing = draft.text !== "" || !!draft.outgoing;
    // What waits has been written, or was given up: the template is offered again.
    if (wrote.current && !writing) setWaits(false);
    wrote.current = writing;
  }, [draft]);
  const mayWait = over24 && detail.mayWait;
  const closed = over24 && !(mayWait && (waits || draft.text !== "" || !!draft.outgoing));
  const newest = useDeskState((s) => (s.transcript?.id === id ? (s.transcript.messages.at(-1)?.seq ?? 0) : 0));
  const notes = `${useId()}-notes`;
  const suggested = `${useId()}-suggested`;
  const box = useRef<TextBoxHandle>(null);
  const canned = useCanned(detail);
  const { suggestion, decline } = useSuggestion(detail, !closed && (owner === "queue" || owner === "agent"));
  const offered = suggestion && draft.text === "" && !draft.outgoing ? suggestion : undefined;

  const over = codePoints(draft.text.trim()) - replyLimit;
  const ready =
    draft.text.trim() !== "" &&
    !problem(draft.show) &&
    !closed &&
    over <= 0 &&
    !underWay(draft) &&
    missing(draft.text).length === 0;
  const send = (force = false) => {
    const blanked = firstMissing(draft.text);
    if (blanked) box.current?.select(blanked.from, blanked.to);
    if (!ready) return;
    void people.send(id, force);
    box.current?.focus();
  };
  const takeSuggestion = () => {
    if (!offered) return false;
    box.current?.focus();
    box.current?.insert(offered.text);
    return true;
  };
  if (closed && draft.text === "") {
    return (
      <>
        <Truth id={notes} detail={detail} draft={draft} over={0} sendKeys={sendKeys} />
        <Waiting detail={detail} />
        <Template detail={detail} newest={newest} />
        {mayWait && (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <p className="px-1 text-meta text-muted">{composeWords.waitAbout}</p>
            <Button
              icon={Hourglass}
              onClick={() => {
                setWaits(true);
                setTimeout(() => box.current?.focus());
              }}
            >
              {composeWords.waitWrite}
            </Button>
          </div>
        )}
      </>
    );
  }
  return (
    <form
      aria-label={words.people.reply}
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Decisions id={id} draft={draft} ready={ready} onSend={send} onEdit={() => box.current?.focus()} />
      {offered && <SuggestionCard id={suggested} suggestion={offered} onTake={takeSuggestion} onDecline={decline} />}
      {draft.show && !closed && (
        <Beside id={id} text={draft.text} show={draft.show} onChange={(show) => people.attach(id, show)} />
      )}
      <div className="flex items-end gap-1 rounded-bubble border border-line-strong bg-surface py-1 pr-1 pl-3 focus-within:outline-2 focus-within:outline-accent">
        <TextBox
          ref={box}
          label={words.people.reply}
          describedBy={offered ? `${notes} ${suggested}` : notes}
          placeholder={words.people.replyHint}
          // A draft in a closed window can still be read and copied.
          readOnly={closed}
          value={draft.text}
          onChange={(text) => people.write(id, text)}
          onSend={() => send()}
          onTab={takeSuggestion}
          onBlur={() => people.sync.flush()}
          complete={canned.complete}
          onCompleted={(text, from) => {
            const blanked = firstMissing(text);
            // After the browser has put the caret behind what was inserted.
            if (blanked) setTimeout(() => box.current?.select(from + blanked.from, from + blanked.to));
          }}
        />
        <IconButton
          icon={Paperclip}
          label={composeWords.besideAdd}
          side="top"
          className="text-muted"
          disabled={closed || draft.show !== undefined}
          onClick={() => people.attach(id, fresh("choices"))}
        />
        <EmojiPicker disabled={closed} onPick={(sign) => box.current?.insert(sign)} />
        <IconButton
          type="submit"
          icon={SendHorizontal}
          label={words.people.send}
          side="top"
          aria-disabled={!ready}
          className={ready ? "bg-accent text-on-accent hover:bg-accent hover:opacity-90" : "text-muted"}
        />
      </div>
      {over24 && !closed ? (
        <p id={notes} className="px-1 font-medium text-meta text-warn">
          {composeWords.waits}
        </p>
      ) : (
        <Truth id={notes} detail={detail} draft={draft} over={over} sendKeys={sendKeys} />
      )}
      {over24 && <Waiting detail={detail} />}
      {offered && <span className="sr-only">{composeWords.tabTakes}</span>}
      {closed && <Template detail={detail} newest={newest} />}
    </form>
  );
}

/** What the customer is waited for with, and whether they know. */
function Waiting({ detail }: { detail: Detail }) {
  const words = useComposeWords();
  const format = useFormat();
  const now = useNow();
  const { waiting } = detail;
  if (!waiting) return null;
  return (
    <p role="status" className="px-1 text-meta text-muted">
      <Hourglass aria-hidden className="mr-1 -mt-0.5 inline size-3.5" />
      {waiting.noticedAt
        ? words.waitingTold(`${format.day(waiting.noticedAt, now)}, ${format.time(waiting.noticedAt)}`)
        : words.waitingUntold[waiting.notNoticed ?? "soon"]}
    </p>
  );
}

/** Whether free text may not be sent any more. When that begins, the gateway is asked what may be sent instead. */
function useClosed(detail: Detail): boolean {
  const desk = useDesk();
  const now = useNow();
  const { id } = detail;
  const closed = !detail.windowUntil || Date.parse(detail.windowUntil) <= now;
  const was = useRef(closed);
  const offered = detail.templateOffered;
  useEffect(() => {
    if (closed && !was.current && !offered) {
      api.conversation(id).then(
        (fresh) => desk.took(fresh),
        () => {},
      );
    }
    was.current = closed;
  }, [closed, offered, desk, id]);
  return closed;
}

/** Answers written beforehand, offered behind a slash. */
function useCanned(detail: Detail): { complete: (text: string, caret: number) => Completion | undefined } {
  const words = useComposeWords();
  const { session } = useAccount();
  const people = usePeople();
  const draft = useDoings((d) => d.drafts[detail.id]?.text) ?? "";
  const query = useQuery({
    queryKey: ["canned", detail.id],
    queryFn: () => talk.canned(detail.id),
    enabled: draft.includes("/"),
    staleTime: 60_000,
  });
  const all = query.data ?? [];
  const values = valuesOf(detail.contact, session.user);
  return {
    complete: (text, caret) => {
      const slash = slashBefore(text, caret);
      if (!slash || (query.isPending && !query.isError)) return undefined;
      const found = find(all, slash.query, detail.language || detail.contact.language);
      return {
        from: slash.from,
        label: words.canned,
        status: found.length > 0 ? words.cannedFound(found.length) : words.cannedNone,
        empty: query.isError ? words.cannedFailed : words.cannedNone,
        hint: words.cannedKeys,
        options: found.map((c) => ({
          key: c.id,
          content: (
            <>
              <span className="flex items-baseline gap-2">
                <span className="shrink-0 font-mono text-accent text-meta">/{c.shortcut}</span>
                <span className="min-w-0 flex-1 truncate font-medium">{c.title}</span>
                <span className="shrink-0 text-meta text-muted uppercase">{c.language}</span>
              </span>
              <span dir="auto" className="line-clamp-2 text-meta text-muted">
                {fill(c.filled ?? c.text, values).map((piece, i) =>
                  piece.missing ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces keep their places.
                    <mark key={i} className="rounded-sm bg-warn-soft px-0.5 text-warn">
                      {piece.text}
                    </mark>
                  ) : (
                    piece.text
                  ),
                )}
              </span>
              {c.show?.choices && (
                <span className="truncate text-meta">{c.show.choices.map((one) => `[${one.title}]`).join(" ")}</span>
              )}
            </>
          ),
        })),
        take: (key) => {
          const picked = found.find((c) => c.id === key);
          if (picked?.show) people.attach(detail.id, picked.show);
          return fill(picked?.filled ?? picked?.text ?? "", values)
            .map((piece) => piece.text)
            .join("");
        },
      };
    },
  };
}
