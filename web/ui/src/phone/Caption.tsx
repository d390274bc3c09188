import { EllipsisVertical } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { Hint } from "../ui/Button";
import { Toggle } from "../ui/Field";
import { useNow } from "../ui/now";
import { Ring } from "../ui/Ring";
import { useFormat } from "../words/locale";
import { useSession } from "./context";
import type { Phone, PhoneChange } from "./sandbox";
import { useWords } from "./words";

/** Whose phone this is, what Braze knows of the person, and how long the business may still write. */
export function Caption({
  phone,
  held,
  onChoose,
  named = true,
}: {
  phone: Phone;
  held: boolean;
  onChoose: () => void;
  /** False where the name stands elsewhere already. */
  named?: boolean;
}) {
  const format = useFormat();
  return (
    <div className="flex items-center gap-2 px-2 text-text">
      <button
        type="button"
        aria-pressed={held}
        onClick={onChoose}
        className="flex min-h-11 min-w-0 flex-1 items-center gap-2.5 rounded-md text-left"
      >
        {named && <Avatar phone={phone} />}
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={named ? "truncate font-semibold" : "sr-only"}>{phone.name || phone.phone}</span>
            <span className="tabular shrink-0 text-meta text-muted">{phone.phone}</span>
            <span className="shrink-0 text-meta text-muted">{format.language(phone.language)}</span>
          </span>
          <Facts phone={phone} />
        </span>
        {phone.unread > 0 && (
          <span className="tabular rounded-full bg-accent px-1.5 font-semibold text-meta text-on-accent">
            {format.number(phone.unread)}
          </span>
        )}
      </button>
      <PhoneSettings phone={phone} />
    </div>
  );
}

export function Avatar({ phone }: { phone: Phone }) {
  return (
    <span
      aria-hidden
      className="flex size-8 shrink-0 items-center justify-center rounded-full bg-customer-soft font-semibold text-customer"
    >
      {Array.from(phone.name || phone.phone.slice(-2))[0]?.toLocaleUpperCase()}
    </span>
  );
}

function Facts({ phone }: { phone: Phone }) {
  const words = useWords();
  return (
    <span className="flex items-center gap-1.5 truncate text-meta text-muted">
      <Window phone={phone} />
      <span aria-hidden>·</span>
      <span className="truncate">{phone.external_id ? words.knownAs(phone.external_id) : words.unknownToBraze}</span>
      {phone.external_id && !phone.subscribed && <span className="text-warn">· {words.notSubscribed}</span>}
    </span>
  );
}

/** The 24-hour window, which only the business cares about: it stands outside the phone. */
function Window({ phone }: { phone: Phone }) {
  const words = useWords();
  const format = useFormat();
  const session = useSession();
  useNow();
  if (!phone.window_until) return <span className="shrink-0">{words.windowNever}</span>;
  const left = Date.parse(phone.window_until) - session.now();
  return (
    <Hint label={words.windowHint}>
      <span className="inline-flex shrink-0 items-center gap-1.5">
        <Ring left={left} />
        {left > 0 ? words.windowLeft(format.span(left)) : words.windowClosed}
      </span>
    </Hint>
  );
}

/** What a person does with a phone: block, hide read receipts, go offline. */
function PhoneSettings({ phone }: { phone: Phone }) {
  const words = useWords();
  const session = useSession();
  const [error, setError] = useState("");
  const change = (what: PhoneChange) => {
    setError("");
    session.change(phone.phone, what).catch((cause: Error) => setError(words.changeFailed(cause.message)));
  };
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={words.settingsOf(phone.name || phone.phone)}
        className="flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-raised pointer-coarse:size-11"
      >
        <EllipsisVertical aria-hidden className="size-[18px]" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={words.settingsOf(phone.name || phone.phone)}
          className="z-50 w-80 max-w-[calc(100vw-16px)] animate-rise rounded-xl border border-line bg-raised px-4 py-2 text-text float outline-none"
        >
          <Toggle
            label={words.airplane}
            hint={words.airplaneHint}
            checked={!phone.online}
            onChange={(on) => change({ online: !on })}
          />
          <Toggle
            label={words.receipts}
            hint={words.receiptsHint}
            checked={phone.read_receipts}
            onChange={(on) => change({ read_receipts: on })}
          />
          <Toggle
            label={words.block}
            hint={words.blockHint}
            checked={phone.blocked}
            onChange={(on) => change({ blocked: on })}
          />
          {error && (
            <p role="alert" className="pb-2 text-danger text-meta">
              {error}
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
