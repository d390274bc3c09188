import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { useWords } from "./words";

/** A secret at the only time it is shown. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const words = useWords();
  const [copied, setCopied] = useState<"" | "yes" | "no">("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      setCopied("yes");
    } catch {
      setCopied("no");
    }
  };
  return (
    <div className="flex flex-col gap-3 px-4 pb-4">
      <p className="text-muted">{words.secretAbout}</p>
      <output
        aria-label={words.secret}
        className="select-all break-all rounded-md border border-line-strong bg-sunken p-3 font-mono"
      >
        {secret}
      </output>
      <div className="flex flex-wrap items-center gap-2">
        <Button icon={copied === "yes" ? Check : Copy} onClick={() => void copy()}>
          {copied === "yes" ? words.copied : words.copy}
        </Button>
        <Button kind="primary" onClick={onDone}>
          {words.done}
        </Button>
      </div>
      <p role="status" className="text-meta text-muted">
        {copied === "no" ? words.copyFailed : ""}
      </p>
    </div>
  );
}
