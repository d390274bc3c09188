import { ArrowDown, MessageSquareDashed } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { VList, type VListHandle } from "virtua";
import { useNow } from "../../../ui/now";
import { Empty } from "../../../ui/States";
import { useFormat } from "../../../words/locale";
import type { Detail, Event, Message } from "../../api";
import { useDesk, useDeskState, useDoings, usePeople } from "../../context";
import { useKeys } from "../../keys";
import { useWords } from "../../words";
import { focusComposer } from "../Composer";
import { withOutgoing } from "../draft";
import { CsatLine, DayLine, EventLine, MessageLine } from "../Lines";
import { type Row, rows } from "../model";
import type { Csat } from "./api";
import { usePackets } from "./Handover";
import { packetsByEvent } from "./packet";

const noMessages: Message[] = [];
const noEvents: Event[] = [];

type Line = Row | { kind: "csat"; key: string; csat: Csat };

/** How far, in px, from the end counts as being there. */
const near = 48;
/** For how long, in ms, scrolling is taken to be what the reader's hand began. */
const byHand = 1000;
/** For how long, in ms, after the window changed its size scrolling is taken to follow from that. */
const settling = 500;
/** How far from the beginning the page above is read. */
const ahead = 1500;

/** The lines, virtual, held at the end unless the reader has gone up; older pages come as one scrolls. */
export function Transcript({ detail }: { detail: Detail }) {
  const words = useWords();
  const format = useFormat();
  const desk = useDesk();
  const people = usePeople();
  const { id } = detail;
  const { messages, outgoing } = useLines(id);
  const events = detail.events ?? noEvents;
  const more = useDeskState((s) => s.transcript?.more ?? false);
  const loading = useDeskState((s) => s.transcript?.loading ?? false);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [marked, setMarked] = useState("");
  const packets = usePackets(id, events).data;
  const { csat } = detail;
  const given = useMemo(() => packetsByEvent(events, packets ?? []), [events, packets]);
  const latest = events.at(-1);
  const all = useMemo(() => {
    const lines: Line[] = rows(messages, events, more);
    if (csat && lines.length > 0) lines.push({ kind: "csat", key: "csat", csat });
    return lines;
  }, [messages, events, more, csat]);
  const now = useNow();
  const writable = detail.owner !== "none" && Date.parse(detail.windowUntil ?? "") > now;

  const handle = useRef<VListHandle>(null);
  const [away, setAway] = useState(false);
  const stuck = useRef(true);
  const hand = useRef(Number.NEGATIVE_INFINITY);
  const from = useRef(0);
  const size = useRef(0);
  const resized = useRef(Number.NEGATIVE_INFINITY);
  const touched = () => {
    hand.current = performance.now();
  };
  const firstKey = useRef("");
  const first = messages[0]?.id ?? "";
  // Older lines came in above: what is read must stay where it is.
  const shift = firstKey.current !== "" && firstKey.current !== first;
  useEffect(() => {
    firstKey.current = first;
  }, [first]);
  const sentAt = useRef(outgoing?.at);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a packet that came makes its line taller.
  useLayoutEffect(() => {
    // What one has just sent is shown, wherever one was.
    if (outgoing && outgoing.at !== sentAt.current) stuck.current = true;
    sentAt.current = outgoing?.at;
    if (stuck.current && all.length > 0) handle.current?.scrollToIndex(all.length - 1, { align: "end" });
  }, [all.length, outgoing, packets]);
  // The composer grows into the lines from below; the newest one must not slip behind it.
  const frame = useRef<HTMLDivElement>(null);
  const end = useRef(0);
  end.current = all.length - 1;
  useEffect(() => {
    if (!frame.current) return;
    const observer = new ResizeObserver(() => {
      resized.current = performance.now();
      if (stuck.current) handle.current?.scrollToIndex(end.current, { align: "end" });
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  // What came while one was further up is announced, not shown.
  const newest = messages.at(-1)?.seq ?? 0;
  const [readTo, setReadTo] = useState(newest);
  useEffect(() => {
    if (!away) setReadTo(newest);
  }, [away, newest]);

  const toggle = (message: string) => {
    stuck.current = false;
    setUnfolded((now) => {
      const next = new Set(now);
      if (!next.delete(message)) next.add(message);
      return next;
    });
  };
  const known = useRef(all);
  known.current = all;
  /** Scrolls to a line, reading the pages above until it is there. */
  const show = async (message: string) => {
    const place = () => known.current.findIndex((line) => line.key === message);
    for (let page = 0; page < 200 && place() < 0 && desk.store.snapshot().transcript?.more; page++) {
      await desk.older(id);
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    const at = place();
    if (at < 0) return;
    stuck.current = false;
    handle.current?.scrollToIndex(at, { align: "center" });
    setMarked(message);
    setTimeout(() => setMarked((now) => (now === message ? "" : now)), 2500);
  };
  useKeys({
    w: () => {
      const last = messages.findLast((m) => m.direction === "out");
      if (!last) return;
      toggle(last.id);
      const at = all.findIndex((line) => line.key === last.id);
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
        onWheel={touched}
        onTouchMove={touched}
        onPointerDown={touched}
        onKeyDown={touched}
        onFocus={touched}
        onScroll={(offset) => {
          const box = handle.current;
          if (!box) return;
          const left = box.scrollSize - offset - box.viewportSize;
          // Lines that become taller and a window that changes its size also move the end away:
          // going up is what a hand does, or what the browser's search or a screen reader does
          // while no size changes.
          const at = performance.now();
          const same = box.scrollSize === size.current;
          size.current = box.scrollSize;
          const meant = at - resized.current > settling || from.current - offset > box.viewportSize;
          const up = offset < from.current && ((same && meant) || at - hand.current < byHand);
          from.current = offset;
          if (left < near) stuck.current = true;
          else if (up) stuck.current = false;
          else if (stuck.current) handle.current?.scrollToIndex(end.current, { align: "end" });
          setAway(left > 5 * near);
          if (offset < ahead) void desk.older(id);
        }}
      >
        {(line: Line) => (
          <div key={line.key} role="listitem" className="mx-auto w-full max-w-[720px]">
            {line.kind === "day" && <DayLine text={format.day(line.at, now)} />}
            {line.kind === "event" && (
              <EventLine
                conversation={id}
                event={line.event}
                packet={given.get(line.event)}
                // Only the latest change says who has it: the others are told without.
                to={line.event === latest && detail.owner === "agent" ? detail.agent : undefined}
                onShow={(message) => void show(message)}
              />
            )}
            {line.kind === "csat" && <CsatLine csat={line.csat} />}
            {line.kind === "message" && (
              <MessageLine
                message={line.message}
                pending={line.message === messages.at(-1) && line.message.id === outgoing?.clientId}
                first={line.first}
                open={unfolded.has(line.message.id)}
                marked={marked === line.message.id}
                onToggle={() => toggle(line.message.id)}
                onResend={
                  writable
                    ? () => {
                        const { text } = people.draft(id);
                        people.write(id, text.trim() ? `${line.message.text}\n\n${text}` : line.message.text);
                        focusComposer();
                      }
                    : undefined
                }
              />
            )}
          </div>
        )}
      </VList>
      {away && (
        <button
          type="button"
          aria-label={newest > readTo ? undefined : words.toEnd}
          onClick={() => handle.current?.scrollToIndex(all.length - 1, { align: "end" })}
          className="absolute right-4 bottom-4 flex min-h-9 min-w-9 items-center justify-center gap-2 rounded-full border border-line bg-raised px-2 font-medium float pointer-coarse:min-h-11 pointer-coarse:min-w-11"
        >
          {newest > readTo && <span className="pl-1.5">{words.newBelow}</span>}
          <ArrowDown aria-hidden className="size-5" />
        </button>
      )}
    </div>
  );
}

/** The stored lines with what is on its way from this page at their end. */
function useLines(id: string) {
  const { me } = usePeople();
  const stored = useDeskState((s) => s.transcript?.messages) ?? noMessages;
  const reply = useDoings((d) => d.drafts[id]?.outgoing);
  const note = useDoings((d) => d.notes[id]?.outgoing);
  const messages = useMemo(
    () => withOutgoing(withOutgoing(stored, note, me, "note"), reply, me),
    [stored, note, reply, me],
  );
  const pending = reply?.phase === "sending" || reply?.phase === "sent" ? reply : note;
  return { messages, outgoing: pending };
}
