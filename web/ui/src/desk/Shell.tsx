import { Keyboard, type LucideIcon, Search } from "lucide-react";
import { Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { Hint, IconButton } from "../ui/Button";
import { OfflineStrip } from "../ui/States";
import { useCommonWords } from "../words/common";
import { useAccount, useDeskState, useNotifier } from "./context";
import { Inbox } from "./inbox/Inbox";
import { type Actions, caps, useKeys } from "./keys";
import { inbox, may, pages } from "./pages";
import { Account } from "./shell/Account";
import { Colleagues } from "./shell/Colleagues";
import { Keys } from "./shell/Keys";
import { Palette } from "./shell/Palette";
import { useShellWords } from "./shell/words";
import { useWords } from "./words";

/** Navigation and whatever page the address names. */
export function Shell() {
  const common = useCommonWords();
  const line = useDeskState((s) => s.line);
  const { session } = useAccount();
  const [, navigate] = useLocation();
  const [over, setOver] = useState<"keys" | "palette" | undefined>();
  const allowed = pages.filter((p) => may(session.user.role, p.least));
  useTitle();
  const goes = [inbox, ...allowed].flatMap(({ go, path }) => (go ? [[`g ${go}`, () => navigate(path)]] : []));
  useKeys({
    ...(Object.fromEntries(goes) as Actions),
    "?": () => setOver("keys"),
    "mod+k": () => setOver((now) => (now === "palette" ? undefined : "palette")),
  });
  return (
    <div className="flex h-full flex-col">
      {line === "reconnecting" && <OfflineStrip text={common.reconnecting} />}
      <div className="flex min-h-0 flex-1 flex-col-reverse md:flex-row">
        <Navigation onKeys={() => setOver("keys")} onPalette={() => setOver("palette")} />
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
      <Keys open={over === "keys"} onOpenChange={(open) => setOver(open ? "keys" : undefined)} />
      <Palette open={over === "palette"} onOpenChange={(open) => setOver(open ? "palette" : undefined)} />
    </div>
  );
}

/** The title counts the conversations with news that nobody looked at. */
function useTitle() {
  const words = useWords();
  const shell = useShellWords();
  const { unseen } = useNotifier();
  const news = useSyncExternalStore(unseen.subscribe, () => unseen.snapshot().size);
  useEffect(() => {
    document.title = news > 0 ? shell.withNews(news, words.title) : words.title;
  }, [news, words, shell]);
}

function Navigation({ onKeys, onPalette }: { onKeys: () => void; onPalette: () => void }) {
  const words = useWords();
  const shell = useShellWords();
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
        icon={Search}
        label={`${shell.palette} (${caps("mod+k").join(" ")})`}
        side="right"
        onClick={onPalette}
        className="size-10 text-muted"
      />
      <Colleagues />
      <IconButton
        icon={Keyboard}
        label={words.keys}
        side="right"
        onClick={onKeys}
        className="size-10 text-muted max-md:hidden"
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
