import { useQuery } from "@tanstack/react-query";
import { Sparkles, X } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../../../ui/Button";
import { useFormat } from "../../../words/locale";
import type { Detail, Message } from "../../api";
import { useDeskState } from "../../context";
import { type Suggestion, talk } from "../talk/api";
import { useComposeWords } from "./words";

const noMessages: Message[] = [];

/** What the knowledge base would answer to the customer's last line, until somebody has answered or said no. */
export function useSuggestion(detail: Detail, wanted: boolean): { suggestion?: Suggestion; decline: () => void } {
  const messages = useDeskState((s) => (s.transcript?.id === detail.id ? s.transcript.messages : noMessages));
  const last = messages.findLast((m) => m.direction !== "note");
  const [declined, setDeclined] = useState(-1);
  const seq = last?.direction === "in" ? last.seq : -1;
  const query = useQuery({
    queryKey: ["suggestion", detail.id, seq],
    queryFn: async () => (await talk.suggestion(detail.id)) ?? null,
    enabled: wanted && seq >= 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const shown = wanted && seq >= 0 && declined !== seq ? query.data : null;
  return { ...(shown ? { suggestion: shown } : {}), decline: () => setDeclined(seq) };
}

/** The suggested reply over the box. Tab in the empty box takes it too. */
export function SuggestionCard({
  id,
  suggestion,
  onTake,
  onDecline,
}: {
  id: string;
  suggestion: Suggestion;
  onTake: () => void;
  onDecline: () => void;
}) {
  const words = useComposeWords();
  const format = useFormat();
  return (
    <section
      aria-label={words.suggestion}
      className="flex animate-rise items-start gap-2 rounded-md bg-bot-soft py-1.5 pr-1.5 pl-3"
    >
      <Sparkles aria-hidden className="mt-0.5 size-4 shrink-0 text-bot" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap gap-x-2 text-bot text-meta">
          <span className="font-medium">{words.suggestion}</span>
          <span className="min-w-0 truncate">{suggestion.title || suggestion.intent}</span>
          <span className="tabular">{words.sure(format.percent(suggestion.p))}</span>
        </p>
        <p
          id={id}
          dir="auto"
          lang={suggestion.language}
          className="line-clamp-3 whitespace-pre-wrap [overflow-wrap:anywhere]"
        >
          {suggestion.text}
        </p>
      </div>
      <button
        type="button"
        onClick={onTake}
        className="flex min-h-8 shrink-0 items-center gap-1.5 rounded-md px-2 font-medium text-bot hover:bg-surface pointer-coarse:min-h-11"
      >
        {words.useIt}
        <kbd aria-hidden className="rounded-sm border border-bot/40 px-1 font-mono text-meta pointer-coarse:hidden">
          Tab
        </kbd>
      </button>
      <IconButton icon={X} label={words.notThis} side="top" onClick={onDecline} className="text-muted" />
    </section>
  );
}
