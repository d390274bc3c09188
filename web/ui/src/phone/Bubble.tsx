import { Check, ClipboardPen, ExternalLink, LayoutList, Reply, TriangleAlert } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useFormat } from "../words/locale";
import { Attached, Picture } from "./Attached";
import type { Draft } from "./model";
import { Rich } from "./Rich";
import type { PhoneMessage } from "./sandbox";
import { Ticks } from "./Ticks";
import { useWords } from "./words";

/** One message. The person's own stand on the right in green, the business's on the left. */
export const Bubble = memo(function Bubble({
  message,
  tail,
  tapped,
  onTap,
  onOpen,
}: {
  message: PhoneMessage;
  tail: boolean;
  tapped: string;
  onTap: (n: number, label: string) => void;
  /** Opens the list or the form of a message. */
  onOpen: (message: PhoneMessage) => void;
}) {
  const words = useWords();
  const format = useFormat();
  const mine = message.direction === "in";
  const media = message.media ?? [];
  const plain =
    !message.text &&
    media.length === 0 &&
    !message.header &&
    !message.buttons &&
    !message.list &&
    !message.flow_response;
  return (
    <div className={`flex max-w-[84%] flex-col ${mine ? "items-end self-end" : "items-start self-start"}`}>
      <Frame mine={mine} tail={tail} label={`n${message.n}`}>
        {media.map((m) => (
          <Attached key={m.url} url={m.url} kind={m.kind} caption={message.text ?? ""} />
        ))}
        {message.header && <p className="px-2 pt-0.5 font-semibold">{message.header}</p>}
        <div className="px-2">
          {message.text && <Rich text={message.text} more={words.readMore} />}
          {message.flow_response && <Form answers={message.flow_response} />}
          {plain && <span className="italic">{words.otherLayout(message.layout)}</span>}
          {message.footer && <p className="text-bubble-meta text-meta">{message.footer}</p>}
          <Meta time={format.time(message.at)} exact={format.exact(message.at)}>
            {mine && <Ticks status={message.status} />}
          </Meta>
        </div>
        {message.list && (
          <button
            type="button"
            onClick={() => onOpen(message)}
            className="mx-[-4px] mt-1 mb-[-4px] flex min-h-10 w-[calc(100%+8px)] items-center justify-center gap-2 border-line border-t px-3 font-medium text-bubble-link"
          >
            <LayoutList aria-hidden className="size-4" />
            {message.list.button}
          </button>
        )}
        {message.flow && (
          <button
            type="button"
            onClick={() => onOpen(message)}
            className="mx-[-4px] mt-1 mb-[-4px] flex min-h-10 w-[calc(100%+8px)] items-center justify-center gap-2 border-line border-t px-3 font-medium text-bubble-link"
          >
            <ClipboardPen aria-hidden className="size-4" />
            {message.flow.label}
          </button>
        )}
        {message.link && (
          <a
            href={message.link.url}
            target="_blank"
            rel="noreferrer"
            title={message.link.url}
            className="mx-[-4px] mt-1 mb-[-4px] flex min-h-10 w-[calc(100%+8px)] min-w-44 items-center justify-center gap-2 border-line border-t px-3 font-medium text-bubble-link"
          >
            <ExternalLink aria-hidden className="size-4 shrink-0" />
            {message.link.label}
          </a>
        )}
      </Frame>
      {message.buttons?.map((button) => (
        <button
          key={button.label}
          type="button"
          onClick={() => onTap(message.n, button.label)}
          className="bubble bubble-in mt-1 flex min-h-10 w-full min-w-44 items-center justify-center gap-2 px-3 py-1.5 font-medium text-bubble-link hover:brightness-95"
        >
          {tapped === button.label ? (
            <>
              <Check aria-hidden className="size-4 shrink-0" />
              <span className="sr-only">{words.tapped}: </span>
            </>
          ) : (
            <Reply aria-hidden className="size-4 shrink-0" />
          )}
          {button.label}
        </button>
      ))}
    </div>
  );
});

/** What a person has filled in. */
function Form({ answers }: { answers: string }) {
  const words = useWords();
  return (
    <>
      <span className="flex items-center gap-1.5 font-medium">
        <ClipboardPen aria-hidden className="size-4" />
        {words.formSent}
      </span>
      {Object.entries(JSON.parse(answers) as Record<string, unknown>).map(([name, value]) => (
        <span key={name} className="block break-words">
          {name}: {String(value)}
        </span>
      ))}
    </>
  );
}

function Frame({ mine, tail, label, children }: { mine: boolean; tail: boolean; label?: string; children: ReactNode }) {
  return (
    <div
      data-message={label}
      className={`bubble relative p-1 text-[0.9rem] text-bubble-text leading-[1.3rem] ${mine ? "bubble-out" : "bubble-in"} ${tail ? "tail mt-1.5" : "mt-0.5"}`}
    >
      {children}
    </div>
  );
}

/** Time and ticks float into the end of the last line, as people know it. */
function Meta({ time, exact, children }: { time: string; exact: string; children?: ReactNode }) {
  return (
    <span
      title={exact}
      className="tabular relative top-1 float-right ml-2.5 inline-flex items-center gap-1 text-[0.6875rem] text-bubble-meta leading-4"
    >
      {time}
      {children}
    </span>
  );
}

/** A message that the sandbox has not confirmed yet. */
export function DraftBubble({
  draft,
  onRetry,
  onDiscard,
}: {
  draft: Draft;
  onRetry: () => void;
  onDiscard: () => void;
}) {
  const words = useWords();
  const format = useFormat();
  const failed = draft.error !== undefined;
  return (
    <div className="flex max-w-[84%] animate-rise flex-col items-end self-end">
      <Frame mine tail>
        {draft.media.map((url) => (
          <Picture key={url} url={url} caption={draft.text} />
        ))}
        <div className="px-2">
          {draft.text && <Rich text={draft.text} more={words.readMore} />}
          <Meta time={format.time(draft.at)} exact={format.exact(draft.at)}>
            {!failed && <Ticks status="pending" />}
          </Meta>
        </div>
      </Frame>
      {failed && (
        <div
          role="alert"
          className="mt-1 flex flex-wrap items-center justify-end gap-x-3 rounded-md bg-chip px-2.5 text-meta"
        >
          <span className="flex items-center gap-1.5 text-danger">
            <TriangleAlert aria-hidden className="size-3.5" />
            {draft.error ? words.notSentWhy(draft.error) : words.notSent}
          </span>
          <button type="button" onClick={onRetry} className="min-h-8 font-medium text-bubble-link underline">
            {words.send}
          </button>
          <button type="button" onClick={onDiscard} className="min-h-8 font-medium text-bubble-link underline">
            {words.discard}
          </button>
        </div>
      )}
    </div>
  );
}
