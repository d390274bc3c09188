import {
  Ban,
  Bot,
  Check,
  CheckCheck,
  ChevronDown,
  CircleAlert,
  CircleHelp,
  Clock,
  CornerDownLeft,
  Headset,
  Hourglass,
  type LucideIcon,
  MessageSquareText,
  Star,
  StickyNote,
} from "lucide-react";
import { useMemo } from "react";
import { useFormat, useLanguage } from "../../words/locale";
import type { Event, Message } from "../api";
import { useDeskState, usePeople } from "../context";
import { ProposePhrasing } from "../learning/ProposePhrasing";
import { useWords } from "../words";
import { pieces } from "./compose/mentions";
import { LifeOfMessage } from "./LifeOfMessage";
import { reasonInWords } from "./Owner";
import type { Csat, Packet } from "./talk/api";
import { eventText, reasonOf } from "./talk/events";
import { Handover } from "./talk/Handover";
import { MediaOf } from "./talk/Media";
import { attachments, resendable, troubleOf } from "./talk/messages";
import { useRoster } from "./talk/roster";
import { useTalkWords } from "./talk/words";

export function DayLine({ text }: { text: string }) {
  return (
    <div className="flex items-center gap-3 pt-4 pb-2 text-meta text-muted">
      <span className="h-px flex-1 bg-line" />
      <span>{text}</span>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

/** A change of owner: a rule across the page with who, why and when. That people get it is a moment of its own. */
export function EventLine({
  conversation,
  event,
  packet,
  to,
  onShow,
}: {
  conversation: string;
  event: Event;
  packet?: Packet | undefined;
  /** User id of who got it, where that is known. */
  to?: string | undefined;
  onShow: (messageId: string) => void;
}) {
  const words = useWords();
  const talkWords = useTalkWords();
  const format = useFormat();
  const { me } = usePeople();
  const { nameOf } = useRoster();
  const reason = reasonOf(talkWords, event) ?? reasonInWords(words, event.reason);
  const what = eventText(talkWords, event, { me, nameOf }, to);
  if (event.kind === "offer" || packet) {
    return (
      <Handover conversation={conversation} who={what} reason={reason} at={event.at} packet={packet} onShow={onShow} />
    );
  }
  return (
    <div role="note" className="my-3 flex items-center gap-3 text-meta text-muted">
      <span aria-hidden className="h-px min-w-4 flex-1 bg-line" />
      <span className="max-w-[80%] text-center [overflow-wrap:anywhere]">
        <span className="font-medium">{[what, reason.text].filter(Boolean).join(" · ")}</span>
        <time className="tabular pl-2" title={format.exact(event.at)}>
          {format.time(event.at)}
        </time>
        {reason.detail && <span className="block">{reason.detail}</span>}
      </span>
      <span aria-hidden className="h-px min-w-4 flex-1 bg-line" />
    </div>
  );
}

/** How the customer judged the help, at the end of what it is about. */
export function CsatLine({ csat }: { csat: Csat }) {
  const words = useTalkWords();
  const format = useFormat();
  const { state, score, comment } = csat;
  const at = csat.answeredAt ?? csat.askedAt;
  const text =
    state === "answered" && score ? words.csat.answered(score) : words.csat[state === "answered" ? "asked" : state];
  return (
    <div role="note" className="my-4 flex flex-col items-center gap-1 text-center text-meta text-muted">
      {state === "answered" && score !== undefined && (
        <span aria-hidden className="flex gap-0.5">
          {[1, 2, 3, 4, 5].map((n) => (
            <Star key={n} className={`size-5 ${n <= score ? "fill-warn text-warn" : "text-line-strong"}`} />
          ))}
        </span>
      )}
      <p>
        <span className="font-medium">{text}</span>
        <time className="tabular pl-2" title={format.exact(at)}>
          {format.time(at)}
        </time>
      </p>
      {comment && (
        <blockquote dir="auto" className="max-w-[80%] text-base text-text [overflow-wrap:anywhere]">
          {comment}
        </blockquote>
      )}
    </div>
  );
}

/** One message: customer left, ours right, notes across. Ours unfold to why they were sent. */
export function MessageLine({
  message,
  first,
  pending = false,
  open,
  marked = false,
  onToggle,
  onResend,
}: {
  message: Message;
  first: boolean;
  /** Sent from this page and not yet taken by the gateway: it has no life to unfold. */
  pending?: boolean;
  open: boolean;
  /** Somebody asked where something comes from, and it is here. */
  marked?: boolean;
  onToggle: () => void;
  /** Puts the words of one that did not go back into the box; absent where nothing can be sent. */
  onResend?: (() => void) | undefined;
}) {
  const { me } = usePeople();
  const words = useWords();
  const { nameOf } = useRoster();
  if (message.direction === "note") return <Note message={message} pending={pending} />;
  const ours = message.direction === "out";
  const human = message.author === "agent";
  const Icon = human ? Headset : message.author === "system" ? MessageSquareText : Bot;
  const look = !ours
    ? "bg-customer-soft rounded-bl-sm"
    : human
      ? "border border-agent/60 bg-agent-soft rounded-br-none"
      : "bg-bot-soft rounded-br-sm";
  const colour = !ours ? "text-customer" : human ? "text-agent" : "text-bot";
  return (
    <div
      data-message={message.id}
      className={`group flex flex-col ${ours ? "items-end" : "items-start"} ${first ? "pt-3" : "pt-1"}`}
    >
      {first && (
        <p className={`flex items-center gap-1.5 pb-1 font-medium text-meta ${colour}`}>
          {ours && <Icon aria-hidden className="size-3.5" />}
          {human ? authorOf(message, me, nameOf, words.you, words.people.colleague) : words.authors[message.author]}
        </p>
      )}
      <div
        className={`max-w-[85%] rounded-bubble px-3 py-2 ${look} ${marked ? "outline-2 outline-accent outline-offset-2" : ""}`}
      >
        {message.media.length > 0 && <MediaOf list={attachments(message)} />}
        {message.form && <Filled fields={message.form} />}
        {message.form && message.text === formText(message.form) ? null : message.text ? (
          <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
            {message.text}
          </p>
        ) : (
          message.media.length === 0 && <p className="text-muted italic">{words.noText}</p>
        )}
        {message.choices.length > 0 && (
          <ul aria-label={words.choices} className="mt-2 flex flex-wrap gap-1.5">
            {message.choices.map((choice) => (
              <li key={choice} className="rounded-full border border-line-strong/60 px-2.5 py-0.5 text-meta">
                {choice}
              </li>
            ))}
          </ul>
        )}
      </div>
      {pending ? (
        <p role="status" className="pt-0.5 text-meta text-muted">
          {words.people.sending}
        </p>
      ) : (
        <Foot message={message} open={open} {...(ours ? { onToggle } : {})} onResend={onResend} />
      )}
      {ours && open && !pending && <LifeOfMessage id={message.id} status={message.status} />}
    </div>
  );
}

/** What a form says in words: the text of its message, unless something was written with it. */
const formText = (fields: NonNullable<Message["form"]>) => fields.map((f) => `${f.name}: ${f.value}`).join("\n");

/** A form that the customer filled in. */
function Filled({ fields }: { fields: NonNullable<Message["form"]> }) {
  const words = useWords();
  return (
    <>
      <p className="pb-1 font-medium text-meta text-muted">{words.form}</p>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
        {fields.map((f) => (
          <div key={`${f.name}: ${f.value}`} className="contents">
            <dt className="text-muted">{f.name}</dt>
            <dd dir="auto" className="[overflow-wrap:anywhere]">
              {words.formValues[f.value] ?? f.value}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function authorOf(
  message: Message,
  me: string,
  nameOf: (id: string | undefined) => string | undefined,
  you: string,
  colleague: string,
): string {
  if (message.agent === me) return you;
  return nameOf(message.agent) ?? message.agentName ?? colleague;
}

const marks: Record<Message["status"], { icon: LucideIcon; className: string }> = {
  received: { icon: Check, className: "" },
  queued: { icon: Clock, className: "" },
  sending: { icon: Clock, className: "" },
  accepted: { icon: Check, className: "" },
  unknown: { icon: CircleHelp, className: "text-warn" },
  cancelled: { icon: Ban, className: "text-muted" },
  withheld: { icon: Hourglass, className: "text-warn" },
  dead: { icon: CircleAlert, className: "text-danger" },
  sent: { icon: Check, className: "" },
  delivered: { icon: CheckCheck, className: "" },
  read: { icon: CheckCheck, className: "text-accent" },
  failed: { icon: CircleAlert, className: "text-danger" },
};

function Foot({
  message,
  open,
  onToggle,
  onResend,
}: {
  message: Message;
  open: boolean;
  onToggle?: () => void;
  onResend?: (() => void) | undefined;
}) {
  const words = useWords();
  const talkWords = useTalkWords();
  const format = useFormat();
  const { icon: Icon, className } = marks[message.status] ?? marks.unknown;
  const language = useLanguage();
  const trouble = troubleOf(talkWords, language, message);
  return (
    <div className="flex max-w-[85%] flex-wrap items-center gap-x-2 pt-0.5 text-meta text-muted">
      <time className="tabular" title={format.exact(message.at)}>
        {format.time(message.at)}
      </time>
      {message.byCurrents && <span>{talkWords.byCurrents}</span>}
      {message.direction === "in" && message.text && <Teach message={message} />}
      {onToggle && (
        <>
          <span className={`flex items-center gap-1 ${className}`}>
            <Icon aria-hidden className="size-3.5 shrink-0" />
            {words.status[message.status] ?? message.status}
          </span>
          <button
            type="button"
            aria-expanded={open}
            onClick={onToggle}
            className="flex min-h-6 items-center gap-0.5 rounded-sm px-1 font-medium text-accent hover:bg-accent-soft pointer-coarse:min-h-11"
          >
            {words.why}
            <ChevronDown aria-hidden className={`size-3.5 transition-transform ${open ? "rotate-180" : ""}`} />
          </button>
          {trouble && <p className={`basis-full text-right [overflow-wrap:anywhere] ${className}`}>{trouble}</p>}
          {onResend && resendable(message) && (
            <button
              type="button"
              onClick={onResend}
              className="ml-auto flex min-h-6 items-center gap-1 rounded-sm px-1 font-medium text-accent hover:bg-accent-soft pointer-coarse:min-h-11"
            >
              <CornerDownLeft aria-hidden className="size-3.5" />
              {talkWords.resend}
            </button>
          )}
        </>
      )}
    </div>
  );
}

/** Offers to teach the bot what a customer's line means. It recedes until the line is pointed at or focused. */
function Teach({ message }: { message: Message }) {
  const detail = useDeskState((s) => s.transcript?.detail);
  if (!detail) return null;
  return (
    <span className="transition-opacity md:opacity-0 md:focus-within:opacity-100 md:group-hover:opacity-100 pointer-coarse:opacity-100">
      <ProposePhrasing
        conversationId={detail.id}
        messageId={message.id}
        text={message.text}
        language={detail.language}
      />
    </span>
  );
}

/** What colleagues tell each other, across the page; whom it calls stands out. */
function Note({ message, pending }: { message: Message; pending: boolean }) {
  const words = useWords();
  const talkWords = useTalkWords();
  const format = useFormat();
  const { me } = usePeople();
  const { people, nameOf } = useRoster();
  const parts = useMemo(() => pieces(message.text, people), [message.text, people]);
  const mine = message.agent === me;
  return (
    <div
      role="note"
      data-message={message.id}
      className="my-3 flex gap-3 rounded-md border-note border-l-2 bg-note-soft px-3 py-2"
    >
      <StickyNote aria-hidden className="mt-0.5 size-4 shrink-0 text-note" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap gap-x-2 text-meta text-note">
          <span className="font-medium">
            {mine
              ? talkWords.noteMine
              : message.agent
                ? talkWords.noteBy(authorOf(message, me, nameOf, talkWords.me, talkWords.colleague))
                : talkWords.note}
          </span>
          <time className="tabular" title={format.exact(message.at)}>
            {format.time(message.at)}
          </time>
          <span>{pending ? words.people.sending : talkWords.noteInside}</span>
        </p>
        <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
          {parts.map((part, i) =>
            part.person ? (
              <mark
                // biome-ignore lint/suspicious/noArrayIndexKey: a note never changes.
                key={i}
                className={`rounded-sm px-0.5 font-medium ${part.person.id === me ? "bg-note text-bg" : "bg-transparent text-note underline decoration-note/60 underline-offset-2"}`}
              >
                {part.text}
              </mark>
            ) : (
              part.text
            ),
          )}
        </p>
      </div>
    </div>
  );
}
