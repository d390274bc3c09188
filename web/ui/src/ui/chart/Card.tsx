import { ChartNoAxesColumn, Download, Table2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { Hint, IconButton } from "../Button";

/** The same numbers as a chart, for reading one by one and for screen readers. */
export interface Numbers {
  head: readonly string[];
  rows: readonly { key: string; cells: readonly string[] }[];
}

/** One question: its answer is the title. The chart can be turned into a table, and taken along as CSV. */
export function Card({
  question,
  answer,
  detail,
  numbers,
  csv,
  words,
  children,
}: {
  question: string;
  answer: ReactNode;
  detail?: ReactNode;
  numbers?: Numbers;
  csv?: string;
  words: { asTable: string; asChart: string; csv: string };
  children: ReactNode;
}) {
  const id = useId();
  const [table, setTable] = useState(false);
  return (
    <section
      aria-labelledby={id}
      className="flex min-w-0 break-inside-avoid flex-col gap-3 border-line border-t pt-4 pb-6"
    >
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <p className="text-meta text-muted">{question}</p>
          <h2 id={id} className="font-semibold text-title text-balance">
            {answer}
          </h2>
          {detail && <p className="text-meta text-muted">{detail}</p>}
        </div>
        <div className="flex shrink-0 text-muted print:hidden">
          {numbers && (
            <IconButton
              icon={table ? ChartNoAxesColumn : Table2}
              label={table ? words.asChart : words.asTable}
              aria-pressed={table}
              onClick={() => setTable(!table)}
            />
          )}
          {csv && (
            <Hint label={words.csv}>
              <a
                href={csv}
                download
                aria-label={words.csv}
                className="inline-flex size-8 items-center justify-center rounded-md hover:bg-sunken pointer-coarse:size-11"
              >
                <Download aria-hidden className="size-[18px]" />
              </a>
            </Hint>
          )}
        </div>
      </header>
      {table && numbers ? <NumberTable numbers={numbers} labelledBy={id} /> : children}
    </section>
  );
}

export function NumberTable({ numbers, labelledBy }: { numbers: Numbers; labelledBy: string }) {
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-labelledby={labelledBy}
      className="scroll-thin max-h-80 overflow-auto print:max-h-none"
    >
      <table className="tabular w-full border-collapse text-right">
        <thead>
          <tr>
            {numbers.head.map((h, i) => (
              <th
                key={h}
                scope="col"
                className={`sticky top-0 bg-bg px-2 py-1 font-medium text-meta text-muted first:pl-0 ${i === 0 ? "text-left" : ""}`}
              >
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {numbers.rows.map((row) => (
            <tr key={row.key} className="border-line border-t">
              {row.cells.map((cell, i) =>
                i === 0 ? (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a cell is.
                  <th key={i} scope="row" className="py-1 pr-2 text-left font-normal whitespace-nowrap">
                    {cell}
                  </th>
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the place is what a cell is.
                  <td key={i} className="px-2 py-1 whitespace-nowrap">
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
