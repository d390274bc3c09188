import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX, Clock, Inbox, type LucideIcon, RotateCw } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Field";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { ApiError } from "../api";
import { type Delivery, type Hook, hooksApi, type State } from "./api";
import { useWords, type Words } from "./words";

type Choice = State | "all";

/** What was and will be posted to a webhook, newest first. */
export function Deliveries({ hook, onChanged }: { hook: Hook; onChanged: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const [choice, setChoice] = useState<Choice>("all");
  const [said, setSaid] = useState("");
  const query = useInfiniteQuery({
    queryKey: ["hooks", hook.id, "deliveries", choice],
    queryFn: ({ pageParam }) => hooksApi.deliveries(hook.id, choice === "all" ? "" : choice, pageParam),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor || undefined,
    refetchInterval: 3000,
  });
  const slow = useSlow(query.isPending);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const again = async (what: () => Promise<string>) => {
    setSaid("");
    try {
      setSaid(await what());
    } catch (cause) {
      setSaid(words.notDone((cause instanceof ApiError && cause.message) || words.gatewayCure));
    }
    void query.refetch();
    onChanged();
  };
  return (
    <section aria-label={words.deliveries} className="flex flex-col gap-2 border-line border-t pt-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold text-title">{words.deliveries}</h2>
        <Segments<Choice>
          label={words.deliveries}
          value={choice}
          onChange={setChoice}
          options={(["all", "waiting", "dead", "done"] as const).map((value) => ({
            value,
            label: words.states[value],
          }))}
        />
      </div>
      <div className="flex flex-wrap items-center gap-3">
        {hook.dead > 0 && (
          <Button
            icon={RotateCw}
            onClick={() => void again(async () => words.replayedAll((await hooksApi.replayDead(hook.id)).replayed))}
          >
            {words.replayAll(hook.dead)}
          </Button>
        )}
        <p role="status" className="text-meta text-muted">
          {said}
        </p>
      </div>
      {query.isError && items.length === 0 ? (
        <Problem
          title={words.deliveriesFailed}
          cure={query.error.message || words.gatewayCure}
          retry={common.retry}
          onRetry={() => void query.refetch()}
        />
      ) : query.isPending ? (
        slow && (
          <div role="status" aria-label={common.loading} className="flex flex-col gap-2">
            {[1, 2, 3].map((n) => (
              <Bone key={n} className="h-11" />
            ))}
          </div>
        )
      ) : items.length === 0 ? (
        <Empty icon={Inbox} title={words.noDeliveries[choice]}>
          {words.noDeliveriesDo}
        </Empty>
      ) : (
        <ul>
          {items.map((delivery) => (
            <Row
              key={delivery.id}
              hook={hook}
              delivery={delivery}
              onReplay={() =>
                void again(async () => {
                  await hooksApi.replay(delivery.id);
                  return words.replayed;
                })
              }
            />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {words.more}
          </Button>
        </div>
      )}
    </section>
  );
}

const looks: Record<State, { icon: LucideIcon; className: string }> = {
  waiting: { icon: Clock, className: "text-warn" },
  done: { icon: CircleCheck, className: "text-ok" },
  dead: { icon: CircleX, className: "text-danger" },
};

function Row({ hook, delivery, onReplay }: { hook: Hook; delivery: Delivery; onReplay: () => void }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const [open, setOpen] = useState(false);
  const { icon: Icon, className } = looks[delivery.state];
  return (
    <li className="border-line border-b last:border-b-0">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex min-h-11 list-none flex-wrap items-center gap-x-3 gap-y-0.5 rounded-md px-1 py-2 hover:bg-sunken">
          <Icon aria-hidden className={`size-4 shrink-0 ${className}`} />
          <span className="sr-only">{words.stateOf[delivery.state]}</span>
          <code className="min-w-0 flex-1 truncate">{delivery.event}</code>
          <time
            className="tabular w-14 shrink-0 text-right text-meta text-muted md:order-last"
            title={format.exact(delivery.at)}
          >
            {format.age(delivery.at, now)}
          </time>
          <span className="tabular w-full pl-7 text-meta text-muted empty:hidden md:w-auto md:pl-0">
            {outcome(words, format, delivery, now)}
          </span>
          {delivery.errorCode && (
            <span className={`w-full pl-7 text-meta md:order-last ${className}`}>{whyNot(words, delivery)}</span>
          )}
        </summary>
        {open && <More hook={hook} delivery={delivery} onReplay={onReplay} />}
      </details>
    </li>
  );
}

/** Why the last attempt failed. */
export function whyNot(words: Words, { errorCode, error, status, state, attempts }: Delivery): string {
  const why = errorCode === "status" ? words.why.status(status) : errorCode ? words.why[errorCode] : "";
  const given = state === "dead" && attempts > 1 && errorCode !== "gone" ? ` ${words.givenUp(attempts)}` : "";
  return (why || error || "") + given;
}

function outcome(
  words: ReturnType<typeof useWords>,
  format: ReturnType<typeof useFormat>,
  delivery: Delivery,
  now: number,
): string {
  const parts: string[] = [];
  if (delivery.status) parts.push(words.answered(delivery.status, format.span(delivery.millis)));
  if (delivery.attempts > 1) parts.push(words.attempts(delivery.attempts));
  if (delivery.state === "waiting") {
    const due = delivery.nextAt ? new Date(delivery.nextAt).getTime() : now;
    parts.push(due <= now ? words.nextNow : words.next(format.time(due)));
  }
  return parts.join(" · ");
}

function More({ hook, delivery, onReplay }: { hook: Hook; delivery: Delivery; onReplay: () => void }) {
  const words = useWords();
  const format = useFormat();
  const query = useQuery({
    queryKey: ["hooks", hook.id, "delivery", delivery.id],
    queryFn: () => hooksApi.delivery(hook.id, delivery.id),
  });
  return (
    <div className="flex flex-col gap-2 px-1 pt-1 pb-3 pl-7">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-meta">
        <dt className="text-muted">{words.eventId}</dt>
        <dd className="min-w-0 break-all font-mono">{delivery.eventId}</dd>
        <dt className="text-muted">{words.happened}</dt>
        <dd>{format.exact(delivery.at)}</dd>
        {delivery.triedAt && (
          <>
            <dt className="text-muted">{words.tried}</dt>
            <dd>{format.exact(delivery.triedAt)}</dd>
          </>
        )}
      </dl>
      <div className="flex flex-wrap items-center gap-3">
        {delivery.event !== "test" && (
          <Button icon={RotateCw} onClick={onReplay}>
            {words.replay}
          </Button>
        )}
        {delivery.conversationId && (
          <Link href={`/conversations/${delivery.conversationId}`} className="text-accent underline">
            {words.conversation}
          </Link>
        )}
      </div>
      {delivery.answer && <Code label={words.answer} text={delivery.answer} />}
      {query.data && <Code label={words.body} text={pretty(query.data.payload)} />}
      {query.isError && <p className="text-danger text-meta">{query.error.message || words.gatewayCure}</p>}
    </div>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function Code({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p className="text-meta text-muted">{label}</p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="scroll-thin max-h-72 overflow-auto whitespace-pre-wrap rounded-md bg-sunken p-3 font-mono text-meta [overflow-wrap:anywhere]"
      >
        {text}
      </pre>
    </div>
  );
}
