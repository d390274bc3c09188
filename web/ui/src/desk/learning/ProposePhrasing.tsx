import { useQuery } from "@tanstack/react-query";
import { GraduationCap } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../ui/Button";
import { Choice, Field } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { ApiError } from "../api";
import { learningApi } from "./api";
import { IntentPicker, languagesOf, useIntents } from "./IntentPicker";
import { ReadingLine } from "./Reading";
import { slug } from "./slug";
import { useWords } from "./words";

const fresh = "+new";

/** One click at a customer's line: what these words mean is proposed to the bot. */
export function ProposePhrasing({
  conversationId,
  messageId,
  text,
  language,
}: {
  conversationId: string;
  messageId: string;
  text: string;
  language: string;
}) {
  const words = useWords();
  const common = useCommonWords();
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setDone(false);
          setOpen(true);
        }}
        className="flex min-h-6 items-center gap-1 rounded-sm px-1 font-medium text-accent hover:bg-accent-soft pointer-coarse:min-h-11"
      >
        <GraduationCap aria-hidden className="size-3.5" />
        {words.teach}
      </button>
      <Sheet
        open={open}
        onOpenChange={setOpen}
        title={words.teach}
        description={words.teachAbout}
        closeLabel={common.close}
      >
        {done ? (
          <div className="flex flex-col items-start gap-3 px-4 pb-4">
            <p role="status" className="text-ok">
              {words.proposed}
            </p>
            <Button kind="primary" onClick={() => setOpen(false)}>
              {common.close}
            </Button>
          </div>
        ) : (
          <Form
            conversationId={conversationId}
            messageId={messageId}
            text={text}
            language={language}
            onDone={() => setDone(true)}
            onCancel={() => setOpen(false)}
          />
        )}
      </Sheet>
    </>
  );
}

function Form({
  conversationId,
  messageId,
  text: said,
  language: spoken,
  onDone,
  onCancel,
}: {
  conversationId: string;
  messageId: string;
  text: string;
  language: string;
  onDone: () => void;
  onCancel: () => void;
}) {
  const words = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const id = useId();
  const known = useIntents();
  const intents = known.data?.items ?? [];
  const languages = languagesOf(intents);
  const [text, setText] = useState(said);
  const [chosen, setLanguage] = useState(spoken.slice(0, 2));
  const language = languages.length === 0 || languages.includes(chosen) ? chosen : (languages[0] ?? chosen);
  const [intent, setIntent] = useState("");
  const [title, setTitle] = useState("");
  const [answer, setAnswer] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const reading = useQuery({
    queryKey: ["knowledge", "reading", language, said],
    queryFn: () => learningApi.read(said, language),
    enabled: known.isSuccess,
    staleTime: 60_000,
  });
  const wrong = {
    text: text.trim() ? undefined : words.textMissing,
    intent: intent ? undefined : words.intentMissing,
    title: intent !== fresh || title.trim() ? undefined : words.titleMissing,
    answer: intent !== fresh || answer.trim() ? undefined : words.answerMissing,
  };
  const send = async () => {
    setTried(true);
    if (Object.values(wrong).some(Boolean)) return;
    setBusy(true);
    setError("");
    try {
      await learningApi.propose({
        conversationId,
        messageId,
        text: text.trim(),
        language,
        ...(intent === fresh
          ? { newIntent: { id: slug(title), title: title.trim(), answer: answer.trim() } }
          : { intent }),
      });
      onDone();
    } catch (cause) {
      setError(words.notDone((cause instanceof ApiError && cause.message) || words.gatewayCure));
      setBusy(false);
    }
  };
  return (
    <form
      noValidate
      className="scroll-thin flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 pb-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Area
        id={`${id}-text`}
        label={words.teachText}
        hint={words.teachTextHint}
        error={tried ? wrong.text : undefined}
        value={text}
        max={1000}
        onChange={setText}
      />
      {reading.data && (
        <div className="flex flex-col gap-1">
          <p className="text-meta text-muted">{words.readNow}</p>
          <ReadingLine reading={reading.data} />
        </div>
      )}
      <Choice
        label={words.teachLanguage}
        value={language}
        onChange={(event) => {
          setLanguage(event.target.value);
          setIntent((now) => (now === fresh ? now : ""));
        }}
        options={(languages.length ? languages : [language]).map((code) => ({
          value: code,
          label: format.language(code),
        }))}
      />
      <div>
        <IntentPicker
          label={words.teachIntent}
          intents={intents}
          language={language}
          value={intent}
          onChange={setIntent}
          first={{ value: "", label: words.teachPick }}
          last={{ value: fresh, label: words.teachNew }}
        />
        {tried && wrong.intent && <p className="pt-1 text-danger text-meta">{wrong.intent}</p>}
      </div>
      {intent === fresh && (
        <>
          <Field
            label={words.newTitle}
            hint={words.newTitleHint}
            value={title}
            maxLength={60}
            error={tried ? wrong.title : undefined}
            onChange={(event) => setTitle(event.target.value)}
          />
          <Area
            id={`${id}-answer`}
            label={words.newAnswer}
            error={tried ? wrong.answer : undefined}
            value={answer}
            max={4096}
            onChange={setAnswer}
          />
        </>
      )}
      {error && (
        <p role="alert" className="text-danger text-meta">
          {error}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{common.cancel}</Button>
        <Button kind="primary" type="submit" disabled={busy}>
          {words.propose}
        </Button>
      </div>
    </form>
  );
}

function Area({
  id,
  label,
  hint,
  error,
  value,
  max,
  onChange,
}: {
  id: string;
  label: string;
  hint?: string;
  error?: string | undefined;
  value: string;
  max: number;
  onChange: (value: string) => void;
}) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-meta">
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        maxLength={max}
        value={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={hint || error ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.target.value)}
        className="w-full resize-y rounded-md border border-line-strong bg-surface px-2.5 py-1.5"
      />
      {(error || hint) && (
        <p id={`${id}-note`} className={`text-meta ${error ? "text-danger" : "text-muted"}`}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
