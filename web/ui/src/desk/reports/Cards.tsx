import { Card, type Numbers } from "../../ui/chart/Card";
import { Plot, type Series } from "../../ui/chart/Plot";
import { type Rank, Ranked } from "../../ui/chart/Ranked";
import { marks, timeMarks } from "../../ui/chart/scale";
import { useFormat } from "../../words/locale";
import type { Figures, Report } from "./api";
import { midday } from "./period";
import { type ReportWords, useReportWords } from "./words";

interface Props {
  report: Report;
  /** The same of the period before, when it is asked for. */
  earlier: Report | undefined;
}

type Day = Report["days"][number];

/** What every chart over days needs: names of the days, and a series of the period before. */
function useDays(report: Report) {
  const format = useFormat();
  const days = report.days.map((d) => ({
    short: format.shortDate(midday(d.day)),
    full: format.date(midday(d.day)),
  }));
  const table = (head: string[], cells: (d: Day) => string[]): Numbers => ({
    head,
    rows: report.days.map((d, i) => ({ key: d.day, cells: [days[i]?.full ?? d.day, ...cells(d)] })),
  });
  return { days, table };
}

const of = (report: Report, pick: (f: Figures) => number | null) => report.days.map(pick);
const highest = (...lists: (number | null)[][]) => Math.max(0, ...lists.flat().map((v) => v ?? 0));
const share = (part: number, whole: number) => (whole > 0 ? part / whole : null);

export function Volume({ report, earlier, csv }: Props & { csv: string }) {
  const words = useReportWords();
  const format = useFormat();
  const { days, table } = useDays(report);
  const began = of(report, (d) => d.opened);
  const old = earlier && of(earlier, (d) => d.opened);
  const series: Series[] = [
    ...(old ? [{ label: words.earlier, tone: "muted", kind: "bar", values: old, faint: true } as const] : []),
    { label: words.volume.began, tone: "accent", kind: "bar", values: began },
  ];
  return (
    <Card
      question={words.volume.question}
      answer={words.volume.answer(report.totals.opened, report.days.length)}
      detail={earlier && words.before(words.volume.answer(earlier.totals.opened, earlier.days.length))}
      numbers={table([words.day, words.volume.began], (d) => [format.number(d.opened)])}
      csv={csv}
      words={words.cards}
    >
      <Plot
        label={words.volume.label}
        days={days}
        series={series}
        ticks={marks(highest(began, old ?? []))}
        say={format.number}
      />
    </Card>
  );
}

const ended = (f: Figures) => f.contained + f.handedOff;

function contained(words: ReportWords, f: Figures): string {
  const all = share(f.contained, ended(f));
  const honest = share(f.contained - f.falselyContained, ended(f));
  return all === null || honest === null ? words.containment.nothing : words.containment.answer(all, honest);
}

export function Containment({ report, earlier }: Props) {
  const words = useReportWords();
  const format = useFormat();
  const { days, table } = useDays(report);
  const t = words.containment;
  const { totals } = report;
  const honest = (f: Figures) => share(f.contained - f.falselyContained, ended(f));
  const series: Series[] = [
    ...(earlier
      ? [{ label: words.earlier, tone: "muted", kind: "line", faint: true, values: of(earlier, honest) } as const]
      : []),
    {
      label: t.short.all,
      tone: "bot",
      kind: "line",
      faint: true,
      values: of(report, (d) => share(d.contained, ended(d))),
    },
    { label: t.short.honest, tone: "bot", kind: "line", values: of(report, honest) },
  ];
  const reasons = words.containment.reasons as Record<string, string>;
  return (
    <Card
      question={t.question}
      answer={contained(words, totals)}
      detail={
        earlier
          ? words.before(contained(words, earlier.totals))
          : ended(totals) > 0 && t.about(totals.contained, ended(totals))
      }
      numbers={table([words.day, t.contained, t.falsely, t.handed], (d) =>
        [d.contained, d.falselyContained, d.handedOff].map(format.number),
      )}
      words={words.cards}
    >
      {ended(totals) > 0 && (
        <Plot label={t.label} days={days} series={series} ticks={[0, 0.25, 0.5, 0.75, 1]} say={format.percent} />
      )}
      {report.falseReasons.length > 0 && (
        <div>
          <h3 className="mb-2 text-meta text-muted">{t.why}</h3>
          <Ranked
            tone="warn"
            say={format.number}
            rows={report.falseReasons.map((r) => ({ key: r.code, label: reasons[r.code] ?? r.code, value: r.count }))}
          />
        </div>
      )}
    </Card>
  );
}

/** A median and a ninth tenth of how long something took, by day. */
function Durations({
  report,
  earlier,
  words: t,
  p50,
  p90,
  answer,
  about,
}: Props & {
  words: { question: string; label: string; half: string; tenth: string };
  p50: (f: Figures) => number | undefined;
  p90: (f: Figures) => number | undefined;
  answer: (f: Figures) => string;
  about: string | undefined;
}) {
  const words = useReportWords();
  const format = useFormat();
  const { days, table } = useDays(report);
  const span = (seconds: number) => format.span(seconds * 1000);
  const half = of(report, (d) => p50(d) ?? null);
  const tenth = of(report, (d) => p90(d) ?? null);
  const { short } = words.firstReply;
  const series: Series[] = [
    ...(earlier
      ? [
          {
            label: words.earlier,
            tone: "muted",
            kind: "line",
            faint: true,
            values: of(earlier, (d) => p50(d) ?? null),
          } as const,
        ]
      : []),
    { label: short.tenth, tone: "agent", kind: "line", faint: true, values: tenth },
    { label: short.half, tone: "agent", kind: "line", values: half },
  ];
  const known = p50(report.totals) !== undefined;
  return (
    <Card
      question={t.question}
      answer={answer(report.totals)}
      detail={earlier ? words.before(answer(earlier.totals)) : about}
      numbers={table([words.day, t.half, t.tenth], (d) =>
        [p50(d), p90(d)].map((v) => (v === undefined ? "–" : span(v))),
      )}
      words={words.cards}
    >
      {known && (
        <Plot
          label={t.label}
          days={days}
          series={series}
          ticks={timeMarks(highest(half, tenth))}
          say={span}
          sayShort={(v) => (v === 0 ? "0" : span(v))}
        />
      )}
    </Card>
  );
}

export function FirstReply(props: Props) {
  const words = useReportWords();
  const format = useFormat();
  const { totals } = props.report;
  return (
    <Durations
      {...props}
      words={words.firstReply}
      p50={(f) => f.firstReplyP50}
      p90={(f) => f.firstReplyP90}
      answer={(f) =>
        f.firstReplyP50 === undefined || f.firstReplyP90 === undefined
          ? words.firstReply.nothing
          : words.firstReply.answer(format.span(f.firstReplyP50 * 1000), format.span(f.firstReplyP90 * 1000))
      }
      about={totals.handoffs > 0 ? words.firstReply.about(totals.answered, totals.handoffs) : undefined}
    />
  );
}

export function Resolution(props: Props) {
  const words = useReportWords();
  const format = useFormat();
  const { totals } = props.report;
  return (
    <Durations
      {...props}
      words={words.resolution}
      p50={(f) => f.resolutionP50}
      p90={(f) => f.resolutionP90}
      answer={(f) =>
        f.resolutionP50 === undefined || f.resolutionP90 === undefined
          ? words.resolution.nothing
          : words.resolution.answer(format.span(f.resolutionP50 * 1000), format.span(f.resolutionP90 * 1000))
      }
      about={totals.resolutionP50 === undefined ? undefined : words.resolution.about}
    />
  );
}

/** Three small charts under one another, on one scale. */
export function Messages({ report, earlier }: Props) {
  const words = useReportWords();
  const format = useFormat();
  const { days, table } = useDays(report);
  const t = words.messages;
  const all = [
    { label: t.customers, tone: "customer", values: of(report, (d) => d.messagesIn) },
    { label: t.bot, tone: "bot", values: of(report, (d) => d.messagesBot) },
    { label: t.agents, tone: "agent", values: of(report, (d) => d.messagesAgent) },
  ] as const;
  const ticks = marks(highest(...all.map((s) => s.values)), 2);
  const answer = (f: Figures) => t.answer(f.messagesBot, f.messagesAgent);
  return (
    <Card
      question={t.question}
      answer={answer(report.totals)}
      detail={earlier && words.before(answer(earlier.totals))}
      numbers={table([words.day, t.customers, t.bot, t.agents], (d) =>
        [d.messagesIn, d.messagesBot, d.messagesAgent].map(format.number),
      )}
      words={words.cards}
    >
      {all.map((s) => (
        <div key={s.label}>
          <h3 className="text-meta text-muted">{s.label}</h3>
          <Plot
            label={t.label(s.label)}
            days={days}
            series={[{ ...s, kind: "bar" }]}
            ticks={ticks}
            say={format.number}
            height={76}
          />
        </div>
      ))}
    </Card>
  );
}

function inTable(head: string[], rows: readonly Rank[], cells: (r: Rank) => string[]): Numbers {
  return { head, rows: rows.map((r) => ({ key: r.key, cells: [String(r.label), ...cells(r)] })) };
}

const shown = 8;

export function Reasons({ report, csv }: { report: Report; csv: string }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.reasons;
  const codes = t.codes as Record<string, string>;
  const rows = report.reasons.map((r) => ({ key: r.code, label: codes[r.code] ?? r.code, value: r.count }));
  const first = rows[0];
  return (
    <Card
      question={t.question}
      answer={first ? t.answer(first.label, first.value / Math.max(1, report.totals.handoffs)) : t.nothing}
      numbers={inTable([t.column, t.count], rows, (r) => [format.number(r.value)])}
      csv={csv}
      words={words.cards}
    >
      <Ranked rows={rows.slice(0, shown)} tone="agent" say={format.number} />
    </Card>
  );
}

export function Intents({ report, csv }: { report: Report; csv: string }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.intents;
  const all = report.intents.reduce((sum, i) => sum + i.count, 0);
  const rows: Rank[] = report.intents.map((i) => ({
    key: i.intent,
    label: named(i.intent),
    value: i.count,
    part: i.handedOff,
    ...(i.handedOff > 0 ? { note: t.needed(i.handedOff) } : {}),
  }));
  const first = rows[0];
  return (
    <Card
      question={t.question}
      answer={first ? t.answer(String(first.label), first.value / all) : t.nothing}
      numbers={inTable([t.column, t.count, t.handed], rows, (r) => [r.value, r.part ?? 0].map(format.number))}
      csv={csv}
      words={words.cards}
    >
      <Ranked rows={rows.slice(0, shown)} tone="bot" partTone="agent" say={format.number} />
    </Card>
  );
}

/** The id of an intent as a reader would write it. */
function named(intent: string): string {
  const plain = intent.replaceAll(/[_-]+/g, " ");
  return plain.charAt(0).toLocaleUpperCase() + plain.slice(1);
}

export function Deliveries({ report, csv }: { report: Report; csv: string }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.deliveries;
  const codes = t.codes as Record<string, string>;
  const rows = report.deliveries.map((d) => ({ key: d.reason, label: codes[d.reason] ?? d.reason, value: d.count }));
  const { accepted, failed } = report.totals;
  const all = accepted + failed;
  return (
    <Card
      question={t.question}
      answer={all === 0 ? t.nothing : failed === 0 ? t.fine(all) : t.answer(failed, all)}
      {...(rows.length > 0
        ? { numbers: inTable([t.column, t.count], rows, (r) => [format.number(r.value)]), csv }
        : {})}
      words={words.cards}
    >
      {rows.length > 0 && <Ranked rows={rows.slice(0, shown)} tone="danger" say={format.number} />}
    </Card>
  );
}

export function Agents({ report, csv }: { report: Report; csv: string }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.agents;
  const replies = report.agents.reduce((sum, a) => sum + a.replies, 0);
  const most = Math.max(1, ...report.agents.map((a) => a.replies));
  return (
    <Card
      question={t.question}
      answer={report.agents.length > 0 ? t.answer(report.agents.length, replies) : t.nothing}
      csv={csv}
      words={words.cards}
    >
      {report.agents.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section tabIndex={0} aria-label={t.question} className="scroll-thin overflow-x-auto">
          <table className="tabular w-full min-w-120 border-collapse text-right">
            <thead className="text-meta text-muted">
              <tr>
                {[t.column, t.replies, t.conversations, t.firstReply, t.rating].map((h, i) => (
                  <th key={h} scope="col" className={`px-2 py-1 font-medium first:pl-0 ${i === 0 ? "text-left" : ""}`}>
                    {h}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {report.agents.map((a) => (
                <tr key={a.id} className="border-line border-t">
                  <th scope="row" className="py-1.5 pr-2 text-left font-normal">
                    {a.name || <span className="text-muted">{t.unknown}</span>}
                    <span aria-hidden className="mt-0.5 block h-1 rounded-full bg-sunken">
                      <span
                        className="block h-1 rounded-full bg-agent"
                        style={{ width: `${(100 * a.replies) / most}%` }}
                      />
                    </span>
                  </th>
                  <td className="px-2">{format.number(a.replies)}</td>
                  <td className="px-2">{format.number(a.conversations)}</td>
                  <td className="px-2">{a.firstReplyP50 === undefined ? "–" : format.span(a.firstReplyP50 * 1000)}</td>
                  <td className="px-2">{a.csat === undefined ? "–" : format.number(Math.round(a.csat * 10) / 10)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Card>
  );
}

export function Csat({ report }: { report: Report }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.csat;
  const { asked, answered, average, by } = report.csat;
  const rows = [5, 4, 3, 2, 1].map((n) => ({ key: String(n), label: t.score(n), value: by[n - 1] ?? 0 }));
  return (
    <Card
      question={t.question}
      answer={average === undefined ? t.nothing : t.answer(Math.round(average * 10) / 10, answered)}
      detail={asked > 0 && t.about(answered, asked)}
      {...(answered > 0 ? { numbers: inTable([t.column, t.count], rows, (r) => [format.number(r.value)]) } : {})}
      words={words.cards}
    >
      {answered > 0 && <Ranked rows={rows} tone="accent" say={format.number} />}
    </Card>
  );
}

export function Precision({ report }: { report: Report }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.precision;
  const { needed, notNeeded, unlabelled } = report.handoffPrecision;
  const said = needed + notNeeded;
  const rows = [
    { key: "needed", label: t.needed, value: needed },
    { key: "notNeeded", label: t.notNeeded, value: notNeeded },
    { key: "unlabelled", label: t.unlabelled, value: unlabelled },
  ];
  return (
    <Card
      question={t.question}
      answer={said > 0 ? t.answer(needed / said) : t.nothing}
      {...(said > 0 ? { numbers: inTable([t.column, t.count], rows, (r) => [format.number(r.value)]) } : {})}
      words={words.cards}
    >
      {said > 0 && <Ranked rows={rows} tone="accent" say={format.number} />}
    </Card>
  );
}
