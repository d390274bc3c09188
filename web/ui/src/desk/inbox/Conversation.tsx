import { ArrowDown, ArrowLeft, Lock, MessageSquareDashed, PanelRight, SearchX } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { VList, type VListHandle } from "virtua";
import { Link } from "wouter";
import { IconButton } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import type { Detail, Event, Message } from "../api";
import { useDesk, useDeskState, useDoings, usePeople, useShown } from "../context";
import { useKeys } from "../keys";
import { useWords } from "../words";
import { Actions, ActNotice } from "./Actions";
import { Composer } from "./Composer";
import { withOutgoing } from "./draft";
import { DayLine, EventLine, MessageLine } from "./Lines";
import { type Row, rows } from "./model";
import { nameOf, OwnerMark, whoOwns } from "./Owner";
import { WindowRing } from "./WindowRing";

const noEvents: Event[] = [];
const noMessages: Message[] = [];

/** The header and the transcript of one conversation. */
export function Conversation({
  id,
  onPerson,
  personShown,
}: {
  id: string;
  onPerson: () => void;
  personShown: boolean;
}) {
  const words = useWords();
  const common = useCommonWords();
  const desk = useDesk();
  const transcript = useDeskState((s) => (s.transcript?.id === id ? s.transcript : undefined));
  const waiting = !transcript || (transcript.loading && transcript.messages.length === 0) || !transcript.detail;
  const slow = useSlow(waiting && !transcript?.error);
  const error = transcript?.error;

  if (error) {
    return (
      <>
        <h1 className="sr-only">{words.inbox}</h1>
        {error.status === 404 ? (
          <Empty icon={SearchX} title={words.notFound}>
            <p className="pb-3">{words.notFoundDo}</p>
            <Link href="/" className="font-medium text-accent underline">
              {words.back}
            </Link>
          </Empty>
        ) : (
          <Problem
            title={words.transcriptFailed}
            cure={error.message || words.gatewayCure}
            retry={common.retry}
            onRetry={() => desk.retryTranscript(id)}
          />
        )}
      </>
    );
  }
  if (waiting || !transcript?.detail) {
    return slow ? (
      <div
        role="status"
        aria-label={common.loading}
        className="mx-auto flex w-full max-w-[720px] flex-1 flex-col gap-4 p-4"
      >
        <Bone className="h-10 w-2/3" />
        <Bone className="h-12 w-1/2" />
        <Bone className="h-16 w-3/5 self-end" />
        <Bone className="h-12 w-2/5" />
        <Bone className="h-20 w-3/5 self-end" />
      </div>
    ) : null;
  }
  return (
    <>
      <Header detail={transcript.detail} onPerson={onPerson} personShown={personShown} />
      <ActNotice id={id} />
      <Lines id={id} />
      <Composer detail={transcript.detail} />
    </>
  );
}

function Header({
  detail: known,
  onPerson,
  personShown,
}: {
  detail: Detail;
  onPerson: () => void;
  personShown: boolean;
}) {
  const words = useWords();
  const detail = useShown(known);
  const { me } = usePeople();
  const owner = whoOwns(words, detail, me);
  const format = useFormat();
  const now = useNow();
  const open = detail.windowUntil && Date.parse(detail.windowUntil) > now;
  return (
    <header className="@container shrink-0 border-line border-b bg-surface px-3 md:px-4">
      <div className="flex min-h-14 flex-wrap items-center gap-3 py-1.5">
        <Link
          href="/"
          aria-label={words.back}
          className="flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken pointer-coarse:size-11 md:hidden"
        >
          <ArrowLeft aria-hidden className="size-5" />
        </Link>
        <div className="min-w-0 flex-1">
          <h1 dir="auto" className="truncate text-left font-semibold text-title">
            {nameOf(detail.contact)}
          </h1>
          <p className="flex items-center gap-1.5 truncate text-meta text-muted">
            <OwnerMark owner={detail.owner} small />
            <span role="status" className="truncate">
              {owner}
            </span>
            <span aria-hidden>·</span>
            <span>{format.language(detail.language || detail.contact.language || "und")}</span>
          </p>
        </div>
        <Actions detail={known} />
        <p className="hidden shrink-0 items-center gap-2 text-meta text-muted @4xl:flex">
          {open ? (
            <span aria-hidden>{words.windowLeft(format.span(Date.parse(detail.windowUntil ?? "") - now))}</span>
          ) : (
            <Lock aria-hidden className="size-4" />
          )}
        </p>
        <WindowRing until={detail.windowUntil} now={now} size={18} />
        <IconButton
          icon={PanelRight}
          label={words.showPerson}
          aria-pressed={personShown}
          onClick={onPerson}
          side="left"
        />
      </div>
    </header>
  );
}

/** The lines, virtual, held at the end unless the reader has gone up; older pages come as one scrolls. */
function Lines({ id }: { id: string }) {
  const words = useWords();
  const format = useFormat();
  const desk = useDesk();
  const stored = useDeskState((s) => s.transcript?.messages) ?? noMessages;
  const outgoing = useDoings((d) => d.drafts[id]?.outgoing);
  const { me } = usePeople();
  const messages = useMemo(() => withOutgoing(stored, outgoing, me), [stored, outgoing, me]);
  const events = useDeskState((s) => s.transcript?.detail?.events) ?? noEvents;
  const more = useDeskState((s) => s.transcript?.more ?? false);
  const loading = useDeskState((s) => s.transcript?.loading ?? false);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const all = useMemo(() => rows(messages, events, more), [messages, events, more]);
  const now = useNow();

  const handle = useRef<VListHandle>(null);
  const [away, setAway] = useState(false);
  const stuck = useRef(true);
  const firstKey = useRef("");
  const first = messages[0]?.id ?? "";
  // Older lines came in above: what is read must stay where it is.
  const shift = firstKey.current !== "" && firstKey.current !== first;
  useEffect(() => {
    firstKey.current = first;
  }, [first]);
  const sentAt = useRef(outgoing?.at);
  useLayoutEffect(() => {
    // What one has just sent is shown, wherever one was.
    if (outgoing && outgoing.at !== sentAt.current) stuck.current = true;
    sentAt.current = outgoing?.at;
    if (stuck.current && all.length > 0) handle.current?.scrollToIndex(all.length - 1, { align: "end" });
  }, [all.length, outgoing]);
  // The composer grows into the lines from below; the newest one must not slip behind it.
  const frame = useRef<HTMLDivElement>(null);
  const end = useRef(0);
  end.current = all.length - 1;
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(() => {
      if (stuck.current) handle.current?.scrollToIndex(end.current, { align: "end" });
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);

  const toggle = (message: string) => {
    stuck.current = false;
    setUnfolded((now) => {
      const next = new Set(now);
      if (!next.delete(message)) next.add(message);
      return next;
    });
  };
  useKeys({
    w: () => {
      const last = messages.findLast((m) => m.direction === "out");
      if (!last) return;
      toggle(last.id);
      const at = all.findIndex((r) => r.key === last.id);
      requestAnimationFrame(() => handle.current?.scrollToIndex(at, { align: "start" }));
    },
  });

  if (all.length === 0) {
    return (
      <Empty icon={MessageSquareDashed} title={words.transcriptEmpty}>
        {words.transcriptEmptyDo}
      </Empty>
    );
  }
  return (
    <div ref={frame} className="relative min-h-0 flex-1">
      {loading && (
        <p
          role="status"
          className="absolute inset-x-0 top-2 z-10 mx-auto w-fit rounded-full border border-line bg-raised px-3 py-1 text-meta text-muted float"
        >
          {words.loadingOlder}
        </p>
      )}
      <VList
        ref={handle}
        role="list"
        tabIndex={0}
        aria-label={words.transcript}
        data={all}
        shift={shift}
        className="scroll-thin px-4 py-3"
        onScroll={(offset) => {
          const box = handle.current;
          if (!box) return;
          stuck.current = box.scrollSize - offset - box.viewportSize < 48;
          setAway(box.scrollSize - offset - box.viewportSize > 240);
          if (offset < 600) void desk.older(id);
        }}
      >
        {(row: Row) => (
          <div key={row.key} role="listitem" className="mx-auto w-full max-w-[720px]">
            {row.kind === "day" && <DayLine text={format.day(row.at, now)} />}
            {row.kind === "event" && <EventLine event={row.event} />}
            {row.kind === "message" && (
              <MessageLine
                message={row.message}
                pending={row.message === messages.at(-1) && row.message.id === outgoing?.clientId}
                first={row.first}
                open={unfolded.has(row.message.id)}
                onToggle={() => toggle(row.message.id)}
              />
            )}
          </div>
        )}
      </VList>
      {away && (
        <button
          type="button"
          aria-label={words.toEnd}
          onClick={() => handle.current?.scrollToIndex(all.length - 1, { align: "end", smooth: true })}
          className="absolute right-4 bottom-4 flex size-9 items-center justify-center rounded-full border border-line bg-raised float"
        >
          <ArrowDown aria-hidden className="size-5" />
        </button>
      )}
    </div>
  );
}
