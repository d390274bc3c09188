import { FileText, ImageOff } from "lucide-react";
import { useState } from "react";
import { useWords } from "./words";

/** A file in a message, as WhatsApp shows its kind. */
export function Attached({ url, kind, caption }: { url: string; kind: string; caption: string }) {
  const words = useWords();
  const name = nameOf(url);
  if (kind === "video") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody has written captions for what a business sends.
      <video
        src={url}
        controls
        preload="metadata"
        aria-label={caption || words.video}
        className="mb-1 min-h-24 w-64 max-w-full rounded-[9px] bg-sunken"
      />
    );
  }
  if (kind === "audio") {
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody has written captions for what a business sends.
      <audio src={url} controls preload="metadata" aria-label={words.sound} className="mb-1 w-64 max-w-full" />
    );
  }
  if (kind === "document") {
    return (
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        className="mb-1 flex min-h-12 w-64 max-w-full items-center gap-2.5 rounded-[9px] bg-sunken px-3 py-2 text-bubble-text"
      >
        <FileText aria-hidden className="size-6 shrink-0 text-muted" />
        <span className="min-w-0">
          <span className="sr-only">{words.file}: </span>
          <span className="block truncate">{name}</span>
        </span>
      </a>
    );
  }
  return <Picture url={url} caption={caption} />;
}

/** The last part of an address, which is the name a file has. */
function nameOf(url: string): string {
  try {
    const { pathname, hostname } = new URL(url);
    return decodeURIComponent(pathname.split("/").pop() ?? "") || hostname;
  } catch {
    return url;
  }
}

export function Picture({ url, caption }: { url: string; caption: string }) {
  const words = useWords();
  const [broken, setBroken] = useState(false);
  if (broken) {
    return (
      <div className="mb-1 flex h-24 w-60 max-w-full flex-col items-center justify-center gap-1 rounded-[9px] bg-sunken px-3 text-center text-meta text-muted">
        <ImageOff aria-hidden className="size-5" />
        {words.pictureBroken}
        <span className="w-full truncate">{url}</span>
      </div>
    );
  }
  return (
    <img
      src={url}
      alt={caption || words.picture}
      onError={() => setBroken(true)}
      className="mb-1 min-h-24 w-64 max-w-full rounded-[9px] bg-sunken object-cover"
    />
  );
}
