import { ArrowDown, Info, MessageCircle } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useFormat, useLanguage } from "../words/locale";
import { Bubble, DraftBubble } from "./Bubble";
import { useSandbox, useSession } from "./context";
import { FormSheet } from "./FormSheet";
import { ListSheet } from "./ListSheet";
import { type Row, rows, type Thread } from "./model";
import type { Notice, PhoneMessage } from "./sandbox";
import { catalogues, useWords } from "./words";

/** How many lines are drawn before one asks for the earlier ones. */
const page = 120;
const none: Thread = { messages: [], notices: [], drafts: [], divider: 0 };

/** The lines of one phone's chat, held at the end unless the person has scrolled away from it. */
export function Chat({ phone, held, screen }: { phone: string; held: boolean; screen: HTMLElement | null }) {
  const words = useWords();
  const session = useSession();
  const thread = useSandbox((s) => s.threads[phone]) ?? none;
  const language = useSandbox((s) => s.phones.find((p) => p.phone === phone)?.language ?? "");
  const typing = useSandbox((s) => s.phones.find((p) => p.phone === phone)?.typing ?? false);
  const [shown, setShown] = useState(page);
  const [opened, setOpened] = useState<PhoneMessage>();
  const [tapError, setTapError] = useState("");
  const all = useMemo(() => rows(thread), [thread]);
  const hidden = Math.max(0, all.length - shown);
  const { box, away, toEnd } = useHeldAtEnd(all.length + (typing ? 1 : 0));

  useEffect(() => {
    const report = () => {
      if (held && !away && document.visibilityState === "visible" && thread.messages.length > 0)
        void session.seen(phone);
    };
    report();
    document.addEventListener("visibilitychange", report);
    return () => document.removeEventListener("visibilitychange", report);
  }, [held, away, thread.messages, phone, session]);

  const sending = useCallback(
    async (send: () => Promise<unknown>) => {
      setTapError("");
      try {
        await send();
      } catch (cause) {
        setTapError(words.notSentWhy(cause instanceof Error ? cause.message : String(cause)));
      }
    },
    [words],
  );
  const tap = useCallback(
    (n: number, label: string) => sending(() => session.tap(phone, n, label)),
    [sending, session, phone],
  );
  const fillIn = (answers: Record<string, unknown>) => void sending(() => session.fillIn(phone, answers));

  return (
    <div className="wallpaper min-h-0 flex-1">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section ref={box} aria-label={words.chat} tabIndex={0} className="scroll-thin absolute inset-0 overflow-y-auto">
        <div className="flex min-h-full flex-col justify-end px-4 pt-2 pb-2">
          {all.length === 0 && <Suggestions language={language} onPick={(text) => void session.send(phone, text)} />}
          {hidden > 0 && (
            <Chip>
              <button
                type="button"
                onClick={() => setShown(shown + 4 * page)}
                className="min-h-6 font-medium text-bubble-link"
              >
                {words.earlier(hidden)}
              </button>
            </Chip>
          )}
          {all.slice(hidden).map((row) => (
            <Line key={row.key} row={row} phone={phone} onTap={tap} onOpen={setOpened} />
          ))}
          {typing && <TypingBubble label={words.typing} />}
          {tapError && (
            <p role="alert" className="mt-2 self-end rounded-md bg-chip px-2.5 py-1 text-danger text-meta">
              {tapError}
            </p>
          )}
        </div>
      </section>
      {away && all.length > 0 && (
        <button
          type="button"
          onClick={toEnd}
          aria-label={words.newBelow}
          className="absolute right-3 bottom-3 flex size-9 items-center justify-center rounded-full bg-chip text-chip-text float"
        >
          <ArrowDown aria-hidden className="size-5" />
        </button>
      )}
      <ListSheet message={opened} container={screen} onClose={() => setOpened(undefined)} onSend={tap} />
      <FormSheet message={opened} container={screen} onClose={() => setOpened(undefined)} onSend={fillIn} />
    </div>
  );
}

function Line({
  row,
  phone,
  onTap,
  onOpen,
}: {
  row: Row;
  phone: string;
  onTap: (n: number, label: string) => void;
  onOpen: (message: PhoneMessage) => void;
}) {
  const words = useWords();
  const format = useFormat();
  const session = useSession();
  switch (row.kind) {
    case "day":
      return <Chip>{format.day(row.at, session.now())}</Chip>;
    case "divider":
      return (
        <div className="-mx-4 my-2 flex justify-center bg-chip/60 py-1">
          <Chip flat>{words.unread(row.count)}</Chip>
        </div>
      );
    case "message":
      return <Bubble message={row.message} tail={row.tail} tapped={row.tapped} onTap={onTap} onOpen={onOpen} />;
    case "notice":
      return <NoticeLine notice={row.notice} />;
    case "draft":
      return (
        <DraftBubble
          draft={row.draft}
          onRetry={() => void session.retry(phone, row.draft.key)}
          onDiscard={() => session.discard(phone, row.draft.key)}
        />
      );
  }
}

/** Keeps a scroller at its end while lines arrive, unless the reader has gone up. */
function useHeldAtEnd(length: number) {
  const box = useRef<HTMLElement>(null);
  const [away, setAway] = useState(false);
  const stuck = useRef(true);
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const onScroll = () => {
      stuck.current = el.scrollHeight - el.scrollTop - el.clientHeight < 60;
      setAway(!stuck.current);
    };
    el.addEventListener("scroll", onScroll, { passive: true });
    // Pictures that load and a keyboard that opens change the height without a new line.
    const watch = new ResizeObserver(() => {
      if (stuck.current) el.scrollTop = el.scrollHeight;
    });
    watch.observe(el);
    if (el.firstElementChild) watch.observe(el.firstElementChild);
    return () => {
      el.removeEventListener("scroll", onScroll);
      watch.disconnect();
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is what it reacts to.
  useLayoutEffect(() => {
    if (stuck.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [length]);
  const toEnd = useCallback(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight, behavior: "smooth" });
  }, []);
  return { box, away, toEnd };
}

function Chip({ children, flat = false }: { children: React.ReactNode; flat?: boolean }) {
  return (
    <div
      className={`self-center rounded-lg bg-chip px-3 py-1 text-chip-text text-meta ${flat ? "" : "my-2 shadow-sm"}`}
    >
      {children}
    </div>
  );
}

/** Why something did not arrive, in the words of a person. */
function NoticeLine({ notice }: { notice: Notice }) {
  const words = useWords();
  const language = useLanguage();
  return (
    <div
      role="note"
      className="my-2 flex max-w-[92%] gap-2 self-center rounded-lg border border-line-strong/50 border-dashed bg-chip px-3 py-2 text-chip-text text-meta"
    >
      <Info aria-hidden className="mt-px size-3.5 shrink-0" />
      <p>
        {notice.text[language]}
        {notice.doc && <span className="mt-0.5 block italic">{words.source(notice.doc)}</span>}
      </p>
    </div>
  );
}

function TypingBubble({ label }: { label: string }) {
  return (
    <div
      role="status"
      className="bubble bubble-in tail relative mt-1.5 flex h-9 animate-fade items-center gap-1 self-start px-3.5 text-bubble-meta"
    >
      <span className="sr-only">{label}</span>
      <span className="dot size-1.5 rounded-full bg-current" />
      <span className="dot size-1.5 rounded-full bg-current" />
      <span className="dot size-1.5 rounded-full bg-current" />
    </div>
  );
}

/** An empty chat says what to do, and offers to do it. */
function Suggestions({ language, onPick }: { language: string; onPick: (text: string) => void }) {
  const words = useWords();
  // In the language of the person who holds the phone, where we speak it.
  const { suggestions } = language === "fr" || language === "en" ? catalogues[language] : words;
  return (
    <div className="m-auto flex max-w-72 flex-col items-center gap-3 rounded-bubble bg-chip px-4 py-4 text-center text-chip-text">
      <MessageCircle aria-hidden className="size-6" />
      <div>
        <p className="font-medium text-bubble-text">{words.emptyChat}</p>
        <p className="mt-1 text-meta">{words.emptyChatDo}</p>
      </div>
      <div className="flex w-full flex-col gap-1.5">
        {Object.values(suggestions).map((text) => (
          <button
            key={text}
            type="button"
            onClick={() => onPick(text)}
            className="min-h-9 rounded-full border border-line-strong/60 bg-bubble-in px-3 py-1.5 text-bubble-link hover:border-bubble-link"
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}
