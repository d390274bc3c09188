import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "../../../ui/Button";
import { Choice, Field, Segments } from "../../../ui/Field";
import { talk } from "../talk/api";
import { cleaned, fileKinds, fresh, kindOf, maxChoices, problem, type Show, type ShowKind } from "./show";
import { useComposeWords } from "./words";

const kinds: readonly ShowKind[] = ["choices", "file", "link", "form"];

/** What stands beside the text of a reply, and how it will leave. */
export function Beside({
  id,
  text,
  show,
  onChange,
}: {
  id: string;
  text: string;
  show: Show;
  onChange: (show: Show | undefined) => void;
}) {
  const words = useComposeWords();
  return (
    <fieldset className="flex flex-col gap-2 rounded-md border border-line p-2">
      <legend className="sr-only">{words.beside}</legend>
      <div className="flex items-center gap-2">
        <Segments<ShowKind>
          label={words.besideKind}
          value={kindOf(show)}
          onChange={(kind) => onChange(fresh(kind))}
          options={kinds.map((value) => ({ value, label: words.besideKinds[value] }))}
        />
        <span className="flex-1" />
        <IconButton icon={X} label={words.besideRemove} onClick={() => onChange(undefined)} />
      </div>
      {show.file && (
        <div className="grid grid-cols-[auto_1fr] gap-2">
          <Choice
            label={words.fileKind}
            value={show.file.kind}
            options={fileKinds.map((value) => ({ value, label: words.fileKinds[value] }))}
            onChange={(e) => onChange({ file: { url: show.file?.url ?? "", kind: e.target.value as "image" } })}
          />
          <Field
            label={words.address}
            type="url"
            placeholder="https://"
            value={show.file.url}
            onChange={(e) => onChange({ file: { kind: show.file?.kind ?? "image", url: e.target.value } })}
          />
        </div>
      )}
      {show.link && (
        <div className="grid grid-cols-[2fr_3fr] gap-2">
          <Field
            label={words.linkLabel}
            value={show.link.label}
            onChange={(e) => onChange({ link: { url: show.link?.url ?? "", label: e.target.value } })}
          />
          <Field
            label={words.address}
            type="url"
            placeholder="https://"
            value={show.link.url}
            onChange={(e) => onChange({ link: { label: show.link?.label ?? "", url: e.target.value } })}
          />
        </div>
      )}
      {show.form !== undefined && (
        <Field
          label={words.linkLabel}
          hint={words.formHint}
          value={show.form}
          onChange={(e) => onChange({ form: e.target.value })}
        />
      )}
      {kindOf(show) === "choices" && <Choices show={show} onChange={onChange} />}
      <Leaves id={id} text={text} show={show} />
    </fieldset>
  );
}

function Choices({ show, onChange }: { show: Show; onChange: (show: Show) => void }) {
  const words = useComposeWords();
  const choices = show.choices ?? [];
  const list = choices.length > 3;
  const put = (next: typeof choices) => onChange({ ...show, choices: next });
  return (
    <>
      <ul className="flex flex-col gap-1.5">
        {choices.map((choice, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: choices are told apart by their place.
          <li key={i} className="flex items-end gap-1.5">
            <Field
              label={words.choice(i + 1)}
              className="min-w-0 flex-1"
              value={choice.title}
              onChange={(e) => put(choices.map((c, n) => (n === i ? { ...c, title: e.target.value } : c)))}
            />
            {list && (
              <Field
                label={words.choiceDetail(i + 1)}
                className="min-w-0 flex-1"
                value={choice.detail ?? ""}
                onChange={(e) => put(choices.map((c, n) => (n === i ? { ...c, detail: e.target.value } : c)))}
              />
            )}
            <IconButton
              icon={X}
              label={words.choiceRemove(i + 1)}
              disabled={choices.length < 2}
              onClick={() => put(choices.filter((_, n) => n !== i))}
            />
          </li>
        ))}
      </ul>
      <Button
        kind="quiet"
        icon={Plus}
        className="self-start"
        disabled={choices.length >= maxChoices}
        onClick={() => put([...choices, { title: "" }])}
      >
        {words.choiceAdd}
      </Button>
    </>
  );
}

/** A value once it has not changed for a while. */
function useSettled<T>(value: T, wait: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

/** How it will leave, as the gateway says before anything is sent. */
function Leaves({ id, text, show }: { id: string; text: string; show: Show }) {
  const words = useComposeWords();
  const wrong = problem(show);
  const asked = useSettled(JSON.stringify({ text: text.trim(), show: wrong ? undefined : cleaned(show) }), 300);
  const what = JSON.parse(asked) as { text: string; show?: Show };
  const query = useQuery({
    queryKey: ["preview", id, asked],
    queryFn: () => talk.preview(id, { text: what.text, ...(what.show ? { show: what.show } : {}) }),
    enabled: what.show !== undefined && what.text !== "",
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const kind = kindOf(show);
  if (wrong) {
    return (
      <p role="alert" className="text-danger text-meta">
        {words.besideWrong[wrong]}
      </p>
    );
  }
  let said = "";
  if (cleaned(show) && !text.trim()) said = words.besideNoText;
  else if (what.show && query.isError) said = words.besideUnknown;
  else if (what.show && query.data) {
    const last = query.data.parts.at(-1)?.layout ?? "text";
    if (query.data.lack) said = `${words.lacks[query.data.lack]} ${words.inText[kind]}`;
    else said = words.leavesAs(words.layouts[last as keyof typeof words.layouts] ?? last);
  }
  return (
    <p role="status" className={`min-h-4 text-meta ${query.data?.lack && what.show ? "text-warn" : "text-muted"}`}>
      {said}
    </p>
  );
}
