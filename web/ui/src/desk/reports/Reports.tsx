import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChartNoAxesCombined, Printer } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useSearchParams } from "wouter";
import { Button } from "../../ui/Button";
import { Choice, Field, Segments } from "../../ui/Field";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { useDesk } from "../context";
import { type Ask, type Report, reports } from "./api";
import {
  Agents,
  Containment,
  Csat,
  Deliveries,
  FirstReply,
  Intents,
  Messages,
  Precision,
  Reasons,
  Resolution,
  Volume,
} from "./Cards";
import { Models } from "./Models";
import { dayOf, lasting, length, longest, midday, type Period, periodOf, preceding, presetOf, presets } from "./period";
import { useReportWords } from "./words";
import "./print.css";

const refresh = 60_000;

/** How the work went: one question after the other, each with its answer as the title. */
export function Reports() {
  const words = useReportWords();
  const common = useCommonWords();
  const [params] = useSearchParams();
  const today = dayOf(new Date(useNow()));
  const period = periodOf(params.get("from"), params.get("to"), today);
  const ask: Ask = {
    ...period,
    tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
    route: params.get("route") ?? "",
    team: params.get("team") ?? "",
  };
  const tooLong = length(period.from, period.to) > longest;
  const query = useReport(ask, !tooLong, period.to >= today);
  const compared = params.has("compare");
  const earlier = useReport({ ...ask, ...preceding(period) }, compared && !tooLong, false);
  const report = query.data;
  return (
    <main className="reports flex min-h-0 min-w-0 flex-1 flex-col">
      <Head period={period} today={today} report={report} />
      {tooLong ? (
        <Empty icon={ChartNoAxesCombined} title={words.longPeriod(longest)} />
      ) : query.isError && !report ? (
        <Problem
          title={words.failed}
          cure={query.error.message || words.failedDo}
          retry={common.retry}
          onRetry={() => void query.refetch()}
        />
      ) : !report ? (
        <Loading />
      ) : report.totals.opened + report.totals.messagesIn + report.totals.resolved === 0 ? (
        <Empty icon={ChartNoAxesCombined} title={words.empty}>
          {words.emptyDo}
        </Empty>
      ) : (
        <Answers
          report={report}
          earlier={compared ? earlier.data : undefined}
          ask={ask}
          growing={period.to >= today}
          old={query.isPlaceholderData}
        />
      )}
    </main>
  );
}

function useReport(ask: Ask, enabled: boolean, growing: boolean) {
  return useQuery({
    queryKey: ["reports", ask],
    queryFn: () => reports.read(ask),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: growing ? refresh : false,
  });
}

function Head({ period, today, report }: { period: Period; today: string; report: Report | undefined }) {
  const words = useReportWords();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const { roster } = useDesk();
  const { teams } = useSyncExternalStore(roster.store.subscribe, roster.store.snapshot);
  const route = params.get("route") ?? "";
  const team = params.get("team") ?? "";
  const set = (changes: Record<string, string>) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        for (const [key, value] of Object.entries(changes)) {
          if (value) next.set(key, value);
          else next.delete(key);
        }
        return next;
      },
      { replace: true },
    );
  const preset = presetOf(period, today);
  const routes = [...new Set([...(report?.routes ?? []), ...(route ? [route] : [])])];
  return (
    <header className="shrink-0 border-line border-b bg-surface px-4 py-3 md:px-6 print:border-0">
      <div className="flex items-start gap-3">
        <div className="min-w-0 flex-1">
          <h1 className="font-semibold text-page">{words.title}</h1>
          <p className="text-muted">{words.about(format.date(midday(period.from)), format.date(midday(period.to)))}</p>
        </div>
        <Button icon={Printer} onClick={() => print()} className="max-md:hidden print:hidden">
          {words.print}
        </Button>
      </div>
      <fieldset className="scroll-thin mt-3 flex min-w-0 max-w-full items-end gap-3 max-md:overflow-x-auto md:flex-wrap print:hidden">
        <legend className="sr-only">{words.filters}</legend>
        <Segments
          label={words.period}
          value={String(preset ?? "")}
          options={presets.map((n) => ({
            value: String(n),
            label: <span className="whitespace-nowrap">{words.presets[n]}</span>,
          }))}
          onChange={(n) => set(lasting(Number(n), today) as unknown as Record<string, string>)}
        />
        <Field
          label={words.from}
          type="date"
          value={period.from}
          max={period.to}
          className="w-36 shrink-0"
          onChange={(e) => e.target.value && set({ from: e.target.value, to: later(e.target.value, period.to) })}
        />
        <Field
          label={words.to}
          type="date"
          value={period.to}
          max={today}
          className="w-36 shrink-0"
          onChange={(e) => e.target.value && set({ from: earliest(e.target.value, period.from), to: e.target.value })}
        />
        {(routes.length > 1 || route) && (
          <Choice
            label={words.route}
            value={route}
            className="w-44 shrink-0"
            options={[{ value: "", label: words.anyRoute }, ...routes.map((r) => ({ value: r, label: r }))]}
            onChange={(e) => set({ route: e.target.value })}
          />
        )}
        {(teams.length > 0 || team) && (
          <Choice
            label={words.team}
            value={team}
            className="w-44 shrink-0"
            options={[{ value: "", label: words.anyTeam }, ...teams.map((t) => ({ value: t.id, label: t.name }))]}
            onChange={(e) => set({ team: e.target.value })}
          />
        )}
        <label className="flex min-h-8 shrink-0 items-center gap-2 whitespace-nowrap pointer-coarse:min-h-11">
          <input
            type="checkbox"
            checked={params.has("compare")}
            onChange={(e) => set({ compare: e.target.checked ? "1" : "" })}
            className="size-4 accent-accent"
          />
          {words.compare}
        </label>
      </fieldset>
      {report?.counting && (
        <p role="status" className="mt-2 text-meta text-warn">
          {words.counting}
        </p>
      )}
    </header>
  );
}

const later = (a: string, b: string) => (a > b ? a : b);
const earliest = (a: string, b: string) => (a < b ? a : b);

function Answers({
  report,
  earlier,
  ask,
  growing,
  old,
}: {
  report: Report;
  earlier: Report | undefined;
  ask: Ask;
  growing: boolean;
  old: boolean;
}) {
  const words = useReportWords();
  const both = { report, earlier };
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label={words.title}
      aria-busy={old}
      className={`scroll-thin min-h-0 flex-1 overflow-y-auto px-4 md:px-6 ${old ? "opacity-60" : ""}`}
    >
      <div className="mx-auto max-w-6xl pt-2">
        <div className="grid gap-x-10 lg:grid-cols-2">
          <div className="min-w-0 [&>section:first-child]:border-t-0">
            <Volume {...both} csv={reports.csv(ask, "days")} />
            <FirstReply {...both} />
            <Reasons report={report} csv={reports.csv(ask, "reasons")} />
            <Messages {...both} />
            <Deliveries report={report} csv={reports.csv(ask, "deliveries")} />
          </div>
          <div className="min-w-0 lg:[&>section:first-child]:border-t-0">
            <Containment {...both} />
            <Resolution {...both} />
            <Intents report={report} csv={reports.csv(ask, "intents")} />
            <Csat report={report} />
            <Precision report={report} />
            <Models ask={ask} growing={growing} />
          </div>
        </div>
        <Agents report={report} csv={reports.csv(ask, "agents")} />
      </div>
    </section>
  );
}

function Loading() {
  const common = useCommonWords();
  return useSlow(true) ? (
    <div role="status" aria-label={common.loading} className="mx-auto grid w-full max-w-6xl gap-10 p-6 lg:grid-cols-2">
      {[1, 2, 3, 4].map((n) => (
        <div key={n} className="flex flex-col gap-3">
          <Bone className="h-4 w-1/3" />
          <Bone className="h-6 w-2/3" />
          <Bone className="h-40" />
        </div>
      ))}
    </div>
  ) : null;
}
