import { Image, SendHorizontal, Smile } from "lucide-react";
import { Popover } from "radix-ui";
import { useId, useRef, useState } from "react";
import { Field } from "../ui/Field";
import { useSession } from "./context";
import { useWords } from "./words";

const emoji =
  "😀 😄 😂 😊 😍 😘 😉 😎 🤔 😐 😕 😢 😭 😡 😱 😴 🙏 👍 👎 👏 🙌 👋 🤝 💪 ❤️ 💔 🔥 ✨ 🎉 🎁 🎂 ☕ 🍕 🚚 📦 📍 📞 📷 💳 💶 ✅ ❌ ❓ ⚠️ ⏰ 🕑 🌧️ ☀️".split(
    " ",
  );

/** Where the person writes. Enter sends, Shift+Enter starts a new line. */
export function Composer({ phone, name }: { phone: string; name: string }) {
  const words = useWords();
  const session = useSession();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setShown] = useState(() => session.unsent.get(phone) ?? "");
  const id = useId();
  const setText = (next: string) => {
    session.unsent.set(phone, next);
    setShown(next);
  };

  const send = () => {
    const trimmed = text.trim();
    if (!trimmed) return;
    void session.send(phone, trimmed);
    setText("");
    area.current?.focus();
  };
  const insert = (what: string) => {
    const at = area.current?.selectionStart ?? text.length;
    setText(text.slice(0, at) + what + text.slice(area.current?.selectionEnd ?? at));
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(at + what.length, at + what.length);
    });
  };

  return (
    <form
      className="wallpaper flex items-end gap-2 px-2 pt-1 pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex min-h-11 min-w-0 flex-1 items-end rounded-[22px] bg-bubble-in pr-1 pl-1 shadow-sm">
        <EmojiPicker onPick={insert} />
        <label htmlFor={id} className="sr-only">
          {words.message}: {name}
        </label>
        <textarea
          ref={area}
          id={id}
          value={text}
          rows={1}
          dir="auto"
          placeholder={words.message}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
          className="scroll-thin field-sizing-content max-h-32 min-h-11 min-w-0 flex-1 resize-none bg-transparent px-1 py-3 text-bubble-text outline-none placeholder:text-bubble-meta"
        />
        <Attach
          onSend={(url) => {
            void session.send(phone, text.trim(), [url]);
            setText("");
          }}
        />
      </div>
      <button
        type="submit"
        aria-label={words.send}
        disabled={!text.trim()}
        className="flex size-11 shrink-0 items-center justify-center rounded-full bg-go text-on-go transition-opacity disabled:opacity-60"
      >
        <SendHorizontal aria-hidden className="size-5" />
      </button>
    </form>
  );
}

const tool =
  "flex size-9 shrink-0 items-center justify-center rounded-full mb-1 text-bubble-meta hover:bg-sunken data-[state=open]:bg-sunken";
const panel = "follow-theme animate-rise z-50 rounded-xl border border-line bg-raised p-2 text-text float outline-none";

function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger aria-label={words.emoji} className={tool}>
        <Smile aria-hidden className="size-5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={10}
          collisionPadding={8}
          aria-label={words.emoji}
          onCloseAutoFocus={(event) => event.preventDefault()}
          className={`${panel} grid grid-cols-8`}
        >
          {emoji.map((e) => (
            <button
              key={e}
              type="button"
              onClick={() => {
                setOpen(false);
                onPick(e);
              }}
              className="flex size-9 items-center justify-center rounded-md text-[1.25rem] hover:bg-sunken"
            >
              {e}
            </button>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** A picture is sent by its address, as Braze passes them on; two of ours are at hand. */
function Attach({ onSend }: { onSend: (url: string) => void }) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const [address, setAddress] = useState("");
  const [bad, setBad] = useState(false);
  const samples = [
    { url: `${location.origin}/samples/parcel.jpg`, label: words.sampleParcel },
    { url: `${location.origin}/samples/receipt.jpg`, label: words.sampleReceipt },
  ];
  const send = (url: string) => {
    setOpen(false);
    setAddress("");
    setBad(false);
    onSend(url);
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger aria-label={words.attach} className={tool}>
        <Image aria-hidden className="size-5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="end"
          sideOffset={10}
          collisionPadding={8}
          aria-label={words.attach}
          className={`${panel} w-72`}
        >
          <p className="pb-1 font-medium text-meta">{words.attachSamples}</p>
          <div className="grid grid-cols-2 gap-2">
            {samples.map((s) => (
              <button key={s.url} type="button" onClick={() => send(s.url)} className="rounded-md p-1 hover:bg-sunken">
                <img src={s.url} alt="" className="h-20 w-full rounded-sm object-cover" />
                <span className="block pt-1 text-meta">{s.label}</span>
              </button>
            ))}
          </div>
          <form
            className="flex flex-col gap-2 pt-2"
            onSubmit={(event) => {
              event.preventDefault();
              if (/^https?:\/\/\S+$/.test(address.trim())) send(address.trim());
              else setBad(true);
            }}
          >
            <Field
              label={words.attachAddress}
              value={address}
              inputMode="url"
              placeholder="https://"
              error={bad ? words.attachAddressBad : undefined}
              onChange={(event) => setAddress(event.target.value)}
            />
            <button type="submit" className="min-h-9 rounded-full bg-go font-medium text-on-go">
              {words.attachSend}
            </button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
