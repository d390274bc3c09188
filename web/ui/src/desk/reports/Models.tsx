import { useQuery } from "@tanstack/react-query";
import { Card } from "../../ui/chart/Card";
import { type Rank, Ranked } from "../../ui/chart/Ranked";
import { useFormat } from "../../words/locale";
import { type Ask, reports } from "./api";
import { useReportWords } from "./words";

/** What language models did and cost; nothing where none was asked. Days are those of UTC. */
export function Models({ ask, growing }: { ask: Ask; growing: boolean }) {
  const words = useReportWords();
  const format = useFormat();
  const t = words.models;
  const { from, to, route } = ask;
  const query = useQuery({
    queryKey: ["reports", "models", from, to, route],
    queryFn: () => reports.models(ask),
    refetchInterval: growing ? 60_000 : false,
  });
  const totals = query.data?.totals;
  if (!query.data || !totals || totals.turns === 0) return null;
  const endings = t.endings as Record<string, string>;
  const rows: Rank[] = query.data.endings.map((e) => ({
    key: e.ending,
    label: endings[e.ending] ?? e.ending,
    value: e.turns,
    part: e.failed ? e.turns : 0,
  }));
  const cost = totals.cost > 0 ? format.number(Math.round(totals.cost * 100) / 100) : "";
  return (
    <Card
      question={t.question}
      answer={t.answer(totals.helped / totals.turns, cost)}
      detail={t.about(totals.turns, totals.tokensIn + totals.tokensOut, format.span(1000 * totals.seconds))}
      numbers={{
        head: [t.column, t.count],
        rows: rows.map((r) => ({ key: r.key, cells: [String(r.label), format.number(r.value)] })),
      }}
      words={words.cards}
    >
      <Ranked rows={rows} tone="bot" partTone="warn" say={format.number} />
    </Card>
  );
}
