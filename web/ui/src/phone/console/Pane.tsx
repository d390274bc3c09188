import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Bone, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useWords } from "./words";

/** What the sandbox answered, or why it did not. `ask` must keep its identity while it asks the same. */
export function useAnswer<T>(ask: () => Promise<T>) {
  const common = useCommonWords();
  const [data, setData] = useState<T>();
  const [error, setError] = useState("");
  const latest = useRef(0);
  const load = useCallback(async () => {
    const mine = ++latest.current; // a slow answer must not replace a later one
    setError("");
    try {
      const answer = await ask();
      if (mine === latest.current) setData(answer);
    } catch (cause) {
      if (mine === latest.current) setError((cause as Error).message || common.unreachable);
    }
  }, [ask, common.unreachable]);
  useEffect(() => {
    void load();
  }, [load]);
  return { data, setData, error, load };
}

/** Makes changes and keeps what became of the last one. */
export function useChange() {
  const words = useWords();
  const common = useCommonWords();
  const [note, setNote] = useState<{ text: string; bad: boolean }>();
  const change = async (make: () => Promise<unknown>) => {
    try {
      await make();
      setNote({ text: words.saved, bad: false });
      return true;
    } catch (cause) {
      setNote({ text: words.failed((cause as Error).message || common.unreachable), bad: true });
      return false;
    }
  };
  return { change, note, setNote };
}

export function Note({ note }: { note: { text: string; bad: boolean } | undefined }) {
  return (
    <p role={note?.bad ? "alert" : "status"} className={`min-h-5 ${note?.bad ? "text-danger" : "text-ok"}`}>
      {note?.text}
    </p>
  );
}

/** A pane of the drawer, once its data is there. */
export function Pane<T>({
  about,
  answer,
  children,
}: {
  about: string;
  answer: { data: T | undefined; error: string; load: () => Promise<void> };
  children: (data: T) => ReactNode;
}) {
  const words = useWords();
  const common = useCommonWords();
  const slow = useSlow(answer.data === undefined && !answer.error);
  if (answer.data === undefined && answer.error)
    return (
      <Problem title={words.notRead} cure={answer.error} retry={common.retry} onRetry={() => void answer.load()} />
    );
  if (answer.data === undefined) return slow ? <Bone className="m-4 h-32" /> : null;
  return (
    <div className="flex flex-col gap-3 px-4 pb-6">
      <p className="text-muted">{about}</p>
      {children(answer.data)}
    </div>
  );
}

const box = "w-full rounded-md border border-line-strong bg-surface px-2.5 py-1.5 font-mono text-meta text-text";

/** A labelled text of several lines. */
export function TextArea({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label className="flex flex-col gap-1 font-medium text-meta">
      {label}
      <textarea
        className={box}
        rows={Math.min(16, value.split("\n").length + 1)}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
