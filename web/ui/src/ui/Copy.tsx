import { Check, Copy } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { Button, IconButton } from "./Button";

/** A text that is shown once, to be copied: selected by a click, and by a button to the clipboard. */
export function CopyBox({
  label,
  value,
  copy,
  copied,
}: {
  label: string;
  value: string;
  copy: string;
  copied: string;
}) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2500);
    return () => clearTimeout(timer);
  }, [done]);
  const toClipboard = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(value);
      setDone(true);
    } catch {
      // Without leave to write to the clipboard, the text is selected for the keyboard.
      field.current?.focus();
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <label htmlFor={id} className="font-medium text-meta">
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        readOnly
        rows={3}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        className="w-full resize-none break-all rounded-md border border-line-strong bg-sunken p-2.5 font-mono text-meta"
      />
      <div>
        <Button kind="primary" icon={done ? Check : Copy} onClick={() => void toClipboard()}>
          {done ? copied : copy}
        </Button>
        <span role="status" className="sr-only">
          {done ? copied : ""}
        </span>
      </div>
    </div>
  );
}

/** A small button that puts a text into the clipboard, and says that it has. */
export function CopyButton({ value, label, copied }: { value: string; label: string; copied: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2500);
    return () => clearTimeout(timer);
  }, [done]);
  const toClipboard = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setDone(true);
    } catch {
      // Without leave to write to the clipboard, the text beside it can still be selected.
    }
  };
  return (
    <>
      <IconButton icon={done ? Check : Copy} label={done ? copied : label} onClick={() => void toClipboard()} />
      <span role="status" className="sr-only">
        {done ? copied : ""}
      </span>
    </>
  );
}
