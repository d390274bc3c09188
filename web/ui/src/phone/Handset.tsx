import { Ban, Store, WifiOff } from "lucide-react";
import { useState } from "react";
import { useNow } from "../ui/now";
import { useFormat } from "../words/locale";
import { Chat } from "./Chat";
import { Composer } from "./Composer";
import { useSession } from "./context";
import type { Phone } from "./sandbox";
import { useWords } from "./words";

/** A phone with the shop's chat open on it. On a narrow page the screen alone, without its frame. */
export function Handset({ phone, held, framed }: { phone: Phone; held: boolean; framed: boolean }) {
  const [screen, setScreen] = useState<HTMLElement | null>(null);
  const inside = (
    <div
      ref={setScreen}
      className={`follow-theme relative flex min-h-0 flex-1 flex-col text-bubble-text ${framed ? "screen" : ""}`}
    >
      {framed && <StatusBar online={phone.online} />}
      <Header phone={phone} />
      <Chat phone={phone.phone} held={held} screen={screen} />
      <Bottom phone={phone} />
      {framed && (
        <div aria-hidden className="wallpaper flex justify-center pb-2">
          <span className="h-1 w-28 rounded-full bg-bubble-text/70" />
        </div>
      )}
    </div>
  );
  if (!framed) return inside;
  return <div className={`device flex min-h-0 flex-1 flex-col ${held ? "held" : ""}`}>{inside}</div>;
}

function StatusBar({ online }: { online: boolean }) {
  const format = useFormat();
  const session = useSession();
  useNow();
  return (
    <div className="tabular relative flex h-11 shrink-0 items-center justify-between bg-bar px-7 pt-1 font-semibold text-[0.8125rem]">
      <time>{format.time(session.now())}</time>
      <span
        aria-hidden
        className="absolute top-2.5 left-1/2 h-[26px] w-[92px] -translate-x-1/2 rounded-full bg-black"
      />
      <span aria-hidden className="flex items-center gap-1.5">
        {online ? (
          <svg width="17" height="11" viewBox="0 0 17 11" fill="currentColor" aria-hidden="true">
            <rect x="0" y="7" width="3" height="4" rx=".8" />
            <rect x="4.6" y="5" width="3" height="6" rx=".8" />
            <rect x="9.2" y="2.5" width="3" height="8.5" rx=".8" />
            <rect x="13.8" y="0" width="3" height="11" rx=".8" />
          </svg>
        ) : (
          <WifiOff className="size-3.5" />
        )}
        <svg width="25" height="12" viewBox="0 0 25 12" fill="none" aria-hidden="true">
          <rect x=".5" y=".5" width="21" height="11" rx="3" stroke="currentColor" opacity=".5" />
          <rect x="2" y="2" width="15" height="8" rx="1.8" fill="currentColor" />
          <path d="M23 4v4c.9-.3 1.5-1.100 1.500-2S23.900 4.300 23 4Z" fill="currentColor" opacity=".5" />
        </svg>
      </span>
    </div>
  );
}

function Header({ phone }: { phone: Phone }) {
  const words = useWords();
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-line border-b bg-bar px-4">
      <span className="flex size-9 shrink-0 items-center justify-center rounded-full bg-go text-on-go">
        <Store aria-hidden className="size-5" />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold text-[0.9375rem] leading-5">{words.business}</p>
        <p
          className={`truncate text-meta ${phone.typing ? "text-bubble-link" : "text-bubble-meta"}`}
          aria-live="polite"
        >
          {phone.typing ? words.typing : words.businessAccount}
        </p>
      </div>
    </header>
  );
}

/** The composer, or what stands in its place while the person has blocked the business. */
function Bottom({ phone }: { phone: Phone }) {
  const words = useWords();
  const session = useSession();
  if (phone.blocked) {
    return (
      <Strip
        icon={Ban}
        text={words.blockedStrip}
        action={words.unblock}
        act={() => session.change(phone.phone, { blocked: false })}
      />
    );
  }
  return (
    <>
      {!phone.online && (
        <Strip
          icon={WifiOff}
          text={words.offlineStrip}
          action={words.goOnline}
          act={() => session.change(phone.phone, { online: true })}
        />
      )}
      <Composer phone={phone.phone} name={phone.name} />
    </>
  );
}

function Strip({
  icon: Icon,
  text,
  action,
  act,
}: {
  icon: typeof Ban;
  text: string;
  action: string;
  act: () => Promise<void>;
}) {
  const words = useWords();
  const [error, setError] = useState("");
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 border-line border-t bg-bar px-4 py-2 text-meta">
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="min-w-0 flex-1">{error ? words.changeFailed(error) : text}</span>
      <button
        type="button"
        onClick={() => act().catch((cause: Error) => setError(cause.message))}
        className="min-h-8 font-semibold text-bubble-link"
      >
        {action}
      </button>
    </div>
  );
}
