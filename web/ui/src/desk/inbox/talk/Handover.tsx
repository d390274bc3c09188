import { useMutation, useQuery } from "@tanstack/react-query";
import { ChevronDown, CornerUpLeft, Headset } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Button } from "../../../ui/Button";
import { useFormat, useLanguage } from "../../../words/locale";
import type { Event } from "../../api";
import { usePeople } from "../../context";
import { useWords } from "../../words";
import { inWords } from "../Owner";
import { type Packet, talk } from "./api";
import { Copyable } from "./Copyable";
import { knownOf } from "./packet";
import { type TalkWords, useTalkWords } from "./words";

/** What the bot handed over in a conversation, newest first; read again after each handover. */
export function usePackets(id: string, events: readonly Event[]) {
  const offers = events.filter((e) => e.to === "queue" || e.kind === "offer" || e.kind === "accept").length;
  return useQuery({
    queryKey: ["handoffs", id, offers],
    queryFn: () => talk.handoffs(id),
    enabled: offers > 0,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The moment in which people get a conversation: who, why, and what they need to know to go on. */
export function Handover({
  conversation,
  who,
  reason,
  at,
  packet,
  onShow,
}: {
  conversation: string;
  /** What happened, in words. */
  who: string;
  reason: { text: string; detail: string };
  at: string;
  packet: Packet | undefined;
  /** Scrolls to a line of the transcript. */
  onShow: (messageId: string) => void;
}) {
  const words = useTalkWords();
  const format = useFormat();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const rest = useId();
  return (
    <section
      role="note"
      aria-label={who}
      className="my-4 border-warn border-t-2 bg-warn-soft px-4 pt-2.5 pb-3 [overflow-wrap:anywhere]"
    >
      <p className="flex items-baseline gap-2 text-warn">
        <Headset aria-hidden className="size-4 shrink-0 self-center" />
        <span className="font-semibold">{who}</span>
        <span className="min-w-0 flex-1">{reason.text}</span>
        <time className="tabular shrink-0 text-meta" title={format.exact(at)}>
          {format.time(at)}
        </time>
      </p>
      {!packet && reason.detail && <p className="pt-1 text-meta">{reason.detail}</p>}
      {packet && (
        <>
          <ThreeLines packet={packet} onShow={onShow} />
          {open && (
            <div id={rest}>
              <Whole packet={packet} language={language} onShow={onShow} />
            </div>
          )}
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pt-2">
            <button
              type="button"
              aria-expanded={open}
              aria-controls={rest}
              onClick={() => setOpen(!open)}
              className="-ml-1 flex min-h-7 items-center gap-1 rounded-sm px-1 font-medium text-accent text-meta pointer-coarse:min-h-11"
            >
              {open ? words.handover.fold : words.handover.unfold}
              <ChevronDown aria-hidden className={`size-3.5 transition-transform ${open ? "rotate-180" : ""}`} />
            </button>
            <span className="flex-1" />
            <Label conversation={conversation} packet={packet} />
          </div>
        </>
      )}
    </section>
  );
}

/** What they want, what was tried, what is known. Beside the conversation, where nothing can be shown, in line with what stands there. */
export function ThreeLines({ packet, onShow }: { packet: Packet; onShow?: (messageId: string) => void }) {
  const words = useTalkWords();
  const h = words.handover;
  const { summary } = packet;
  const { tried } = summary;
  const known = knownOf(packet);
  return (
    <dl
      className={`grid items-baseline gap-x-3 gap-y-1 pt-2 ${onShow ? "grid-cols-[auto_1fr]" : "grid-cols-[96px_1fr]"}`}
    >
      <dt className="text-meta text-muted">{h.wants}</dt>
      <dd dir="auto">
        {summary.issue ? <span className="font-medium">{summary.issue}</span> : h.asked[summary.askedFor]}
        {summary.issue && summary.askedFor !== "answer" && (
          <span className="text-muted"> · {h.asked[summary.askedFor]}</span>
        )}
        {summary.mood === "upset" && <span className="font-medium text-danger"> · {h.upset}</span>}
      </dd>
      <dt className="text-meta text-muted">{h.tried}</dt>
      <dd className={tried.length ? "" : "text-muted"}>
        {tried.length
          ? tried.map((t) => h.triedKinds[t.kind](t.titles.map(words.quote).join(", "))).join("; ")
          : h.nothingTried}
      </dd>
      <dt className="text-meta text-muted">{h.known}</dt>
      <dd className={known.length ? "flex flex-wrap gap-x-5" : "text-muted"}>
        {known.length
          ? known.map((fact) => (
              <span key={`${fact.name}-${fact.value}`} className="inline-flex items-baseline gap-1.5">
                <span className="shrink-0 text-meta text-muted">{inWords(h.names, fact.name)}</span>
                <Copyable value={fact.value} />
                {fact.messageId && onShow && (
                  <Source words={words} beside onShow={() => onShow(fact.messageId ?? "")} />
                )}
              </span>
            ))
          : h.nothingKnown}
      </dd>
    </dl>
  );
}

function Source({
  words,
  onShow,
  beside = false,
}: {
  words: TalkWords;
  onShow: () => void;
  /** It stands behind something that can be copied, and leaves room for that one's sign. */
  beside?: boolean;
}) {
  return (
    <button
      type="button"
      title={words.handover.source}
      aria-label={words.handover.source}
      onClick={onShow}
      className={`flex size-6 shrink-0 items-center justify-center self-center rounded-sm text-accent hover:bg-sunken pointer-coarse:size-11 ${beside ? "ml-3" : ""}`}
    >
      <CornerUpLeft aria-hidden className="size-3.5" />
    </button>
  );
}

function Whole({
  packet,
  language,
  onShow,
}: {
  packet: Packet;
  language: "en" | "fr";
  onShow: (messageId: string) => void;
}) {
  const words = useTalkWords();
  const pageWords = useWords();
  const format = useFormat();
  const people = usePeople();
  const { suggestedReply } = packet;
  const reason = packet.reason.words[language] || packet.reason.detail;
  return (
    <div className="mt-3 flex animate-rise flex-col gap-3 border-warn/40 border-t pt-3">
      <Part title={pageWords.handoffWhy}>
        <p className="flex items-start gap-1.5">
          <span>{reason}</span>
          {packet.reason.messageId && <Source words={words} onShow={() => onShow(packet.reason.messageId ?? "")} />}
        </p>
      </Part>
      <Part title={words.handover.mood}>
        <p>{packet.summary.mood === "upset" ? words.handover.upset : words.handover.calm}</p>
      </Part>
      {packet.intents.length > 0 && (
        <Part title={words.handover.intents}>
          <ul className="flex max-w-96 flex-col gap-1">
            {packet.intents.map((guess) => (
              <li key={guess.intent} className="grid grid-cols-[1fr_72px_40px] items-center gap-3">
                <span className="truncate" title={guess.title || guess.intent}>
                  {guess.title || guess.intent}
                </span>
                <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-surface">
                  <span
                    className="block h-full rounded-full bg-bot"
                    style={{ width: `${Math.round(100 * Math.min(1, Math.max(0, guess.p)))}%` }}
                  />
                </span>
                <span className="tabular text-right text-meta">{format.percent(guess.p)}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {packet.summary.facts.length > 0 && (
        <Part title={words.handover.facts}>
          <ul className="flex flex-col gap-0.5">
            {packet.summary.facts.map((fact) => (
              <li key={`${fact.name}-${fact.seq}-${fact.value}`} className="flex flex-wrap items-center gap-x-1.5">
                <span className="text-meta text-muted">{inWords(words.handover.names, fact.name)}</span>
                <Copyable value={fact.value} />
                {fact.text !== fact.value && (
                  <q dir="auto" className="text-muted">
                    {fact.text}
                  </q>
                )}
                {fact.messageId && <Source words={words} beside onShow={() => onShow(fact.messageId)} />}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {packet.flow && Object.keys(packet.flow.collected).length > 0 && (
        <Part title={words.handover.flow(packet.flow.name)}>
          <dl className="flex flex-col gap-0.5">
            {Object.entries(packet.flow.collected).map(([name, value]) => (
              <div key={name} className="flex flex-wrap items-center gap-x-1.5">
                <dt className="text-meta text-muted">{inWords(words.handover.names, name)}</dt>
                <dd>
                  <Copyable value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </Part>
      )}
      {suggestedReply && (
        <Part title={words.handover.reply}>
          <p dir="auto" className="whitespace-pre-wrap">
            {suggestedReply.text}
          </p>
          <Button className="mt-1.5" onClick={() => people.write(packet.conversation, suggestedReply.text)}>
            {words.handover.useReply}
          </Button>
        </Part>
      )}
      {packet.transcript.length > 0 && (
        <Part title={words.handover.last}>
          <ol className="flex flex-col gap-1">
            {packet.transcript.slice(-6).map((line) => (
              <li key={line.seq} className="grid grid-cols-[72px_1fr] gap-x-3">
                <span className="truncate text-meta text-muted leading-5">{pageWords.authors[line.author]}</span>
                <span dir="auto" className="line-clamp-3 whitespace-pre-wrap">
                  {line.text}
                </span>
              </li>
            ))}
          </ol>
        </Part>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="pb-0.5 font-semibold text-meta text-muted">{title}</h3>
      {children}
    </div>
  );
}

/** Asks who took over whether it took a person: from the answers the bot learns when to hand over. */
function Label({ conversation, packet }: { conversation: string; packet: Packet }) {
  const words = useTalkWords();
  const say = useMutation({ mutationFn: (needed: boolean) => talk.label(conversation, packet.id, needed) });
  // Shown at once; taken back if it could not be saved.
  const said = say.isPending || say.isSuccess ? say.variables : packet.needed;
  return (
    <div role="group" aria-label={words.handover.needed} className="flex flex-wrap items-center gap-1.5">
      <span className="text-meta text-muted">{words.handover.needed}</span>
      {[true, false].map((needed) => (
        <button
          key={String(needed)}
          type="button"
          aria-pressed={said === needed}
          onClick={() => say.mutate(needed)}
          className="min-h-7 rounded-full border border-line-strong px-2.5 font-medium text-meta hover:bg-surface aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:text-on-accent pointer-coarse:min-h-11 pointer-coarse:px-4"
        >
          {needed ? words.handover.yes : words.handover.no}
        </button>
      ))}
      <span role="status" className={say.isError ? "text-danger text-meta" : "sr-only"}>
        {say.isError ? words.handover.labelFailed : said === undefined ? "" : words.handover.labelled}
      </span>
    </div>
  );
}
