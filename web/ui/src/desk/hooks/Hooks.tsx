import { useQuery } from "@tanstack/react-query";
import { ChevronRight, Plus, Webhook } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/Sheet";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { type Hook, type HookWithSecret, hooksApi } from "./api";
import { HookDetail } from "./HookDetail";
import { HookForm } from "./HookForm";
import { Secret } from "./Secret";
import { useWords } from "./words";

/** Which other programs hear of what, and how that goes. */
export function Hooks() {
  const words = useWords();
  const common = useCommonWords();
  const query = useQuery({ queryKey: ["hooks"], queryFn: hooksApi.list, refetchInterval: 5000 });
  const slow = useSlow(query.isPending);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<HookWithSecret | undefined>();
  const [open, setOpen] = useState("");
  const items = query.data?.items ?? [];
  const events = query.data?.events ?? [];
  const shown = items.find((h) => h.id === open);
  const close = () => {
    setAdding(false);
    setMade(undefined);
  };
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex flex-wrap items-start justify-between gap-3 border-line border-b bg-surface px-4 py-3 md:px-6">
        <div className="min-w-0">
          <h1 className="font-semibold text-page">{words.title}</h1>
          <p className="text-muted">
            {words.about} {words.guide}
          </p>
        </div>
        <Button kind="primary" icon={Plus} onClick={() => setAdding(true)} disabled={!query.data}>
          {words.add}
        </Button>
      </header>
      {query.isError && !query.data ? (
        <Problem
          title={words.failed}
          cure={query.error.message || words.gatewayCure}
          retry={common.retry}
          onRetry={() => void query.refetch()}
        />
      ) : query.isPending ? (
        slow && (
          <div role="status" aria-label={common.loading} className="flex flex-col gap-3 p-6">
            {[1, 2, 3].map((n) => (
              <Bone key={n} className="h-14" />
            ))}
          </div>
        )
      ) : items.length === 0 ? (
        <Empty icon={Webhook} title={words.empty}>
          {words.emptyDo}
        </Empty>
      ) : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          aria-label={words.title}
          className="scroll-thin min-h-0 flex-1 overflow-y-auto"
        >
          <ul className="max-w-5xl md:px-4">
            {items.map((hook) => (
              <Row key={hook.id} hook={hook} all={events.length} onOpen={() => setOpen(hook.id)} />
            ))}
          </ul>
        </section>
      )}
      <Sheet
        open={adding}
        onOpenChange={(on) => !on && close()}
        title={made ? words.secretTitle : words.add}
        closeLabel={common.close}
      >
        {made ? (
          <Secret secret={made.secret} onDone={close} />
        ) : (
          <HookForm
            events={events}
            submit={words.create}
            onCancel={close}
            onSubmit={async (wanted) => {
              setMade(await hooksApi.create(wanted));
              void query.refetch();
            }}
          />
        )}
      </Sheet>
      <Sheet
        open={shown !== undefined}
        onOpenChange={(on) => !on && setOpen("")}
        title={shown?.name ?? ""}
        closeLabel={common.close}
        wide
      >
        {shown && (
          <HookDetail
            key={shown.id}
            hook={shown}
            events={events}
            onChanged={() => void query.refetch()}
            onGone={() => {
              setOpen("");
              void query.refetch();
            }}
          />
        )}
      </Sheet>
    </main>
  );
}

function Row({ hook, all, onOpen }: { hook: Hook; all: number; onOpen: () => void }) {
  const words = useWords();
  return (
    <li className="border-line border-b">
      <button
        type="button"
        aria-label={words.open(hook.name)}
        onClick={onOpen}
        className="flex min-h-16 w-full items-center gap-4 px-4 py-3 text-left hover:bg-surface md:px-2"
      >
        <span
          aria-hidden
          className={`size-2.5 shrink-0 rounded-full ${hook.active ? "bg-ok" : "border-2 border-line-strong"}`}
        />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{hook.name}</span>
          <span className="block truncate text-meta text-muted">{hook.url}</span>
        </span>
        <span className="hidden w-36 shrink-0 text-meta text-muted md:block">
          {words.eventCount(hook.events.length, all)}
        </span>
        <span className="flex w-28 shrink-0 flex-col items-end text-right text-meta md:w-40">
          <HookState hook={hook} />
        </span>
        <ChevronRight aria-hidden className="size-4 shrink-0 text-muted" />
      </button>
    </li>
  );
}

/** In one or two words how a webhook is doing; what is wrong comes first. */
export function HookState({ hook }: { hook: Hook }) {
  const words = useWords();
  const format = useFormat();
  const state = !hook.active
    ? hook.reason === "gone"
      ? words.gone
      : words.off
    : hook.pausedUntil
      ? words.paused(format.time(hook.pausedUntil))
      : words.on;
  return (
    <>
      <span className={hook.reason || hook.pausedUntil ? "text-warn" : "text-muted"}>{state}</span>
      <span className="tabular flex flex-wrap justify-end gap-x-2">
        {hook.dead > 0 && <span className="font-medium text-danger">{words.dead(hook.dead)}</span>}
        {hook.waiting > 0 && <span className="text-warn">{words.waiting(hook.waiting)}</span>}
        {hook.dead + hook.waiting === 0 && <span className="text-muted">{words.quiet}</span>}
      </span>
    </>
  );
}
