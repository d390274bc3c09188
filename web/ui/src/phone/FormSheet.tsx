import { SendHorizontal } from "lucide-react";
import { useEffect, useState } from "react";
import { Choice, Field, Toggle } from "../ui/Field";
import { Sheet } from "../ui/Sheet";
import { useCommonWords } from "../words/common";
import type { Input, PhoneMessage } from "./sandbox";
import { useWords } from "./words";

type Answers = Record<string, string | boolean>;

/** What a form sends: what is not filled in is left out, numbers are numbers. */
export function filledIn(fields: readonly Input[], answers: Answers): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const { name, type } of fields) {
    const value = answers[name];
    if (type === "yes_no") out[name] = value === true;
    else if (typeof value === "string" && value.trim()) out[name] = type === "number" ? Number(value) : value.trim();
  }
  return out;
}

/** The form of a message, from below: fill it in, then send it. */
export function FormSheet({
  message,
  container,
  onClose,
  onSend,
}: {
  message: PhoneMessage | undefined;
  container: HTMLElement | null;
  onClose: () => void;
  onSend: (answers: Record<string, unknown>) => void;
}) {
  const words = useWords();
  const common = useCommonWords();
  const [answers, setAnswers] = useState<Answers>({});
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message starts with nothing filled in.
  useEffect(() => setAnswers({}), [message?.n]);
  const flow = message?.flow;
  const fields = flow?.fields ?? [];
  const set = (name: string, value: string | boolean) => setAnswers({ ...answers, [name]: value });
  return (
    <Sheet
      open={flow !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title={flow?.label ?? ""}
      description={words.formAbout}
      closeLabel={common.close}
      from="bottom"
      container={container}
    >
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          onSend(filledIn(fields, answers));
          onClose();
        }}
      >
        <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-4">
          {fields.map((f) => {
            const value = answers[f.name];
            const text = typeof value === "string" ? value : "";
            if (f.type === "yes_no")
              return (
                <Toggle key={f.name} label={f.label} checked={value === true} onChange={(on) => set(f.name, on)} />
              );
            if (f.type === "choice")
              return (
                <Choice
                  key={f.name}
                  label={f.label}
                  required={f.required}
                  value={text}
                  options={[
                    { value: "", label: "—" },
                    ...(f.options ?? []).map((option) => ({ value: option, label: option })),
                  ]}
                  onChange={(event) => set(f.name, event.target.value)}
                />
              );
            return (
              <Field
                key={f.name}
                label={f.label}
                type={f.type}
                required={f.required}
                value={text}
                onChange={(event) => set(f.name, event.target.value)}
              />
            );
          })}
        </div>
        <div className="p-3">
          <button
            type="submit"
            className="flex min-h-11 w-full items-center justify-center gap-2 rounded-full bg-go font-medium text-on-go"
          >
            <SendHorizontal aria-hidden className="size-4" />
            {words.send}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
