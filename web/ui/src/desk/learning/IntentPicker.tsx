import { useQuery } from "@tanstack/react-query";
import { Choice } from "../../ui/Field";
import { type Intent, learningApi } from "./api";

/** What the knowledge base has. Shared by everything on the page. */
export function useIntents() {
  return useQuery({ queryKey: ["knowledge", "intents"], queryFn: learningApi.intents, staleTime: 60_000 });
}

/** The languages that the knowledge base speaks. */
export function languagesOf(intents: readonly Intent[]): string[] {
  return [...new Set(intents.map((i) => i.language))].sort();
}

/** The title of an intent in a language, or else in any; its name when the base does not have it. */
export function titleOf(intents: readonly Intent[], id: string, language: string): string {
  const found = intents.find((i) => i.id === id && i.language === language) ?? intents.find((i) => i.id === id);
  return found?.title ?? id;
}

/** A choice among the intents of one language; `first` and `last` are entries of the caller's own. */
export function IntentPicker({
  label,
  intents,
  language,
  value,
  onChange,
  first,
  last,
  className,
}: {
  label: string;
  intents: readonly Intent[];
  language: string;
  value: string;
  onChange: (id: string) => void;
  first?: { value: string; label: string };
  last?: { value: string; label: string };
  className?: string;
}) {
  const spoken = intents.filter((i) => i.language === language);
  const options = (spoken.length > 0 ? spoken : intents)
    .map((i) => ({ value: i.id, label: i.title || i.id }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
  const known = options.some((o) => o.value === value) || value === first?.value || value === last?.value;
  return (
    <Choice
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      options={[
        ...(first ? [first] : []),
        ...(known ? [] : [{ value, label: value }]),
        ...options,
        ...(last ? [last] : []),
      ]}
      {...(className ? { className } : {})}
    />
  );
}
