import { AlarmClock, ArrowLeft, Eye, Flag, Lock, PanelRight, SearchX, Tag, Users } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Link, useSearch } from "wouter";
import { IconButton } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import type { Detail } from "../api";
import { useActivity, useDesk, useDeskState, usePeople, useShown } from "../context";
import { useWords } from "../words";
import { Actions, ActNotice } from "./Actions";
import { snoozed } from "./act/changes";
import { Composer } from "./Composer";
import { joined } from "./compose/Truth";
import { useComposeWords } from "./compose/words";
import { useListAddress } from "./list/address";
import { nameOf, OwnerMark, whoOwns } from "./Owner";
import { useRoster } from "./talk/roster";
import { Transcript } from "./talk/Transcript";
import { useTalkWords } from "./talk/words";
import { WindowRing } from "./WindowRing";

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
  // A supervisor who watches quietly is not announced.
  const quiet = new URLSearchParams(useSearch()).has("watch");
  usePresence(id, !waiting && !error && !quiet);
  const list = useListAddress();

  if (error) {
    return (
      <>
        <h1 className="sr-only">{words.inbox}</h1>
        {error.status === 404 ? (
          <Empty icon={SearchX} title={words.notFound}>
            <p className="pb-3">{words.notFoundDo}</p>
            <Link href={list()} className="font-medium text-accent underline">
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
      <ActNotice detail={transcript.detail} />
      <Transcript detail={transcript.detail} />
      <Composer detail={transcript.detail} />
    </>
  );
}

/** Tells colleagues that one is here, as long as the page is in sight. */
function usePresence(id: string, here: boolean) {
  const { activity } = usePeople();
  useEffect(() => {
    if (!here) return;
    const tell = () => (document.visibilityState === "visible" ? activity.enter(id) : activity.leave());
    tell();
    const leave = () => activity.leave();
    document.addEventListener("visibilitychange", tell);
    addEventListener("pagehide", leave);
    return () => {
      document.removeEventListener("visibilitychange", tell);
      removeEventListener("pagehide", leave);
      leave();
    };
  }, [activity, id, here]);
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
  const list = useListAddress();
  const detail = useShown(known);
  const { me } = usePeople();
  const roster = useRoster();
  const owner = whoOwns(words, detail, me, roster.nameOf(detail.agent) ?? detail.agentName);
  const format = useFormat();
  const now = useNow();
  const open = detail.windowUntil && Date.parse(detail.windowUntil) > now;
  return (
    <header className="@container shrink-0 border-line border-b bg-surface px-3 md:px-4">
      <div className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
        <Link
          href={list()}
          aria-label={words.back}
          className="flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken pointer-coarse:size-11 md:hidden"
        >
          <ArrowLeft aria-hidden className="size-5" />
        </Link>
        <div className="min-w-24 flex-1">
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
        <p className="hidden shrink-0 items-center gap-2 text-meta text-muted @5xl:flex">
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
      <Standing detail={detail} now={now} />
    </header>
  );
}

/** What else is to be known at a glance: priority, place, team, tags, when it comes back, and who else is here. */
function Standing({ detail, now }: { detail: Detail; now: number }) {
  const words = useTalkWords();
  const composeWords = useComposeWords();
  const format = useFormat();
  const { teamName } = useRoster();
  const others = useActivity(detail.id);
  const { priority, team, tags, snoozedUntil, queuePosition } = detail;
  const chips: { key: string; node: ReactNode; className: string }[] = [];
  const chip = (key: string, node: ReactNode, className = "text-muted") => chips.push({ key, node, className });
  if (priority === "high" || priority === "urgent") {
    chip(
      "priority",
      <>
        <Flag aria-hidden className="size-3.5" />
        {words.priority[priority]}
      </>,
      priority === "urgent" ? "font-medium text-danger" : "font-medium text-warn",
    );
  }
  if (snoozed(detail, now)) {
    const when = `${format.day(snoozedUntil ?? 0, now)}, ${format.time(snoozedUntil ?? 0)}`;
    chip(
      "snoozed",
      <>
        <AlarmClock aria-hidden className="size-3.5" />
        <span title={format.exact(snoozedUntil ?? 0)}>{words.snoozedUntil(when)}</span>
      </>,
      "text-accent",
    );
  }
  if (detail.owner === "queue" && queuePosition) chip("place", words.place(queuePosition));
  const named = teamName(team);
  if (named) {
    chip(
      "team",
      <>
        <Users aria-hidden className="size-3.5" />
        {words.team(named)}
      </>,
    );
  }
  for (const tag of tags) {
    chip(
      `tag-${tag}`,
      <>
        <Tag aria-hidden className="size-3" />
        {tag}
      </>,
    );
  }
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-meta empty:hidden">
      {chips.map(({ key, node, className }) => (
        <span key={key} className={`flex items-center gap-1 pb-1.5 ${className}`}>
          {node}
        </span>
      ))}
      {others.length > 0 && (
        <span className="flex items-center gap-1 pb-1.5 font-medium text-agent">
          <Eye aria-hidden className="size-3.5" />
          {composeWords.viewing(
            joined(
              others.map((p) => p.name),
              composeWords.and,
            ),
            others.length,
          )}
        </span>
      )}
    </div>
  );
}
