import { useState } from "react";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useCommonWords } from "../../words/common";
import { ApiError } from "../api";
import type { Hook, Wanted } from "./api";
import { useWords } from "./words";

/** Name, address and events of a webhook. */
export function HookForm({
  hook,
  events,
  submit,
  onSubmit,
  onCancel,
}: {
  hook?: Hook;
  events: string[];
  submit: string;
  onSubmit: (wanted: Wanted) => Promise<void>;
  onCancel: () => void;
}) {
  const words = useWords();
  const common = useCommonWords();
  const names = words.eventNames as Record<string, string>;
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(hook?.events ?? events));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [refused, setRefused] = useState({ field: "", value: "", why: "" });
  /** What the gateway found wrong with a field, until the field is changed. */
  const found = (field: string, value: string) =>
    refused.field === field && refused.value === value ? refused.why : undefined;
  const wrong = {
    name: name.trim() ? undefined : words.nameMissing,
    url: /^https?:\/\/[^\s/]/i.test(url.trim()) ? undefined : words.urlMissing,
    events: chosen.size ? undefined : words.eventsMissing,
  };
  const send = async () => {
    setTried(true);
    setError("");
    if (wrong.name || wrong.url || wrong.events) return;
    setBusy(true);
    try {
      await onSubmit({
        name: name.trim(),
        url: url.trim(),
        events: events.filter((e) => chosen.has(e)),
        active: hook?.active ?? true,
      });
    } catch (cause) {
      const why = (cause instanceof ApiError && cause.message) || words.gatewayCure;
      const field = /^(name|url): (.*)/s.exec(why);
      if (field) setRefused({ field: field[1] ?? "", value: field[1] === "url" ? url : name, why: field[2] ?? "" });
      else setError(words.notSaved(why));
      setBusy(false);
    }
  };
  return (
    <form
      noValidate
      className="flex min-h-0 flex-1 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 pb-4">
        <Field
          label={words.name}
          hint={words.nameHint}
          value={name}
          maxLength={80}
          error={tried ? (wrong.name ?? found("name", name)) : undefined}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={words.url}
          hint={words.urlHint}
          value={url}
          type="url"
          maxLength={2000}
          placeholder="https://example.com/parley"
          error={tried ? (wrong.url ?? found("url", url)) : undefined}
          onChange={(event) => setUrl(event.target.value)}
        />
        <fieldset className="flex flex-col">
          <legend className="pb-1 font-medium text-meta">{words.events}</legend>
          <div className="flex gap-2 pb-1">
            <Button kind="quiet" className="text-accent" onClick={() => setChosen(new Set(events))}>
              {words.all}
            </Button>
            <Button kind="quiet" className="text-accent" onClick={() => setChosen(new Set())}>
              {words.none}
            </Button>
          </div>
          {events.map((event) => (
            <label
              key={event}
              className="flex min-h-9 items-center gap-3 rounded-md px-2 py-1 hover:bg-sunken pointer-coarse:min-h-11"
            >
              <input
                type="checkbox"
                checked={chosen.has(event)}
                onChange={(change) => {
                  const next = new Set(chosen);
                  if (change.target.checked) next.add(event);
                  else next.delete(event);
                  setChosen(next);
                }}
                className="size-4 shrink-0 accent-accent"
              />
              <span className="min-w-0">
                <span className="block">{names[event] ?? event}</span>
                <code className="block text-meta text-muted">{event}</code>
              </span>
            </label>
          ))}
          {tried && wrong.events && <p className="text-danger text-meta">{wrong.events}</p>}
        </fieldset>
      </div>
      <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-4 py-3">
        {error && (
          <p role="alert" className="w-full text-danger text-meta">
            {error}
          </p>
        )}
        <Button onClick={onCancel}>{common.cancel}</Button>
        <Button kind="primary" type="submit" disabled={busy}>
          {submit}
        </Button>
      </footer>
    </form>
  );
}
