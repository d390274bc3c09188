import { useState } from "react";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { controls } from "./api";
import { Note, Pane, useAnswer, useChange } from "./Pane";
import { useWords } from "./words";

const list = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/** The REST keys, and a way to put one. */
export function Keys() {
  const words = useWords();
  const answer = useAnswer(controls.keys);
  const { change, note, setNote } = useChange();
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [permissions, setPermissions] = useState("campaigns.trigger.send");
  const [addresses, setAddresses] = useState("");
  const put = async () => {
    if (!id.trim()) {
      setNote({ text: words.keyMissing, bad: true });
      return;
    }
    const key = { name: name.trim(), permissions: list(permissions), ip_allowlist: list(addresses) };
    if (await change(() => controls.putKey(id.trim(), key))) await answer.load();
  };
  return (
    <Pane about={words.keysAbout} answer={answer}>
      {({ keys }) => (
        <>
          <ul>
            {Object.entries(keys).map(([key, k]) => (
              <li key={key} className="border-line border-t py-2">
                <p className="break-all font-mono">{key}</p>
                <p className="break-words text-meta text-muted">
                  {[k.name, (k.permissions ?? []).join(" "), (k.ip_allowlist ?? []).join(" ") || words.anyAddress]
                    .filter(Boolean)
                    .join(" · ")}
                </p>
              </li>
            ))}
          </ul>
          <form
            className="flex flex-col gap-3 border-line border-t pt-3"
            onSubmit={(event) => {
              event.preventDefault();
              void put();
            }}
          >
            <Field label={words.key} value={id} autoComplete="off" onChange={(e) => setId(e.target.value)} />
            <Field label={words.keyName} value={name} autoComplete="off" onChange={(e) => setName(e.target.value)} />
            <Field
              label={words.permissions}
              hint={words.permissionsHint}
              value={permissions}
              onChange={(e) => setPermissions(e.target.value)}
            />
            <Field
              label={words.addresses}
              hint={words.addressesHint}
              value={addresses}
              onChange={(e) => setAddresses(e.target.value)}
            />
            <Button kind="primary" type="submit">
              {words.putKey}
            </Button>
            <Note note={note} />
          </form>
        </>
      )}
    </Pane>
  );
}
