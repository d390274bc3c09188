import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../ui/Button";
import { Choice } from "../../ui/Field";
import { useFormat } from "../../words/locale";
import { learningApi, type Reading } from "./api";
import { Confidence } from "./Reading";
import { useWords } from "./words";

/** A text in, and out comes what the bot makes of it: always at hand beside whatever is worked on. */
export function TryBox({ languages, titled = true }: { languages: string[]; titled?: boolean }) {
  const words = useWords();
  const format = useFormat();
  const id = useId();
  const [text, setText] = useState("");
  const [language, setLanguage] = useState("");
  const reading = useMutation({ mutationFn: () => learningApi.read(text.trim(), language) });
  const go = () => {
    if (text.trim()) reading.mutate();
  };
  return (
    <aside aria-labelledby={`${id}-title`} className="flex flex-col gap-3">
      <h2 id={`${id}-title`} className={titled ? "flex items-center gap-2 font-semibold text-title" : "sr-only"}>
        <FlaskConical aria-hidden className="size-4 text-bot" />
        {words.tryTitle}
      </h2>
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="font-medium text-meta">
          {words.tryText}
        </label>
        <textarea
          id={id}
          rows={3}
          maxLength={2000}
          value={text}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              go();
            }
          }}
          className="w-full resize-y rounded-md border border-line-strong bg-surface px-2.5 py-1.5"
        />
        <p id={`${id}-hint`} className="text-meta text-muted">
          {words.tryHint}
        </p>
      </div>
      <div className="flex items-end gap-2">
        <Choice
          label={words.tryLanguage}
          value={language}
          onChange={(event) => setLanguage(event.target.value)}
          options={[
            { value: "", label: words.tryAuto },
            ...languages.map((code) => ({ value: code, label: format.language(code) })),
          ]}
          className="min-w-0 flex-1"
        />
        <Button kind="primary" disabled={!text.trim() || reading.isPending} onClick={go}>
          {words.tryDo}
        </Button>
      </div>
      <div aria-live="polite">
        {reading.isError && (
          <p className="text-danger">
            {words.tryFailed}. {reading.error.message || words.gatewayCure}
          </p>
        )}
        {reading.data && <Result reading={reading.data} />}
      </div>
    </aside>
  );
}

function Result({ reading }: { reading: Reading }) {
  const words = useWords();
  const format = useFormat();
  const known = reading.band !== "fallback";
  const sure = reading.band === "answer" || reading.band === "always";
  // What it did not dare to understand is a guess like the others.
  const others = known ? reading.alternatives : [reading, ...reading.alternatives].filter((o) => o.intent);
  return (
    <div className="flex flex-col gap-3 border-line border-t pt-3">
      <div className="flex flex-col gap-1">
        <p className="text-meta text-muted">
          {words.understood} · {format.language(reading.language)}
        </p>
        <p className="font-semibold">
          {known ? reading.title || reading.intent : words.nothing}
          {known && reading.intent && <code className="pl-2 font-normal text-meta text-muted">{reading.intent}</code>}
        </p>
        {reading.band !== "always" && <Confidence p={reading.p} band={reading.band} />}
        <p className="text-meta text-muted">{words.bands[reading.band]}</p>
      </div>
      {others.length > 0 && (
        <div>
          <p className="pb-1 text-meta text-muted">{words.runnersUp}</p>
          <ul className="flex flex-col gap-1">
            {others.map((other) => (
              <li key={other.intent} className="flex items-center justify-between gap-2">
                <span className="min-w-0 truncate">{other.title || other.intent}</span>
                <Confidence p={other.p} band="clarify" thin />
              </li>
            ))}
          </ul>
        </div>
      )}
      {sure && (
        <div>
          <p className="pb-1 text-meta text-muted">{reading.answer ? words.answers : words.noAnswer}</p>
          {reading.answer && (
            <p
              dir="auto"
              className="whitespace-pre-wrap rounded-bubble rounded-br-sm bg-bot-soft px-3 py-2 [overflow-wrap:anywhere]"
            >
              {reading.answer}
            </p>
          )}
        </div>
      )}
    </div>
  );
}
