import type { ReactNode } from "react";
import { useNow } from "../../ui/now";
import { Bone } from "../../ui/States";
import { useFormat } from "../../words/locale";
import type { Detail } from "../api";
import { useWords } from "../words";
import { inWords, nameOf, reasonInWords } from "./Owner";

/** Who the customer is, what is known of them, and where the conversation stands. */
export function PersonPane({ detail }: { detail: Detail | undefined }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  if (!detail) {
    return (
      <div className="flex flex-col gap-3 p-4">
        <Bone className="h-6 w-1/2" />
        <Bone className="h-24" />
      </div>
    );
  }
  const { contact } = detail;
  const waited = now - Date.parse(detail.queuedAt ?? "");
  const why = reasonInWords(words, detail.handoffReason ?? "");
  return (
    <div className="flex flex-col gap-5 p-4">
      <div>
        <h2 dir="auto" className="text-left font-semibold text-title">
          {nameOf(contact)}
        </h2>
        {contact.name && <p className="tabular text-muted">{contact.phone}</p>}
      </div>
      {(detail.owner === "queue" || detail.handoffReason) && (
        <Section title={words.handoff}>
          {detail.handoffReason && (
            <Fact label={words.handoffWhy} value={why.text} {...(why.detail ? { note: why.detail } : {})} />
          )}
          {detail.queuedAt && (
            <Fact
              label={words.handoffWaits}
              value={waited < 60_000 ? words.underAMinute : format.span(waited)}
              title={format.exact(detail.queuedAt)}
            />
          )}
        </Section>
      )}
      <Section title={words.facts}>
        {contact.name && <Fact label={words.firstName} value={contact.name.split(/\s+/)[0] ?? ""} />}
        <Fact label={words.phone} value={contact.phone} />
        {contact.language && <Fact label={words.language} value={format.language(contact.language)} />}
      </Section>
      {detail.identities.length > 0 && (
        <Section title={words.identities}>
          {detail.identities.map((i) => (
            <Fact
              key={`${i.kind}-${i.value}`}
              label={inWords(words.identityKinds, i.kind)}
              value={i.value}
              title={words.since(format.exact(i.since))}
              mono
            />
          ))}
        </Section>
      )}
      <Section title={words.conversation}>
        <Fact label={words.opened} value={format.day(detail.openedAt, now)} title={format.exact(detail.openedAt)} />
        <Fact label={words.route} value={detail.route} />
        <Fact label={words.workspace} value={detail.workspace} />
      </Section>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-line border-t pt-3">
      <h3 className="pb-1.5 font-semibold text-meta text-muted">{title}</h3>
      <dl className="grid grid-cols-[96px_1fr] gap-x-3 gap-y-1.5">{children}</dl>
    </section>
  );
}

function Fact({
  label,
  value,
  title,
  note,
  mono = false,
}: {
  label: string;
  value: string;
  title?: string;
  note?: string;
  mono?: boolean;
}) {
  return (
    <>
      <dt className="text-muted">{label}</dt>
      <dd title={title} className={`[overflow-wrap:anywhere] ${mono ? "font-mono text-meta leading-5" : ""}`}>
        {value || "–"}
        {note && <span className="block text-meta text-muted">{note}</span>}
      </dd>
    </>
  );
}
