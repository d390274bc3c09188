import type { ReactNode } from "react";
import { useCommonWords } from "../words/common";
import { Bone, Problem, useSlow } from "./States";

/** What a query gave, or a skeleton while it loads, or what went wrong and the cure. Data that is there stays shown. */
export function Loaded<T>({
  query,
  failed,
  cure,
  children,
}: {
  query: { data: T | undefined; isPending: boolean; error: Error | null; refetch: () => unknown };
  failed: string;
  /** What to do when the gateway says nothing itself. */
  cure: string;
  children: (data: T) => ReactNode;
}) {
  const common = useCommonWords();
  const slow = useSlow(query.isPending);
  if (query.data !== undefined) return children(query.data);
  if (query.error)
    return (
      <Problem
        title={failed}
        cure={query.error.message || cure}
        retry={common.retry}
        onRetry={() => void query.refetch()}
      />
    );
  return (
    slow && (
      <div role="status" aria-label={common.loading} className="flex max-w-5xl flex-col gap-2 p-4 md:px-6">
        {[1, 2, 3, 4].map((n) => (
          <Bone key={n} className="h-14" />
        ))}
      </div>
    )
  );
}
