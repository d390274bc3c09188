import { Suspense } from "react";
import { Link, Redirect, Route, Switch, useLocation } from "wouter";
import { useAccount } from "../context";
import { may, sections } from "../pages";
import { useWords } from "../words";

/** Settings and records of the operator, a section at a time. */
export function Setup() {
  const words = useWords();
  const { session } = useAccount();
  const [location] = useLocation();
  const allowed = sections.filter((s) => may(session.user.role, s.least));
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col md:flex-row">
      {allowed.length > 1 && (
        <nav
          aria-label={words.pages.setup}
          className="scroll-thin flex shrink-0 gap-1 overflow-x-auto border-line border-b bg-surface p-2 md:w-52 md:flex-col md:overflow-x-visible md:border-r md:border-b-0 md:p-3"
        >
          {allowed.map(({ slug, label, icon: Icon }) => (
            <Link
              key={slug}
              href={`/setup/${slug}`}
              aria-current={location === `/setup/${slug}` ? "page" : undefined}
              className="flex h-9 shrink-0 items-center gap-2 rounded-md px-3 text-muted transition-colors hover:bg-sunken aria-[current]:bg-accent-soft aria-[current]:text-accent pointer-coarse:h-11"
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {words.sections[label]}
            </Link>
          ))}
        </nav>
      )}
      <Suspense>
        <Switch>
          {allowed.map(({ slug, component }) => (
            <Route key={slug} path={`/setup/${slug}`} component={component} />
          ))}
          <Route>{allowed[0] && <Redirect to={`/setup/${allowed[0].slug}`} replace />}</Route>
        </Switch>
      </Suspense>
    </div>
  );
}
