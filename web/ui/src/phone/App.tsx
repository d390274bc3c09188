import { Plus, SlidersHorizontal, Smartphone } from "lucide-react";
import { Popover } from "radix-ui";
import { useEffect, useRef, useState } from "react";
import { Button, IconButton } from "../ui/Button";
import { useMedia } from "../ui/media";
import { LanguageSwitch, ThemeSwitch } from "../ui/Preferences";
import { Bone, Empty, OfflineStrip, Problem, useSlow } from "../ui/States";
import { useCommonWords } from "../words/common";
import { AddPhone } from "./AddPhone";
import { Backstage, type BackstageTab } from "./Backstage";
import { Avatar, Caption } from "./Caption";
import { useSandbox, useSession } from "./context";
import { Handset } from "./Handset";
import { Life } from "./Life";
import { useWords } from "./words";

export function App() {
  const words = useWords();
  const common = useCommonWords();
  const session = useSession();
  const wide = useMedia("(min-width: 68.75rem)");
  const framed = useMedia("(min-width: 45rem)");
  const loaded = useSandbox((s) => s.loaded);
  const error = useSandbox((s) => s.error);
  const line = useSandbox((s) => s.line);
  const phones = useSandbox((s) => s.phones);
  const chosen = useSandbox((s) => s.chosen);
  const [adding, setAdding] = useState(false);
  const [backstage, setBackstage] = useState(false);
  const [tab, setTab] = useState<BackstageTab>("life");
  const slow = useSlow(!loaded && !error);
  useEffect(() => {
    document.title = `${words.title} · Parley`;
  }, [words]);

  const held = phones.find((p) => p.phone === chosen);
  return (
    <div className="tabletop always-dark h-full w-full flex-col text-text">
      <TopBar framed={framed} onAdd={() => setAdding(true)} onBackstage={() => setBackstage(true)} />
      {loaded && line === "reconnecting" && <OfflineStrip text={common.offlineDraft} />}
      <div className="flex min-h-0 flex-1">
        <main className="flex min-h-0 min-w-0 flex-1 flex-col">
          {error ? (
            <Problem
              title={words.loadFailed}
              cure={error.message || words.loadFailedDo}
              retry={common.retry}
              onRetry={() => void session.load()}
            />
          ) : !loaded ? (
            slow && <Waiting framed={framed} label={common.loading} />
          ) : phones.length === 0 ? (
            <Empty icon={Smartphone} title={words.noPhones}>
              <p className="pb-3">{words.noPhonesDo}</p>
              <Button kind="primary" icon={Plus} onClick={() => setAdding(true)}>
                {words.addPhone}
              </Button>
            </Empty>
          ) : framed ? (
            <Row />
          ) : (
            held && (
              <>
                <Switcher />
                <Caption phone={held} held named={phones.length < 2} onChoose={() => {}} />
                <Handset key={held.phone} phone={held} held framed={false} />
              </>
            )
          )}
        </main>
        {wide && held && (
          <aside
            aria-label={words.life}
            className="follow-theme flex w-[400px] shrink-0 flex-col border-line border-l bg-surface text-text"
          >
            <div className="px-4 pt-4 pb-3">
              <h2 className="font-semibold text-title">{words.life}</h2>
              <p className="text-muted">{words.lifeAbout(held.name || held.phone)}</p>
            </div>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
            <section aria-label={words.life} tabIndex={0} className="scroll-thin min-h-0 flex-1 overflow-y-auto">
              <Life phone={held.phone} />
            </section>
          </aside>
        )}
      </div>
      <AddPhone open={adding} onOpenChange={setAdding} />
      <Backstage
        open={backstage}
        onOpenChange={setBackstage}
        tab={tab}
        onTab={setTab}
        lifeOf={wide ? "" : (held?.phone ?? "")}
      />
    </div>
  );
}

function TopBar({ framed, onAdd, onBackstage }: { framed: boolean; onAdd: () => void; onBackstage: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 px-3 md:px-4">
      <img src="/favicon.svg" alt="" className="size-6" />
      <h1 className="min-w-0 flex-1 truncate font-semibold">
        {words.title}
        {framed && <span className="pl-2 font-normal text-muted">{words.subtitle}</span>}
      </h1>
      {framed ? (
        <>
          <LanguageSwitch />
          <ThemeSwitch />
          <Button icon={Plus} onClick={onAdd}>
            {words.addPhone}
          </Button>
          <Button icon={SlidersHorizontal} onClick={onBackstage}>
            {words.backstage}
          </Button>
        </>
      ) : (
        <>
          <IconButton icon={Plus} label={words.addPhone} onClick={onAdd} />
          <IconButton icon={SlidersHorizontal} label={words.backstage} onClick={onBackstage} />
          <Popover.Root>
            <Popover.Trigger
              aria-label={`${common.language}, ${common.theme}`}
              className="flex size-8 items-center justify-center rounded-md font-semibold text-meta hover:bg-raised pointer-coarse:size-11"
            >
              Aa
            </Popover.Trigger>
            <Popover.Portal>
              <Popover.Content
                align="end"
                sideOffset={4}
                collisionPadding={8}
                aria-label={`${common.language}, ${common.theme}`}
                className="z-50 flex animate-rise flex-col gap-2 rounded-xl border border-line bg-raised p-3 text-text float outline-none"
              >
                <LanguageSwitch />
                <ThemeSwitch />
              </Popover.Content>
            </Popover.Portal>
          </Popover.Root>
        </>
      )}
    </header>
  );
}

/** Several phones side by side; the chosen one is scrolled into view. */
function Row() {
  const words = useWords();
  const session = useSession();
  const phones = useSandbox((s) => s.phones);
  const chosen = useSandbox((s) => s.chosen);
  const box = useInView<HTMLUListElement>(chosen, phones.length);
  return (
    <ul
      ref={box}
      aria-label={words.phones}
      className="scroll-thin flex min-h-0 flex-1 snap-x gap-6 overflow-x-auto px-6 pb-4"
    >
      {phones.map((phone) => (
        <li
          key={phone.phone}
          data-phone={phone.phone}
          onPointerDownCapture={() => session.choose(phone.phone)}
          onFocusCapture={() => session.choose(phone.phone)}
          className="flex max-h-[900px] w-[390px] shrink-0 snap-center flex-col gap-1.5 first:ml-auto last:mr-auto"
        >
          <Caption phone={phone} held={phone.phone === chosen} onChoose={() => session.choose(phone.phone)} />
          <Handset phone={phone} held={phone.phone === chosen} framed />
        </li>
      ))}
    </ul>
  );
}

/** Brings the chosen phone into view: at once when the page opens, gliding when another is chosen or one is added. */
function useInView<Box extends HTMLElement>(chosen: string, count: number) {
  const box = useRef<Box>(null);
  const opened = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a phone that was added may be off the edge, too.
  useEffect(() => {
    const phone = box.current?.querySelector(`[data-phone="${CSS.escape(chosen)}"]`);
    phone?.scrollIntoView({ inline: "center", block: "nearest", behavior: opened.current ? "smooth" : "instant" });
    opened.current = true;
  }, [chosen, count]);
  return box;
}

/** On a narrow page one phone is shown; the others wait as chips. */
function Switcher() {
  const words = useWords();
  const session = useSession();
  const phones = useSandbox((s) => s.phones);
  const chosen = useSandbox((s) => s.chosen);
  const box = useInView<HTMLElement>(chosen, phones.length);
  if (phones.length < 2) return null;
  return (
    <nav ref={box} aria-label={words.phones} className="scroll-thin flex shrink-0 gap-1 overflow-x-auto px-2">
      {phones.map((phone) => (
        <button
          key={phone.phone}
          type="button"
          data-phone={phone.phone}
          aria-pressed={phone.phone === chosen}
          onClick={() => session.choose(phone.phone)}
          className="flex min-h-11 shrink-0 items-center gap-2 rounded-full py-1 pr-3 pl-1.5 text-muted aria-pressed:bg-raised aria-pressed:text-text"
        >
          <Avatar phone={phone} />
          <span className={phone.unread ? "font-semibold text-text" : ""}>{phone.name || phone.phone}</span>
          {phone.unread > 0 && <span className="size-2 rounded-full bg-accent" />}
        </button>
      ))}
    </nav>
  );
}

/** A phone-shaped skeleton. */
function Waiting({ framed, label }: { framed: boolean; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex min-h-0 flex-1 justify-center gap-6 p-6 pt-2">
      <div
        className={`follow-theme flex w-full flex-col gap-3 bg-chat p-4 ${framed ? "max-w-[390px] rounded-[42px] pt-16" : ""}`}
      >
        <Bone className="h-10 w-3/5 bg-bubble-in!" />
        <Bone className="h-16 w-2/5 self-end bg-bubble-out!" />
        <Bone className="h-20 w-4/5 bg-bubble-in!" />
        <Bone className="h-10 w-1/2 self-end bg-bubble-out!" />
      </div>
    </div>
  );
}
