import {
  ChevronLeft,
  ChevronRight,
  Download,
  FileText,
  ImageOff,
  type LucideIcon,
  Mic,
  RotateCw,
  Video,
  X,
} from "lucide-react";
import { Dialog } from "radix-ui";
import { Fragment, useState } from "react";
import { Button, IconButton } from "../../../ui/Button";
import { useTalkWords } from "./words";

type Kind = "image" | "video" | "audio" | "document" | "unknown";

export interface Attachment {
  kind: Kind;
  /** Where the gateway gives it. The customer's own address is never opened by the page. */
  path: string;
  /** What the customer's address ends in. */
  name: string;
  /** What a model wrote down of a recording, or described and read of a picture; empty when none did. */
  heard: string;
  seen: string;
  written: string;
}

const icons: Record<Kind, LucideIcon> = {
  image: ImageOff,
  video: Video,
  audio: Mic,
  document: FileText,
  unknown: FileText,
};

/** What came beside the text: pictures, sounds and films in place, everything else as a card to download. */
export function MediaOf({ list }: { list: readonly Attachment[] }) {
  const [large, setLarge] = useState<number>();
  const pictures = list.filter((a) => a.kind === "image");
  return (
    <>
      {list.map((attachment) => (
        <Fragment key={attachment.path}>
          <One attachment={attachment} onLarge={() => setLarge(pictures.indexOf(attachment))} />
          <Understood attachment={attachment} />
        </Fragment>
      ))}
      {large !== undefined && <Lightbox pictures={pictures} at={large} onAt={setLarge} />}
    </>
  );
}

/** What is said or shown, as text: for reading instead of listening, and for who cannot see it. */
function Understood({ attachment }: { attachment: Attachment }) {
  const words = useTalkWords();
  const { heard, seen, written } = attachment;
  if (!heard && !seen) return null;
  return (
    <div className="mb-1.5 max-w-80 border-line-strong/60 border-l-2 pl-2">
      <p className="text-meta text-muted">{heard ? words.media.heard : words.media.seen}</p>
      <p dir="auto" className="[overflow-wrap:anywhere]">
        {heard || seen}
      </p>
      {written && (
        <>
          <p className="pt-1 text-meta text-muted">{words.media.written}</p>
          <p dir="auto" className="[overflow-wrap:anywhere]">
            {written}
          </p>
        </>
      )}
    </div>
  );
}

type Why = "tooLarge" | "refused" | "gone" | "failed";

/** Why the gateway does not give something: the page asks once more, because an element that failed does not say. */
async function reason(path: string): Promise<Why> {
  try {
    const response = await fetch(path, { headers: { Range: "bytes=0-0" } });
    if (response.ok) return "failed";
    const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
    if (response.status === 413 || /large/.test(problem.detail ?? "")) return "tooLarge";
    if (response.status === 404 || response.status === 410) return "gone";
    return response.status === 403 || response.status === 422 || response.status === 400 ? "refused" : "failed";
  } catch {
    return "failed";
  }
}

function One({ attachment, onLarge }: { attachment: Attachment; onLarge: () => void }) {
  const words = useTalkWords();
  const { kind, path } = attachment;
  const [broken, setBroken] = useState<Why>();
  const [loaded, setLoaded] = useState(false);
  // Another number asks for the same thing again.
  const [attempt, setAttempt] = useState(0);
  const source = attempt ? `${path}?again=${attempt}` : path;
  const onError = () => void reason(path).then(setBroken);
  if (broken || kind === "document" || kind === "unknown") {
    return (
      <Card
        attachment={attachment}
        {...(broken ? { broken } : {})}
        onRetry={() => {
          setBroken(undefined);
          setLoaded(false);
          setAttempt(attempt + 1);
        }}
      />
    );
  }
  if (kind === "image") {
    return (
      <button
        type="button"
        aria-label={words.media.open}
        title={words.media.open}
        onClick={onLarge}
        className="mb-1.5 block overflow-hidden rounded-md"
      >
        <img
          src={source}
          alt={attachment.seen || attachment.name || words.media.kinds.image}
          loading="lazy"
          onLoad={() => setLoaded(true)}
          onError={onError}
          // The height is kept from the first moment, so that nothing jumps when the picture comes.
          className={`h-48 w-auto min-w-32 max-w-full bg-sunken object-cover ${loaded ? "" : "animate-breathe"}`}
        />
      </button>
    );
  }
  const label = words.media.kinds[kind];
  return kind === "audio" ? (
    // biome-ignore lint/a11y/useMediaCaption: nobody has written down what the customer says.
    <audio
      controls
      preload="none"
      src={source}
      aria-label={label}
      onError={onError}
      className="mb-1.5 w-72 max-w-full"
    />
  ) : (
    // biome-ignore lint/a11y/useMediaCaption: nobody has written down what the customer shows.
    <video
      controls
      preload="none"
      src={source}
      aria-label={label}
      onError={onError}
      className="mb-1.5 aspect-video w-80 max-w-full rounded-md bg-sunken"
    />
  );
}

function Card({ attachment, broken, onRetry }: { attachment: Attachment; broken?: Why; onRetry: () => void }) {
  const words = useTalkWords();
  const { kind, path, name } = attachment;
  const Icon = icons[kind];
  return (
    <div className="mb-1.5 flex w-80 max-w-full items-center gap-3 rounded-md border border-line-strong/60 bg-surface px-3 py-2 text-text">
      <Icon aria-hidden className={`size-5 shrink-0 ${broken ? "text-muted" : "text-accent"}`} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={name}>
          {name || words.media.kinds[kind]}
        </p>
        <p role={broken ? "alert" : undefined} className="text-meta text-muted">
          {broken ? words.media[broken] : words.media.kinds[kind]}
        </p>
      </div>
      {broken === "failed" && <IconButton icon={RotateCw} label={words.media.retry} side="top" onClick={onRetry} />}
      {!broken && (
        <a
          href={path}
          download={name || true}
          aria-label={`${words.media.download}: ${name || words.media.kinds[kind]}`}
          title={words.media.download}
          className="flex size-8 shrink-0 items-center justify-center rounded-md hover:bg-sunken pointer-coarse:size-11"
        >
          <Download aria-hidden className="size-[18px]" />
        </a>
      )}
    </div>
  );
}

function Lightbox({
  pictures,
  at,
  onAt,
}: {
  pictures: readonly Attachment[];
  at: number;
  onAt: (at: number | undefined) => void;
}) {
  const words = useTalkWords();
  const picture = pictures[at];
  const step = (by: number) => pictures[at + by] && onAt(at + by);
  if (!picture) return null;
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onAt(undefined)}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onKeyDown={(event) => {
            if (event.key === "ArrowLeft") step(-1);
            if (event.key === "ArrowRight") step(1);
          }}
          className="always-dark fixed inset-0 z-50 flex animate-fade flex-col bg-[rgb(8_9_10/0.94)] text-text outline-none"
        >
          <header className="flex items-center gap-3 p-3">
            <Dialog.Title className="min-w-0 flex-1 truncate font-medium">
              {picture.name || words.media.kinds.image}
            </Dialog.Title>
            {pictures.length > 1 && (
              <span className="tabular text-meta text-muted">{words.media.count(at + 1, pictures.length)}</span>
            )}
            <a
              href={picture.path}
              download={picture.name || true}
              aria-label={words.media.download}
              title={words.media.download}
              className="flex size-8 items-center justify-center rounded-md hover:bg-raised pointer-coarse:size-11"
            >
              <Download aria-hidden className="size-[18px]" />
            </a>
            <Dialog.Close
              aria-label={words.media.close}
              title={words.media.close}
              className="flex size-8 items-center justify-center rounded-md hover:bg-raised pointer-coarse:size-11"
            >
              <X aria-hidden className="size-[18px]" />
            </Dialog.Close>
          </header>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape and the button do the same. */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape and the button do the same. */}
          <div
            className="flex min-h-0 flex-1 items-center justify-center gap-2 px-3 pb-6"
            onClick={(event) => event.target === event.currentTarget && onAt(undefined)}
          >
            {pictures.length > 1 && (
              <Button kind="quiet" disabled={at === 0} aria-label={words.media.previous} onClick={() => step(-1)}>
                <ChevronLeft aria-hidden className="size-5" />
              </Button>
            )}
            <img
              src={picture.path}
              alt={picture.seen || picture.name || words.media.kinds.image}
              className="max-h-full min-w-0 max-w-full object-contain"
            />
            {pictures.length > 1 && (
              <Button
                kind="quiet"
                disabled={at === pictures.length - 1}
                aria-label={words.media.next}
                onClick={() => step(1)}
              >
                <ChevronRight aria-hidden className="size-5" />
              </Button>
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
