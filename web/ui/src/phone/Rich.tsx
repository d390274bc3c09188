import { Fragment, type ReactNode, useState } from "react";

const long = 768;

/** Message text as WhatsApp shows it: links, *bold*, _italic_, ~struck~, ```code```; long text folds. */
export function Rich({ text, more }: { text: string; more: string }) {
  const [open, setOpen] = useState(false);
  const folded = !open && text.length > long + 80;
  // A text in a right-to-left script aligns itself.
  return (
    <span dir="auto" className="whitespace-pre-wrap">
      {folded ? (
        <>
          {marked(cut(text))}…{" "}
          <button type="button" onClick={() => setOpen(true)} className="font-medium text-bubble-link">
            {more}
          </button>
        </>
      ) : (
        marked(text)
      )}
    </span>
  );
}

/** The head of a long text, up to a space, and never through the middle of an emoji. */
function cut(text: string): string {
  const head = Array.from(text.slice(0, long)).slice(0, -1).join("");
  const space = head.lastIndexOf(" ");
  return space > long / 2 ? head.slice(0, space) : head;
}

const pattern =
  /(https?:\/\/[^\s<>]+[^\s<>.,;:!?)\]'"»])|```([\s\S]+?)```|(?<![\p{L}\p{N}])(?:\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~)(?![\p{L}\p{N}])/gu;

/** Splits a text at its marks. Exported for tests. */
export function marked(text: string): ReactNode[] {
  const out: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, link, code, bold, italic, struck] = match;
    const key = match.index;
    if (match.index > from) out.push(<Fragment key={`t${from}`}>{text.slice(from, match.index)}</Fragment>);
    if (link)
      out.push(
        <a key={key} href={link} target="_blank" rel="noreferrer" className="text-bubble-link underline">
          {link}
        </a>,
      );
    else if (code) out.push(<code key={key}>{code}</code>);
    else if (bold) out.push(<strong key={key}>{bold}</strong>);
    else if (italic) out.push(<em key={key}>{italic}</em>);
    else if (struck) out.push(<s key={key}>{struck}</s>);
    from = match.index + whole.length;
  }
  if (from < text.length) out.push(<Fragment key={`t${from}`}>{text.slice(from)}</Fragment>);
  return out;
}
