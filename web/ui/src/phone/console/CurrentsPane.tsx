import { useEffect, useState } from "react";
import { Button } from "../../ui/Button";
import { Field, Toggle } from "../../ui/Field";
import { useFormat } from "../../words/locale";
import { type Currents, controls } from "./api";
import { CurrentsEvents } from "./CurrentsEvents";
import { Note, Pane, useAnswer, useChange } from "./Pane";
import { useWords } from "./words";

/** The Currents connector: where receipts go, and how many went. */
export function CurrentsPane() {
  const words = useWords();
  const answer = useAnswer(controls.currents);
  const { load } = answer;
  useEffect(() => {
    const timer = setInterval(() => void load(), 2000);
    return () => clearInterval(timer);
  }, [load]);
  return (
    <Pane about={words.currentsAbout} answer={answer}>
      {(state) => (
        <>
          <Counts state={state} />
          <Form first={state} onPut={answer.setData} />
          <CurrentsEvents />
        </>
      )}
    </Pane>
  );
}

function Counts({ state }: { state: Currents }) {
  const words = useWords();
  const format = useFormat();
  const counts = [
    [words.waiting, state.waiting],
    [words.taken, state.sent],
    [words.lost, state.lost],
  ] as const;
  return (
    <dl className="flex gap-8">
      {counts.map(([label, n]) => (
        <div key={label}>
          <dt className="text-meta text-muted">{label}</dt>
          <dd className="tabular font-semibold text-title">{format.number(n)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Form({ first, onPut }: { first: Currents; onPut: (state: Currents) => void }) {
  const words = useWords();
  const { change, note } = useChange();
  const [enabled, setEnabled] = useState(first.enabled);
  const [url, setUrl] = useState(first.url);
  const [token, setToken] = useState(first.token);
  return (
    <form
      className="flex flex-col gap-3 border-line border-t pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void change(async () => onPut(await controls.setCurrents({ enabled, url: url.trim(), token: token.trim() })));
      }}
    >
      <Toggle label={words.connected} checked={enabled} onChange={setEnabled} />
      <Field label={words.address} type="url" value={url} onChange={(e) => setUrl(e.target.value)} />
      <Field label={words.token} autoComplete="off" value={token} onChange={(e) => setToken(e.target.value)} />
      <Button kind="primary" type="submit">
        {words.save}
      </Button>
      <Note note={note} />
    </form>
  );
}
