import type { UseQueryResult } from "@tanstack/react-query";
import { BookOpen, SearchX } from "lucide-react";
import { useState } from "react";
import { Choice, Field } from "../../ui/Field";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import type { Intent } from "./api";
import { languagesOf } from "./IntentPicker";
import { useWords } from "./words";

/** Whether an intent has what is searched for, in its title, name, phrasings or answer. */
export function matches(intent: Intent, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  if (!wanted) return true;
  return [intent.id, intent.title, intent.answer, ...intent.phrasings].some((text) =>
    text.toLocaleLowerCase().includes(wanted),
  );
}

/** The knowledge base as documents to read. */
export function Knowledge({ query }: { query: UseQueryResult<{ items: Intent[] }> }) {
  const words = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const [search, setSearch] = useState("");
  const [language, setLanguage] = useState("");
  const slow = useSlow(query.isPending);
  const all = query.data?.items ?? [];
  const shown = all.filter((i) => (!language || i.language === language) && matches(i, search));
  if (query.isError && !query.data) {
    return (
      <Problem
        title={words.knowledgeFailed}
        cure={query.error.message || words.gatewayCure}
        retry={common.retry}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (query.isPending) {
    return (
      slow && (
        <div role="status" aria-label={common.loading} className="flex flex-col gap-3 p-6">
          {[1, 2, 3, 4].map((n) => (
            <Bone key={n} className="h-11" />
          ))}
        </div>
      )
    );
  }
  if (all.length === 0) {
    return (
      <Empty icon={BookOpen} title={words.knowledgeEmpty}>
        {words.knowledgeEmptyDo}
      </Empty>
    );
  }
  return (
    <div className="max-w-3xl px-4 py-4 md:px-6">
      <div className="flex flex-wrap items-end gap-3 pb-3">
        <Field
          label={words.search}
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="min-w-60 flex-1"
        />
        <Choice
          label={words.teachLanguage}
          value={language}
          onChange={(event) => setLanguage(event.target.value)}
          options={[
            { value: "", label: words.allLanguages },
            ...languagesOf(all).map((code) => ({ value: code, label: format.language(code) })),
          ]}
        />
      </div>
      {shown.length === 0 ? (
        <Empty icon={SearchX} title={words.noMatch}>
          {words.noMatchDo}
        </Empty>
      ) : (
        <ul>
          {shown.map((intent) => (
            <Document key={`${intent.language} ${intent.id}`} intent={intent} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Document({ intent }: { intent: Intent }) {
  const words = useWords();
  const format = useFormat();
  return (
    <li className="border-line border-b">
      <details>
        <summary className="flex min-h-11 list-none flex-wrap items-baseline gap-x-3 rounded-md px-1 py-2.5 hover:bg-sunken">
          <span lang={intent.language} className="min-w-0 flex-1 font-medium">
            {intent.title}
          </span>
          <span className="text-meta text-muted">{format.language(intent.language)}</span>
          <span className="tabular w-24 text-right text-meta text-muted">
            {words.phrasings(intent.phrasings.length)}
          </span>
        </summary>
        <div lang={intent.language} className="flex flex-col gap-3 px-1 pt-1 pb-4">
          <code className="text-meta text-muted">{intent.id}</code>
          {intent.answer && (
            <p className="max-w-prose whitespace-pre-wrap rounded-bubble rounded-br-sm bg-bot-soft px-3 py-2 [overflow-wrap:anywhere]">
              {intent.answer}
            </p>
          )}
          <ul className="flex flex-wrap gap-1.5">
            {intent.phrasings.map((phrasing) => (
              <li key={phrasing} className="rounded-bubble rounded-bl-sm bg-customer-soft px-2.5 py-1">
                {phrasing}
              </li>
            ))}
          </ul>
          {intent.handoff !== "never" && <p className="text-meta text-warn">{words.handoff[intent.handoff]}</p>}
        </div>
      </details>
    </li>
  );
}
