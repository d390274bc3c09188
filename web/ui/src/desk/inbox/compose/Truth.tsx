import { Lock, PenLine, TriangleAlert } from "lucide-react";
import { type ReactNode, useMemo, useSyncExternalStore } from "react";
import { Button } from "../../../ui/Button";
import { useNow } from "../../../ui/now";
import { useCommonWords } from "../../../words/common";
import { useFormat } from "../../../words/locale";
import type { Detail, Message } from "../../api";
import { useActivity, useDeskState, usePeople, useShown } from "../../context";
import { failureInWords } from "../../failure";
import { useWords } from "../../words";
import type { Draft } from "../draft";
import { codePoints, countParts, partLimit, replyLimit } from "../parts";
import { missing } from "./canned";
import { useComposeWords } from "./words";

const noMessages: Message[] = [];
const hours = 3_600_000;

/** Names in a row: "Ben", "Ben and Zoé". */
export function joined(names: readonly string[], and: string): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} ${and} ${names.at(-1)}`;
}

export function useNewLines(id: string, draft: Draft): number {
  const people = usePeople();
  const messages = useDeskState((s) => (s.transcript?.id === id ? s.transcript.messages : noMessages));
  const detail = useDeskState((s) => (s.transcript?.id === id ? s.transcript.detail : undefined));
  return people.newSince(draft, messages, detail);
}

/** What came back and waits for a decision: new lines, a failure, or a draft of another browser. */
export function Decisions({
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
  const composeWords = useComposeWords();
  const people = usePeople();
  const fresh = useNewLines(id, draft);
  const { sync } = people;
  const displaced = useSyncExternalStore(sync.store.subscribe, () => sync.store.snapshot()[id]);
  const { outgoing } = draft;
  if (outgoing?.phase === "asked") {
    return (
      <Strip tone="warn">
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
      </Strip>
    );
  }
  if (outgoing?.phase === "failed" && outgoing.failure) {
    return (
      <Strip tone="danger">
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-danger" />
        <p className="min-w-40 flex-1 text-danger [overflow-wrap:anywhere]">
          <span className="font-medium">{words.people.notSent}</span> {failureInWords(words, outgoing.failure)}
        </p>
        <Button disabled={!ready} onClick={() => onSend()}>
          {words.people.again}
        </Button>
      </Strip>
    );
  }
  if (!displaced) return null;
  return (
    <Strip tone="warn">
      <p className="min-w-40 flex-1 text-warn">
        {displaced.by === "elsewhere" ? composeWords.newerElsewhere : composeWords.olderElsewhere}
      </p>
      <Button
        onClick={() => {
          sync.swap(id);
          onEdit();
        }}
      >
        {composeWords.bringBack}
      </Button>
      <Button onClick={() => sync.dismiss(id)}>{composeWords.dismiss}</Button>
    </Strip>
  );
}

export function Strip({ tone, children }: { tone: "warn" | "danger"; children: ReactNode }) {
  return (
    <div
      role="alert"
      className={`flex flex-wrap items-center gap-2 rounded-md px-3 py-2 ${tone === "warn" ? "bg-warn-soft" : "bg-danger-soft"}`}
    >
      {children}
    </div>
  );
}

interface Say {
  key: string;
  text: ReactNode;
  className?: string;
}

/** The truth before sending: who speaks then, who else writes, until when, and in how many messages. */
export function Truth({
  id,
  detail,
  draft,
  over,
  sendKeys,
}: {
  id: string;
  detail: Detail;
  draft: Draft;
  over: number;
  sendKeys: string;
}) {
  const list = useTruth(detail, draft, over);
  const { windowUntil } = detail;
  const now = useNow();
  const open = Date.parse(windowUntil ?? "") > now;
  const words = useWords();
  return (
    <div className="flex min-h-4 items-start gap-3 px-1 text-meta text-muted">
      <p id={id} className="flex min-w-0 flex-1 flex-wrap gap-x-2">
        {list.map((say) => (
          <span key={say.key} className={say.className}>
            {say.text}
          </span>
        ))}
      </p>
      {open && <span className="shrink-0 pointer-coarse:hidden">{words.people.sendWith(sendKeys)}</span>}
    </div>
  );
}

function useTruth(detail: Detail, draft: Draft, over: number): Say[] {
  const words = useWords();
  const composeWords = useComposeWords();
  const common = useCommonWords();
  const format = useFormat();
  const now = useNow();
  const people = usePeople();
  const offline = useDeskState((s) => s.line === "reconnecting");
  const { owner, agent } = useShown(detail);
  const fresh = useNewLines(detail.id, draft);
  const writing = useActivity(detail.id).filter((p) => p.doing === "typing");
  const long = codePoints(draft.text) > partLimit;
  const parts = useMemo(() => (long || draft.text.includes("{") ? countParts(draft.text) : 1), [draft.text, long]);
  const left = Date.parse(detail.windowUntil ?? "") - now;
  if (!(left > 0)) return [{ key: "closed", className: "text-danger", text: <Closed detail={detail} now={now} /> }];

  const list: Say[] = [];
  const say = (key: string, text: ReactNode, className?: string) =>
    list.push(className ? { key, text, className } : { key, text });
  if (offline && draft.text) say("offline", common.offlineDraft, "font-medium text-warn");
  if (writing.length > 0) {
    const names = joined(
      writing.map((p) => p.name),
      composeWords.and,
    );
    say(
      "typing",
      <>
        <PenLine aria-hidden className="mr-1 -mt-0.5 inline size-3.5" />
        {composeWords.typing(names, writing.length)}
      </>,
      "font-medium text-warn",
    );
  }
  if (owner !== "none" && !(owner === "agent" && agent === people.me)) say("owner", words.people.takesOver[owner]);
  if (left < 2 * hours) {
    const tone = left < hours / 2 ? "font-medium text-danger" : "font-medium text-warn";
    say("window", words.people.windowCloses(format.span(left)), tone);
  }
  const blanks = missing(draft.text);
  if (blanks.length > 0) {
    const names = blanks.map((name) => `{{${name}}}`).join(", ");
    say("blanks", composeWords.missing(names), "font-medium text-danger");
  }
  if (over > 0) say("long", words.people.tooLong(over, replyLimit), "text-danger");
  else if (parts > 1) say("parts", words.people.parts(parts), "font-medium");
  if (fresh > 0 && draft.outgoing?.phase !== "asked") {
    say("fresh", `${words.people.newSince(fresh)}.`, "font-medium text-warn");
  }
  return list;
}

function Closed({ detail, now }: { detail: Detail; now: number }) {
  const words = useWords();
  const format = useFormat();
  const until = Date.parse(detail.windowUntil ?? "");
  const time = format.time(until || 0);
  const today = new Date(until).toDateString() === new Date(now).toDateString();
  return (
    <>
      <Lock aria-hidden className="mr-1 -mt-0.5 inline size-3.5" />
      {!detail.windowUntil
        ? words.people.windowNone
        : today
          ? words.people.windowClosedAt(time)
          : words.people.windowClosedOn(format.day(until, now), time)}
    </>
  );
}
