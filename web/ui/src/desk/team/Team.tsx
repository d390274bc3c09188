import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { useAccount } from "../context";
import { may } from "../pages";
import { Skills } from "./Skills";
import { Teams } from "./Teams";
import { Users } from "./Users";
import { useWords } from "./words";

const tabs = [
  { slug: "users", least: "admin", component: Users },
  { slug: "teams", least: "supervisor", component: Teams },
  { slug: "skills", least: "supervisor", component: Skills },
] as const;

/** Who works here: accounts, teams, and what each person takes and knows. */
export function Team() {
  const words = useWords();
  const { session } = useAccount();
  const [location] = useLocation();
  const allowed = tabs.filter((t) => may(session.user.role, t.least));
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="border-line border-b bg-surface px-4 pt-3 md:px-6">
        <h1 className="font-semibold text-page">{words.title}</h1>
        <nav aria-label={words.tabsLabel} className="-mx-1 scroll-thin mt-2 flex gap-1 overflow-x-auto">
          {allowed.map(({ slug }) => (
            <Link
              key={slug}
              href={`/team/${slug}`}
              aria-current={location.startsWith(`/team/${slug}`) ? "page" : undefined}
              className="-mb-px flex min-h-9 shrink-0 items-center border-transparent border-b-2 px-3 text-muted transition-colors hover:text-text aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-text pointer-coarse:min-h-11"
            >
              {words.tabs[slug]}
            </Link>
          ))}
        </nav>
      </header>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="region"
        aria-label={words.title}
        className="scroll-thin flex min-h-0 flex-1 flex-col overflow-y-auto pb-6"
      >
        <Switch>
          {allowed.map(({ slug, component }) => (
            <Route key={slug} path={`/team/${slug}`} component={component} />
          ))}
          <Route>{allowed[0] && <Redirect to={`/team/${allowed[0].slug}`} replace />}</Route>
        </Switch>
      </div>
    </main>
  );
}
