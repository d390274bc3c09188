import { useQueryClient } from "@tanstack/react-query";
import { Armchair } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { Button } from "../../ui/Button";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { ApiError } from "../api";
import { useDesk } from "../context";
import { nameOf } from "../inbox/Owner";
import { Agents } from "./Agents";
import { board as calls, type Board as Data, type Row, type Why } from "./api";
import { hold } from "./hold";
import { type Destination, RowLine } from "./RowLine";
import { boardKey, useBoard } from "./useBoard";
import { useBoardWords } from "./words";

/** Who waits, why and for how long, and who is on what; with everything to do something about it. */
export function Board() {
  const words = useBoardWords();
  const common = useCommonWords();
  const query = useBoard();
  const [only, setOnly] = useState<Why>();
  const slow = useSlow(query.isPending);
  const data = query.data;
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="shrink-0 border-line border-b bg-surface px-4 py-3 md:px-6">
        <h1 className="font-semibold text-page">{words.title}</h1>
        <p className="text-muted">{words.about}</p>
        {query.isError && data && (
          <p role="status" className="mt-1 text-warn">
            {words.old}
          </p>
        )}
      </header>
      {query.isError && !data ? (
        <Problem
          title={words.failed}
          cure={query.error.message || words.failedDo}
          retry={common.retry}
          onRetry={() => void query.refetch()}
        />
      ) : !data ? (
        slow && (
          <div role="status" aria-label={common.loading} className="mx-auto flex w-full max-w-6xl flex-col gap-6 p-6">
            <div className="grid grid-cols-2 gap-6 md:grid-cols-4">
              {[1, 2, 3, 4].map((n) => (
                <Bone key={n} className="h-20" />
              ))}
            </div>
            {[1, 2, 3, 4, 5].map((n) => (
              <Bone key={n} className="h-12" />
            ))}
          </div>
        )
      ) : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          aria-label={words.title}
          className="scroll-thin min-h-0 flex-1 overflow-y-auto px-4 pb-8 md:px-6"
        >
          <div className="mx-auto max-w-6xl">
            <Numbers data={data} only={only} onOnly={setOnly} />
            <Attention data={data} only={only} onAll={() => setOnly(undefined)} />
            <Agents agents={data.agents} />
          </div>
        </section>
      )}
    </main>
  );
}

/** Big numbers for what can be acted on now; those that are rows below can be chosen. */
function Numbers({
  data,
  only,
  onOnly,
}: {
  data: Data;
  only: Why | undefined;
  onOnly: (why: Why | undefined) => void;
}) {
  const words = useBoardWords();
  const format = useFormat();
  const now = useNow();
  const online = data.agents.filter((a) => a.presence === "online").length;
  const wait = data.oldestWaitSince ? Math.max(0, now - Date.parse(data.oldestWaitSince)) : 0;
  const late = wait > 15 * 60_000 ? "text-danger" : wait > 5 * 60_000 ? "text-warn" : "";
  const choice = (why: Why) => ({ pressed: only === why, onClick: () => onOnly(only === why ? undefined : why) });
  return (
    <dl className="grid grid-cols-2 gap-x-4 border-line border-b py-2 md:grid-cols-5">
      <Big
        name={words.waiting}
        value={format.number(data.waiting)}
        about={
          data.expectedWaitSeconds !== undefined && words.waitingAbout(format.span(data.expectedWaitSeconds * 1000))
        }
        {...choice("queue")}
      />
      <Big
        name={words.longest}
        value={data.oldestWaitSince ? (wait < 60_000 ? `< ${format.span(60_000)}` : format.span(wait)) : "–"}
        about={!data.oldestWaitSince && words.longestNone}
        tone={late}
      />
      <Big
        name={words.free}
        value={format.number(data.agentsFree)}
        about={words.freeAbout(online)}
        tone={data.agentsFree === 0 && data.waiting > 0 ? "text-warn" : ""}
      />
      <Big
        name={words.closing}
        value={format.number(data.windowsClosing)}
        about={words.closingAbout}
        tone={data.windowsClosing > 0 ? "text-danger" : ""}
        {...choice("window")}
      />
      <Big
        name={words.unanswered}
        value={format.number(data.unanswered)}
        about={words.unansweredAbout}
        tone={data.unanswered > 0 ? "text-warn" : ""}
        {...choice("unanswered")}
      />
    </dl>
  );
}

function Big({
  name,
  value,
  about,
  tone = "",
  pressed,
  onClick,
}: {
  name: string;
  value: string;
  about?: ReactNode;
  tone?: string;
  pressed?: boolean;
  onClick?: () => void;
}) {
  const words = useBoardWords();
  return (
    <div
      className={`relative rounded-md px-2 py-2 ${onClick ? "transition-colors hover:bg-surface" : ""} ${pressed ? "bg-accent-soft" : ""}`}
    >
      <dt className="text-meta text-muted">{name}</dt>
      <dd>
        {onClick ? (
          <button
            type="button"
            aria-pressed={pressed}
            title={words.only(name)}
            onClick={onClick}
            className={`tabular block font-semibold text-[2rem] leading-10 after:absolute after:inset-0 after:rounded-md ${tone}`}
          >
            {value}
          </button>
        ) : (
          <span className={`tabular block font-semibold text-[2rem] leading-10 ${tone}`}>{value}</span>
        )}
        {about && <span className="block text-meta text-muted">{about}</span>}
      </dd>
    </div>
  );
}

/** The rows. While they are hovered, or something in them has the focus, none moves. */
function Attention({ data, only, onAll }: { data: Data; only: Why | undefined; onAll: () => void }) {
  const words = useBoardWords();
  const fresh = only ? data.rows.filter((r) => r.why === only) : data.rows;
  const [shown, setShown] = useState<{ only: Why | undefined; rows: readonly Row[] }>();
  const held = hold(shown?.only === only ? shown?.rows : undefined, fresh);
  const keep = () => setShown((s) => s ?? { only, rows: fresh });
  const release = () => setShown(undefined);
  const { busy, notice, act } = useActs(release);
  return (
    <section aria-labelledby="attention" className="pt-4">
      <div className="flex min-h-8 items-center gap-3">
        <h2 id="attention" className="font-semibold text-title">
          {words.attention}
        </h2>
        {only && (
          <Button kind="quiet" onClick={onAll} className="text-accent">
            {words.all}
          </Button>
        )}
        {held.waiting > 0 && (
          <Button onClick={release} className="ml-auto">
            {words.newRows(held.waiting)}
          </Button>
        )}
      </div>
      <p role="status" className={`text-meta ${notice?.wrong ? "text-danger" : "text-muted"}`}>
        {notice?.text}
      </p>
      {held.rows.length === 0 ? (
        <div className="h-44">
          <Empty icon={Armchair} title={only ? words.calmOnly : words.calm}>
            {!only && words.calmDo}
          </Empty>
        </div>
      ) : (
        <ul
          onPointerEnter={keep}
          onPointerLeave={release}
          onFocus={keep}
          onBlur={(e) => {
            // A menu of a row lies outside of the rows and keeps them too.
            if (!e.currentTarget.contains(e.relatedTarget) && !e.relatedTarget?.closest("[data-board-menu]")) release();
          }}
          className="mt-1"
        >
          {held.rows.map(({ row, settled }) => (
            <RowLine key={row.id} row={row} settled={settled} busy={busy === row.id} people={data.agents} act={act} />
          ))}
        </ul>
      )}
      {data.moreRows > 0 && <p className="py-2 text-muted">{words.more(data.moreRows)}</p>}
    </section>
  );
}

/** What is being done to a row, and what came of it. */
function useActs(after: () => void) {
  const words = useBoardWords();
  const desk = useDesk();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState<string>();
  const [notice, setNotice] = useState<{ text: string; wrong: boolean }>();
  const act = async (row: Row, to: "me" | Destination) => {
    setBusy(row.id);
    setNotice(undefined);
    try {
      const detail = await (to === "me" ? calls.take(row) : calls.transfer(row, to.to));
      desk.took(detail);
      if (to === "me") {
        navigate(`/conversations/${row.id}`);
        return;
      }
      setNotice({ text: words.assigned(nameOf(row.contact), to.name), wrong: false });
      after();
    } catch (cause) {
      const error = desk.fail(cause);
      const text =
        error.status === 409
          ? words.changed
          : words.notDone(error instanceof ApiError && error.message ? error.message : words.unreachable);
      setNotice({ text, wrong: true });
    } finally {
      setBusy(undefined);
      void queries.invalidateQueries({ queryKey: boardKey });
    }
  };
  return { busy, notice, act };
}
