import { useState } from "react";
import { Button } from "../ui/Button";
import { Choice, Field, Toggle } from "../ui/Field";
import { Sheet } from "../ui/Sheet";
import { useCommonWords } from "../words/common";
import { useFormat } from "../words/locale";
import { useSandbox, useSession } from "./context";
import { SandboxError } from "./sandbox";
import { useWords } from "./words";

const personLanguages = ["en", "fr", "de", "es", "it", "nl", "pt", "ar"];

/** Adds a person by name, number and language, known to Braze or not. */
export function AddPhone({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const words = useWords();
  const common = useCommonWords();
  return (
    <Sheet
      open={open}
      onOpenChange={onOpenChange}
      title={words.addPhone}
      description={words.addPhoneAbout}
      closeLabel={common.close}
      from="centre"
    >
      <Form onDone={() => onOpenChange(false)} />
    </Sheet>
  );
}

function Form({ onDone }: { onDone: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const session = useSession();
  const phones = useSandbox((s) => s.phones);
  const [name, setName] = useState("");
  const [number, setNumber] = useState(() => freeNumber(phones.map((p) => p.phone)));
  const [language, setLanguage] = useState("en");
  const [known, setKnown] = useState(true);
  const [externalId, setExternalId] = useState("");
  const [subscribed, setSubscribed] = useState(true);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");

  const id = externalId.trim() || idFrom(name);
  const e164 = number.replace(/[\s().-]/g, "");
  const wrong = {
    name: name.trim() ? undefined : words.nameMissing,
    number: !/^\+[1-9]\d{7,14}$/.test(e164)
      ? words.numberBad
      : phones.some((p) => p.phone === e164)
        ? words.numberTaken
        : undefined,
    externalId: known && !id ? words.externalIdMissing : undefined,
  };

  const add = async () => {
    setTried(true);
    setError("");
    if (wrong.name || wrong.number || wrong.externalId) return;
    setBusy(true);
    try {
      await session.add({
        phone: e164,
        name: name.trim(),
        language,
        ...(known ? { external_id: id, subscribed } : {}),
      });
      onDone();
    } catch (cause) {
      const taken = cause instanceof SandboxError && cause.status === 409;
      setError(taken ? words.numberTaken : words.addFailed((cause as Error).message || common.unreachable));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      noValidate
      className="scroll-thin flex flex-col gap-3 overflow-y-auto px-4 pb-4"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <Field
        label={words.name}
        value={name}
        autoComplete="off"
        placeholder={words.namePlaceholder}
        error={tried ? wrong.name : undefined}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label={words.number}
        value={number}
        type="tel"
        autoComplete="off"
        hint={words.numberHint}
        error={tried ? wrong.number : undefined}
        onChange={(event) => setNumber(event.target.value)}
      />
      <Choice
        label={words.personLanguage}
        value={language}
        options={personLanguages.map((code) => ({ value: code, label: format.language(code) }))}
        onChange={(event) => setLanguage(event.target.value)}
      />
      <div className="border-line border-t pt-1">
        <Toggle label={words.known} hint={words.knownHint} checked={known} onChange={setKnown} />
        {known && (
          <>
            <Field
              label={words.externalId}
              value={externalId}
              autoComplete="off"
              placeholder={idFrom(name)}
              hint={words.externalIdHint}
              error={tried ? wrong.externalId : undefined}
              onChange={(event) => setExternalId(event.target.value)}
            />
            <Toggle
              label={words.subscribed}
              hint={words.subscribedHint}
              checked={subscribed}
              onChange={setSubscribed}
            />
          </>
        )}
      </div>
      {error && (
        <p role="alert" className="text-danger">
          {error}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onDone}>{common.cancel}</Button>
        <Button kind="primary" type="submit" disabled={busy}>
          {words.add}
        </Button>
      </div>
    </form>
  );
}

/** The next number of the fictional range that no phone has. */
function freeNumber(taken: string[]): string {
  for (let n = 3; ; n++) {
    const number = `+1555${String(n).padStart(7, "0")}`;
    if (!taken.includes(number)) return number;
  }
}

function idFrom(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}
