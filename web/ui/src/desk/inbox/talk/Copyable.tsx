import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTalkWords } from "./words";

/** A value that one press puts on the clipboard. */
export function Copyable({ value, mono = false }: { value: string; mono?: boolean }) {
  const words = useTalkWords();
  const [copied, setCopied] = useState<"" | "done" | "failed">("");
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(""), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied("done");
    } catch {
      setCopied("failed");
    }
  };
  const Icon = copied === "done" ? Check : Copy;
  return (
    <button
      type="button"
      title={words.copy}
      onClick={() => void copy()}
      className={`group relative -mx-1 inline-flex max-w-full items-center rounded-sm px-1 text-left hover:bg-sunken pointer-coarse:min-h-11 ${mono ? "font-mono text-meta leading-5" : ""}`}
    >
      <span className="min-w-0 select-text [overflow-wrap:anywhere]">{value}</span>
      <Icon
        aria-hidden
        className={`pointer-events-none absolute left-full size-3.5 ${copied === "done" ? "text-ok" : "text-muted opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100 pointer-coarse:opacity-100"}`}
      />
      <span role="status" className="sr-only">
        {copied === "done" ? words.copied : ""}
      </span>
      {copied === "failed" && <span className="text-danger text-meta">{words.copyFailed}</span>}
    </button>
  );
}
