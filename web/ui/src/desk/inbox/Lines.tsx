import {
  Ban,
  Bot,
  Check,
  ChevronDown,
  CircleAlert,
  CircleHelp,
  Clock,
  FileText,
  Headset,
  ImageOff,
  type LucideIcon,
  StickyNote,
} from "lucide-react";
import { useState } from "react";
import { useFormat } from "../../words/locale";
import type { Event, Message } from "../api";
import { usePeople } from "../context";
import { useWords, type Words } from "../words";
import { LifeOfMessage } from "./LifeOfMessage";
import { reasonInWords } from "./Owner";

export function DayLine({ text }: { text: string }) {
  return (
    <div className="flex items-center gap-3 pt-4 pb-2 text-meta text-muted">
      <span className="h-px flex-1 bg-line" />
      <span>{text}</span>
      <span className="h-px flex-1 bg-line" />
    </div>
  );
}

/** A change of owner: a rule across the page with who, why and when. */
export function EventLine({ event }: { event: Event }) {
  const words = useWords();
  const format = useFormat();
  const handover = event.kind === "offer";
  const reason = reasonInWords(words, event.reason);
  const { me } = usePeople();
  const text = [eventText(words, event, me), reason.text].filter(Boolean).join(" · ");
  return (
    <div
      role="note"
      className={`my-3 flex items-center gap-3 border-y py-2 text-meta ${handover ? "border-warn/40 bg-warn-soft text-warn" : "border-line text-muted"}`}
    >
      <span className="flex-1 text-center">
        <span className="font-medium">{text}</span>
        <time className="tabular pl-2" title={format.exact(event.at)}>
          {format.time(event.at)}
        </time>
        {reason.detail && <span className="block">{reason.detail}</span>}
      </span>
    </div>
  );
}

function eventText(words: Words, event: Event, me: string): string {
  const { events } = words;
  const who = event.actor === me ? words.you : words.people.colleague;
  if (event.kind === "accept") return events.accept(who);
  if (event.kind === "assign") return events.assign(event.to && event.to !== "agent" ? event.to : who);
  const known = (events as Record<string, unknown>)[event.kind];
  return typeof known === "string" ? known : events.other(event.kind.replaceAll("_", " "));
}

/** One message: customer left, ours right, notes across. Ours unfold to why they were sent. */
export function MessageLine({
  message,
  first,
  pending = false,
  open,
  onToggle,
}: {
  message: Message;
  first: boolean;
  /** Sent from this page and not yet taken by the gateway: it has no life to unfold. */
  pending?: boolean;
  open: boolean;
  onToggle: () => void;
}) {
  const { me } = usePeople();
  const words = useWords();
  if (message.direction === "note") return <Note message={message} />;
  const ours = message.direction === "out";
  const human = message.author === "agent";
  const Icon = human ? Headset : Bot;
  const look = !ours
    ? "bg-customer-soft rounded-bl-sm"
    : human
      ? "border border-agent/60 bg-agent-soft rounded-br-none"
      : "bg-bot-soft rounded-br-sm";
  return (
    <div
      data-message={message.id}
      className={`flex flex-col ${ours ? "items-end" : "items-start"} ${first ? "pt-3" : "pt-1"}`}
    >
      {first && (
        <p
          className={`flex items-center gap-1.5 pb-1 font-medium text-meta ${ours ? (human ? "text-agent" : "text-bot") : "text-customer"}`}
        >
          {ours && <Icon aria-hidden className="size-3.5" />}
          {human ? (message.agent === me ? words.you : words.people.colleague) : words.authors[message.author]}
        </p>
      )}
      <div className={`max-w-[85%] rounded-bubble px-3 py-2 ${look}`}>
        {message.media?.map((m) => (
          <Media key={m.url} url={m.url} kind={m.kind} />
        ))}
        {message.text ? (
          <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
            {message.text}
          </p>
        ) : (
          !message.media?.length && <p className="text-muted italic">{words.noText}</p>
        )}
        {(message.choices?.length ?? 0) > 0 && (
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
        <Foot message={message} open={open} {...(ours ? { onToggle } : {})} />
      )}
      {ours && open && !pending && <LifeOfMessage id={message.id} status={message.status} />}
    </div>
  );
}

const marks: Record<Message["status"], { icon: LucideIcon; className: string }> = {
  received: { icon: Check, className: "" },
  queued: { icon: Clock, className: "" },
  sending: { icon: Clock, className: "" },
  accepted: { icon: Check, className: "" },
  unknown: { icon: CircleHelp, className: "text-warn" },
  cancelled: { icon: Ban, className: "text-muted" },
  dead: { icon: CircleAlert, className: "text-danger" },
};

function Foot({ message, open, onToggle }: { message: Message; open: boolean; onToggle?: () => void }) {
  const words = useWords();
  const format = useFormat();
  const { icon: Icon, className } = marks[message.status] ?? marks.unknown;
  return (
    <div className="flex max-w-[85%] flex-wrap items-center gap-x-2 pt-0.5 text-meta text-muted">
      <time className="tabular" title={format.exact(message.at)}>
        {format.time(message.at)}
      </time>
      {onToggle && (
        <>
          <span className={`flex items-center gap-1 ${className}`}>
            <Icon aria-hidden className="size-3.5" />
            {words.status[message.status] ?? message.status}
            {message.statusReason && `: ${message.statusReason}`}
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
        </>
      )}
    </div>
  );
}

function Note({ message }: { message: Message }) {
  const words = useWords();
  const format = useFormat();
  return (
    <div role="note" className="my-3 flex gap-3 rounded-md bg-note-soft px-3 py-2">
      <StickyNote aria-hidden className="mt-0.5 size-4 shrink-0 text-note" />
      <div className="min-w-0 flex-1">
        <p className="text-meta text-note">
          <span className="font-medium">{words.authors.note}</span>
          <time className="tabular pl-2" title={format.exact(message.at)}>
            {format.time(message.at)}
          </time>
        </p>
        <p dir="auto" className="whitespace-pre-wrap [overflow-wrap:anywhere]">
          {message.text}
        </p>
      </div>
    </div>
  );
}

function Media({ url, kind }: { url: string; kind: string }) {
  const words = useWords();
  const [broken, setBroken] = useState(false);
  const picture = kind === "image";
  if (picture && !broken) {
    return (
      <img
        src={url}
        alt={words.picture}
        loading="lazy"
        referrerPolicy="no-referrer"
        onError={() => setBroken(true)}
        className="mb-1.5 max-h-64 min-h-20 max-w-full rounded-md bg-sunken object-cover"
      />
    );
  }
  const Icon = picture ? ImageOff : FileText;
  return (
    <a
      href={/^https?:/i.test(url) ? url : undefined}
      target="_blank"
      rel="noreferrer"
      className="mb-1.5 flex items-center gap-2 rounded-md border border-line px-2.5 py-2 underline"
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 truncate">{picture ? words.pictureBroken : words.attachment(kind)}</span>
    </a>
  );
}
