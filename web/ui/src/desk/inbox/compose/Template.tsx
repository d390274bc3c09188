import { LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import type { Detail } from "../../api";
import { useDoings, usePeople } from "../../context";
import { fill } from "./canned";
import { useComposeWords } from "./words";

/** What may still be sent once the window has closed: the template that opens it again, if one is set up. */
export function Template({ detail, newest }: { detail: Detail; newest: number }) {
  const words = useComposeWords();
  const people = usePeople();
  const [params, setParams] = useState<Record<string, string>>({});
  // Stays the same when it is sent again, so that it goes once.
  const [clientId, setClientId] = useState(() => crypto.randomUUID());
  const sending = useDoings((d) => d.acts[detail.id]?.template);
  const { templateOffered, template } = detail;
  if (!templateOffered) return <p className="px-1 text-meta text-muted">{words.templateNone}</p>;
  const names = template?.params ?? [];
  const ready = names.every((name) => params[name]?.trim()) && (!sending || !!sending.failure);
  const send = async () => {
    if (!ready) return;
    const values = Object.fromEntries(names.map((name) => [name, params[name]?.trim() ?? ""]));
    const sent = await people.act(detail, { kind: "template", clientId, seen: newest, params: values });
    if (sent) {
      setParams({});
      setClientId(crypto.randomUUID());
    }
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p className="px-1 text-meta text-muted">{words.templateAbout}</p>
      {template && (
        <p dir="auto" className="whitespace-pre-wrap rounded-bubble bg-agent-soft px-3 py-2 [overflow-wrap:anywhere]">
          {fill(template.text, params).map((piece, i) =>
            piece.missing ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: the pieces keep their places.
              <mark key={i} className="rounded-sm bg-warn-soft px-0.5 text-warn">
                {piece.text}
              </mark>
            ) : (
              piece.text
            ),
          )}
        </p>
      )}
      {names.length > 0 && (
        <div className="grid gap-2 md:grid-cols-2">
          {names.map((name) => (
            <Field
              key={name}
              label={words.templateFill(name)}
              value={params[name] ?? ""}
              maxLength={1024}
              onChange={(event) => setParams({ ...params, [name]: event.target.value })}
            />
          ))}
        </div>
      )}
      <Button
        type="submit"
        kind="primary"
        icon={LayoutTemplate}
        aria-disabled={!ready}
        className="self-start aria-disabled:opacity-50"
      >
        {words.templateSend}
      </Button>
    </form>
  );
}
