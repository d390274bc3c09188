import { useQuery } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useState } from "react";
import type { Detail } from "../../api";
import { plain } from "../compose/canned";
import { talk } from "../talk/api";
import type { Change } from "./changes";
import { Picker } from "./Picker";
import { useActWords } from "./words";

/** Sets the tags of a conversation, from those in use or new ones. Every choice is saved at once. */
export function Tags({ detail, onPick }: { detail: Detail; onPick: (change: Change) => void }) {
  const words = useActWords();
  const [query, setQuery] = useState("");
  const known = useQuery({ queryKey: ["tags"], queryFn: talk.tags, staleTime: 30_000 }).data ?? [];
  const { tags } = detail;
  const wanted = query.trim().replace(/\s+/g, " ").slice(0, 40);
  const all = [...new Map([...tags.map((tag) => ({ tag, count: 0 })), ...known].map((t) => [t.tag, t])).values()];
  const found = all.filter((t) => plain(t.tag).includes(plain(wanted)));
  const isNew = wanted !== "" && !all.some((t) => plain(t.tag) === plain(wanted));
  const toggle = (tag: string) => {
    onPick({ kind: "tags", tags: tags.includes(tag) ? tags.filter((t) => t !== tag) : [...tags, tag] });
    setQuery("");
  };
  return (
    <>
      {tags.length > 0 && (
        <ul aria-label={words.tags} className="flex flex-wrap gap-1">
          {tags.map((tag) => (
            <li key={tag} className="flex items-center rounded-full bg-accent-soft pl-2.5 text-accent text-meta">
              {tag}
              <button
                type="button"
                aria-label={words.removeTag(tag)}
                onClick={() => toggle(tag)}
                className="flex size-6 items-center justify-center rounded-full pointer-coarse:size-9"
              >
                <X aria-hidden className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Picker
        label={words.tags}
        placeholder={words.findTag}
        query={query}
        onQuery={setQuery}
        onPick={toggle}
        empty={words.noTags}
        options={[
          ...found.map(({ tag, count }) => ({
            key: tag,
            selected: tags.includes(tag),
            content: (
              <>
                <Check aria-hidden className={`size-4 shrink-0 ${tags.includes(tag) ? "text-accent" : "invisible"}`} />
                <span className="min-w-0 flex-1 truncate">{tag}</span>
                {count > 0 && <span className="shrink-0 text-meta text-muted">{words.used(count)}</span>}
              </>
            ),
          })),
          ...(isNew
            ? [{ key: wanted, selected: false, content: <span className="pl-6.5">{words.addTag(wanted)}</span> }]
            : []),
        ]}
      />
    </>
  );
}
