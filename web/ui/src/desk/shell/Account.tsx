import { Popover } from "radix-ui";
import { useState, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { Button, Hint } from "../../ui/Button";
import { Toggle } from "../../ui/Field";
import { LanguageSwitch, ThemeSwitch } from "../../ui/Preferences";
import { api } from "../api";
import { useAccount, useNotifier } from "../context";
import { useWords } from "../words";
import { Avatar } from "./Avatar";
import { allowed } from "./Notifier";
import { MyStatus, useMe } from "./Presence";
import { useShellWords } from "./words";

/** Who I am and what I am to others; preferences, notifications, and the way out. */
export function Account() {
  const words = useWords();
  const shell = useShellWords();
  const { session, onLogOut } = useAccount();
  const me = useMe();
  const [error, setError] = useState("");
  const logOut = async () => {
    setError("");
    try {
      await api.logOut();
      onLogOut();
    } catch {
      setError(words.logOutFailed);
    }
  };
  const label = me ? `${words.account}, ${shell.presence[me.presence]}` : words.account;
  return (
    <Popover.Root>
      <Hint label={label} side="right">
        <Popover.Trigger
          aria-label={label}
          className="relative flex size-10 items-center justify-center rounded-md hover:bg-sunken pointer-coarse:size-11"
        >
          <Avatar name={session.user.name} presence={me?.presence} />
        </Popover.Trigger>
      </Hint>
      <Popover.Portal>
        <Popover.Content
          side="right"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={words.account}
          className="scroll-thin z-50 flex max-h-[calc(100dvh-1rem)] w-80 animate-rise flex-col gap-4 overflow-y-auto rounded-xl border border-line bg-raised p-4 text-text float outline-none"
        >
          <div>
            <p className="truncate font-semibold">{session.user.name}</p>
            <p className="truncate text-meta text-muted">{session.user.email}</p>
          </div>
          <MyStatus />
          <Notifications />
          <div className="flex flex-wrap gap-2">
            <LanguageSwitch />
            <ThemeSwitch />
          </div>
          <Popover.Close asChild>
            <Link href="/setup/security" className="font-medium text-accent hover:underline">
              {words.sections.security}
            </Link>
          </Popover.Close>
          <Button onClick={() => void logOut()}>{words.logOut}</Button>
          {error && (
            <p role="alert" className="text-danger text-meta">
              {error}
            </p>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Notifications() {
  const words = useShellWords();
  const notifier = useNotifier();
  const { desktop, sound } = useSyncExternalStore(notifier.settings.subscribe, notifier.settings.snapshot);
  const [asked, setAsked] = useState(false);
  const browser = allowed();
  const wrong = browser === "missing" ? words.desktopMissing : browser === "denied" ? words.desktopRefused : "";
  return (
    <section aria-label={words.notifications} className="border-line border-y py-1">
      <Toggle
        label={words.desktop}
        hint={words.desktopHint}
        checked={desktop}
        disabled={browser === "missing"}
        onChange={(on) => void notifier.setDesktop(on).then(() => setAsked(true))}
      />
      {wrong && (asked || browser === "missing") && (
        <p role="status" className="pb-2 text-meta text-warn">
          {wrong}
        </p>
      )}
      <Toggle label={words.sound} hint={words.soundHint} checked={sound} onChange={(on) => notifier.setSound(on)} />
    </section>
  );
}
