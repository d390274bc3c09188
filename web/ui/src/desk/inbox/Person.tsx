import { useQuery } from "@tanstack/react-query";
import { BellOff } from "lucide-react";
import type { ReactNode } from "react";
import { useNow } from "../../ui/now";
import { Bone } from "../../ui/States";
import { useFormat } from "../../words/locale";
import type { Detail } from "../api";
import { useWords } from "../words";
import { inWords, nameOf, reasonInWords } from "./Owner";
import { Consent } from "./person/Consent";
import { Identify } from "./person/Identify";
import { Past } from "./person/Past";
import { Profile } from "./person/Profile";
import { usePersonWords } from "./person/words";
import { type ContactPage, talk } from "./talk/api";
import { Copyable } from "./talk/Copyable";
import { ThreeLines, usePackets } from "./talk/Handover";
import { useTalkWords } from "./talk/words";

/** Who the customer is, what is known of them, and where the conversation stands. */
export function PersonPane({ detail }: { detail: Detail | undefined }) {
  if (!detail) {
    return (
      <div className="flex flex-col gap-3 p-4">
        <Bone className="h-6 w-1/2" />
        <Bone className="h-24" />
      </div>
    );
  }
  return <Pane detail={detail} />;
}

function Pane({ detail }: { detail: Detail }) {
  const words = useWords();
  const personWords = usePersonWords();
  const format = useFormat();
  const now = useNow();
  const { contact } = detail;
  // A conversation that ends or begins changes what was before it.
  const card = useQuery({
    queryKey: ["contact", contact.id, detail.owner === "none"],
    queryFn: () => talk.contact(contact.id),
    placeholderData: (before) => before,
    staleTime: 30_000,
  });
  const known = card.data;
  const identities = known?.identities ?? detail.identities;
  // What already stands above is not said twice.
  const said = new Set([contact.name, contact.phone, contact.language, ...identities.map((i) => i.value)]);
  const attributes = Object.entries(known?.attributes ?? {}).filter(([, value]) => !said.has(value));
  const past = known?.conversations.filter((c) => c.id !== detail.id) ?? [];
  return (
    <div className="flex flex-col gap-5 p-4">
      <div>
        <h2 dir="auto" className="text-left font-semibold text-title [overflow-wrap:anywhere]">
          {nameOf(contact)}
        </h2>
        {contact.name && contact.phone && (
          <p className="tabular text-muted">
            <Copyable value={contact.phone} />
          </p>
        )}
      </div>
      {known?.optedOut && <OptedOut card={known} />}
      <HandedOver detail={detail} />
      <Section title={words.facts}>
        {contact.language && <Fact label={words.language} value={format.language(contact.language)} />}
        {!contact.name && <Fact label={words.phone} value={contact.phone} copy />}
        {known?.facts.map((fact) => (
          <Fact
            key={`${fact.name}-${fact.value}`}
            label={inWords({}, fact.name)}
            value={fact.value}
            copy
            {...(fact.at ? { title: format.exact(fact.at) } : {})}
          />
        ))}
      </Section>
      <Consent contact={contact.id} optedOut={!!known?.optedOut} version={`${detail.owner} ${detail.lastSeq}`} />
      <Profile contact={contact.id} version={`${detail.owner} ${detail.lastSeq}`} />
      {attributes.length > 0 && (
        <Section title={personWords.attributes}>
          {attributes.map(([name, value]) => (
            <Fact key={name} label={inWords({}, name)} value={value} copy />
          ))}
        </Section>
      )}
      {identities.length > 0 && (
        <Section title={words.identities}>
          {identities.map((i) => (
            <Fact
              key={`${i.kind}-${i.value}`}
              label={inWords(words.identityKinds, i.kind)}
              value={i.value}
              mono
              copy
              {...(i.since ? { title: words.since(format.exact(i.since)) } : {})}
            />
          ))}
        </Section>
      )}
      {known && !known.identities.some((i) => i.kind === "external_id") && <Identify contact={contact.id} />}
      <section className="border-line border-t pt-3">
        <h3 className="pb-1.5 font-semibold text-meta text-muted">{personWords.past}</h3>
        {card.isError && !known ? (
          <p role="alert" className="text-danger">
            {personWords.pastFailed}{" "}
            <button type="button" className="font-medium underline" onClick={() => void card.refetch()}>
              {personWords.retry}
            </button>
          </p>
        ) : (
          known && <Past list={past} />
        )}
      </section>
      <Section title={words.conversation}>
        <Fact label={words.opened} value={format.day(detail.openedAt, now)} title={format.exact(detail.openedAt)} />
        <Fact label={words.route} value={detail.route} />
        <Fact label={words.workspace} value={detail.workspace} />
      </Section>
      <section className="border-line border-t pt-3 text-meta text-muted">
        <h3 className="pb-1 font-semibold">{personWords.privacy}</h3>
        <p>{personWords.privacyText}</p>
      </section>
    </div>
  );
}

function OptedOut({ card }: { card: ContactPage }) {
  const words = usePersonWords();
  const format = useFormat();
  const now = useNow();
  return (
    <div className="flex gap-2 rounded-md bg-danger-soft px-3 py-2">
      <BellOff aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
      <div>
        <p className="font-medium text-danger">
          {card.optedOutAt ? words.optedOutOn(format.day(card.optedOutAt, now)) : words.optedOut}
        </p>
        <p className="text-meta">{words.optedOutDo}</p>
      </div>
    </div>
  );
}

/** Why people have it, and the three lines of what the bot handed over. */
function HandedOver({ detail }: { detail: Detail }) {
  const words = useWords();
  const talkWords = useTalkWords();
  const format = useFormat();
  const now = useNow();
  const packets = usePackets(detail.id, detail.events);
  const packet = packets.data?.[0];
  if (detail.owner !== "queue" && detail.owner !== "agent") return null;
  if (!detail.handoffReason && detail.owner !== "queue") return null;
  const waited = now - Date.parse(detail.queuedAt ?? "");
  const why = reasonInWords(words, detail.handoffReason ?? "");
  return (
    <div>
      <Section title={words.handoff}>
        {detail.handoffReason && (
          <Fact label={words.handoffWhy} value={why.text} {...(why.detail && !packet ? { note: why.detail } : {})} />
        )}
        {detail.owner === "queue" && detail.queuedAt && (
          <Fact
            label={words.handoffWaits}
            value={waited < 60_000 ? words.underAMinute : format.span(waited)}
            title={format.exact(detail.queuedAt)}
          />
        )}
      </Section>
      {packet && <ThreeLines packet={packet} />}
      {packets.isError && !packet && <p className="pt-1 text-danger text-meta">{talkWords.handover.failed}</p>}
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
  copy = false,
}: {
  label: string;
  value: string;
  title?: string;
  note?: string;
  mono?: boolean;
  copy?: boolean;
}) {
  return (
    <>
      <dt className="text-muted [overflow-wrap:anywhere]">{label}</dt>
      <dd title={title} className={`min-w-0 [overflow-wrap:anywhere] ${mono ? "font-mono text-meta leading-5" : ""}`}>
        {!value ? "–" : copy ? <Copyable value={value} mono={mono} /> : value}
        {note && <span className="block text-meta text-muted">{note}</span>}
      </dd>
    </>
  );
}
