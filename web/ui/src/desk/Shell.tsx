import { CircleUserRound, Keyboard, type LucideIcon } from "lucide-react";
import { Popover } from "radix-ui";
import { Suspense, useEffect, useState } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { Button, Hint, IconButton } from "../ui/Button";
import { LanguageSwitch, ThemeSwitch } from "../ui/Preferences";
import { Sheet } from "../ui/Sheet";
import { OfflineStrip } from "../ui/States";
import { useCommonWords } from "../words/common";
import { api } from "./api";
import { useAccount, useDeskState } from "./context";
import { actKeys } from "./inbox/Actions";
import { apple } from "./inbox/Composer";
import { Inbox } from "./inbox/Inbox";
import { typing } from "./keys";
import { inbox, may, pages } from "./pages";
import { useWords } from "./words";

/** Navigation and whatever page the address names. */
export function Shell() {
  const common = useCommonWords();
  const line = useDeskState((s) => s.line);
  const { session } = useAccount();
  const [keys, setKeys] = useState(false);
  const allowed = pages.filter((p) => may(session.user.role, p.least));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "?" && !typing(event)) setKeys(true);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="flex h-full flex-col">
      {line === "reconnecting" && <OfflineStrip text={common.reconnecting} />}
      <div className="flex min-h-0 flex-1 flex-col-reverse md:flex-row">
        <Navigation onKeys={() => setKeys(true)} />
        <Switch>
          {allowed.map(({ path, component: Component }) => (
            <Route key={path} path={`${path}/*?`}>
              <Suspense>
                <Component />
              </Suspense>
            </Route>
          ))}
          <Route path="/conversations/:id">{({ id }) => <Inbox id={id} />}</Route>
          <Route>
            <Inbox id={undefined} />
          </Route>
        </Switch>
      </div>
      <Keys open={keys} onOpenChange={setKeys} />
    </div>
  );
}

function Navigation({ onKeys }: { onKeys: () => void }) {
  const words = useWords();
  const [location] = useLocation();
  const { session } = useAccount();
  const elsewhere = pages.find((p) => location === p.path || location.startsWith(`${p.path}/`));
  return (
    <nav
      aria-label={words.navigation}
      className="flex shrink-0 items-center gap-1 border-line border-t bg-surface px-2 py-1 md:w-14 md:flex-col md:border-t-0 md:border-r md:px-0 md:py-3"
    >
      <img src="/favicon.svg" alt="" className="mb-3 hidden size-7 md:block" />
      <NavLink href={inbox.path} icon={inbox.icon} label={words.pages[inbox.label]} here={!elsewhere} />
      {pages
        .filter((p) => may(session.user.role, p.least))
        .map((p) => (
          <NavLink key={p.path} href={p.path} icon={p.icon} label={words.pages[p.label]} here={p === elsewhere} />
        ))}
      <span className="flex-1" />
      <IconButton
        icon={Keyboard}
        label={words.keys}
        side="right"
        onClick={onKeys}
        className="hidden text-muted md:inline-flex"
      />
      <Account />
    </nav>
  );
}

function NavLink({ href, icon: Icon, label, here }: { href: string; icon: LucideIcon; label: string; here: boolean }) {
  return (
    <Hint label={label} side="right">
      <Link
        href={href}
        aria-label={label}
        aria-current={here ? "page" : undefined}
        className="flex size-10 items-center justify-center rounded-md text-muted transition-colors hover:bg-sunken aria-[current]:bg-accent-soft aria-[current]:text-accent pointer-coarse:size-11"
      >
        <Icon aria-hidden className="size-5" />
      </Link>
    </Hint>
  );
}

function Account() {
  const words = useWords();
  const { session, onLogOut } = useAccount();
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
  return (
    <Popover.Root>
      <Popover.Trigger
        aria-label={words.account}
        className="flex size-10 items-center justify-center rounded-md text-muted hover:bg-sunken pointer-coarse:size-11"
      >
        <CircleUserRound aria-hidden className="size-5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="right"
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={words.account}
          className="z-50 flex w-64 animate-rise flex-col gap-3 rounded-xl border border-line bg-raised p-4 text-text float outline-none"
        >
          <div>
            <p className="truncate font-semibold">{session.user.name}</p>
            <p className="truncate text-meta text-muted">{session.user.email}</p>
          </div>
          <div className="flex flex-wrap gap-2">
            <LanguageSwitch />
            <ThemeSwitch />
          </div>
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

function Keys({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const words = useWords();
  const common = useCommonWords();
  const list: [string, string][] = [
    ["J  K", words.keyList.move],
    ["/", words.keyList.search],
    ["W", words.keyList.why],
    ["P", words.keyList.person],
    ["R", words.keyList.reply],
    [apple ? "⌘ ↵" : "Ctrl ↵", words.people.send],
    ...(Object.keys(actKeys) as (keyof typeof actKeys)[]).map((k): [string, string] => [
      actKeys[k],
      words.people.acts[k],
    ]),
    ["Esc", words.keyList.back],
    ["?", words.keyList.help],
  ];
  return (
    <Sheet open={open} onOpenChange={onOpenChange} title={words.keys} closeLabel={common.close} from="centre">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 px-4 pb-5">
        {list.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded-sm border border-line bg-sunken px-1.5 py-0.5 font-mono text-meta">{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );
}
