import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, GraduationCap, X } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useNow } from "../../ui/now";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useFormat } from "../../words/locale";
import { ApiError } from "../api";
import { useAccount } from "../context";
import { may } from "../pages";
import { learningApi, type Proposal, type ProposalState } from "./api";
import { IntentPicker, titleOf, useIntents } from "./IntentPicker";
import { ReadingLine } from "./Reading";
import { useWords } from "./words";

/** A page of proposals in any of some states, newest first. */
export function useProposals(state: ProposalState) {
  return useInfiniteQuery({
    queryKey: ["proposals", state],
    queryFn: ({ pageParam }) => learningApi.proposals(state, pageParam),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor || undefined,
    refetchInterval: 15_000,
  });
}

/** What people propose, and what became of it. */
export function Proposals({ states, empty }: { states: ProposalState[]; empty: "review" | "past" }) {
  const [first = "open", second] = states;
  return second ? <Two first={first} second={second} empty={empty} /> : <One state={first} empty={empty} />;
}

function One({ state, empty }: { state: ProposalState; empty: "review" | "past" }) {
  return <List queries={[useProposals(state)]} empty={empty} />;
}

function Two({ first, second, empty }: { first: ProposalState; second: ProposalState; empty: "review" | "past" }) {
  return <List queries={[useProposals(first), useProposals(second)]} empty={empty} />;
}

function List({ queries, empty }: { queries: ReturnType<typeof useProposals>[]; empty: "review" | "past" }) {
  const words = useWords();
  const common = useCommonWords();
  const { session } = useAccount();
  const pending = queries.some((q) => q.isPending);
  const failed = queries.find((q) => q.isError && !q.data);
  const slow = useSlow(pending);
  const items = queries
    .flatMap((q) => q.data?.pages.flatMap((page) => page.items) ?? [])
    .sort((a, b) => b.at.localeCompare(a.at));
  if (failed?.error) {
    return (
      <Problem
        title={words.proposalsFailed}
        cure={failed.error.message || words.gatewayCure}
        retry={common.retry}
        onRetry={() => void failed.refetch()}
      />
    );
  }
  if (pending) {
    return (
      slow && (
        <div role="status" aria-label={common.loading} className="flex flex-col gap-3 p-6">
          {[1, 2, 3].map((n) => (
            <Bone key={n} className="h-24" />
          ))}
        </div>
      )
    );
  }
  if (items.length === 0) {
    return (
      <Empty icon={GraduationCap} title={empty === "review" ? words.reviewEmpty : words.pastEmpty}>
        {empty === "review" ? words.reviewEmptyDo : words.pastEmptyDo}
      </Empty>
    );
  }
  const more = queries.find((q) => q.hasNextPage);
  return (
    <div className="max-w-3xl px-4 py-2 md:px-6">
      {empty === "review" && !may(session.user.role, "supervisor") && (
        <p className="pt-2 text-muted">{words.needsSupervisor}</p>
      )}
      <ul>
        {items.map((proposal) => (
          <Item key={proposal.id} proposal={proposal} />
        ))}
      </ul>
      {more && (
        <div className="flex justify-center p-4">
          <Button disabled={more.isFetchingNextPage} onClick={() => void more.fetchNextPage()}>
            {words.more}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What is proposed, in the customer's bubble, and for what. */
export function Said({ proposal }: { proposal: Proposal }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const intents = useIntents();
  return (
    <>
      <p
        dir="auto"
        lang={proposal.language}
        className="w-fit max-w-full rounded-bubble rounded-bl-sm bg-customer-soft px-3 py-2 [overflow-wrap:anywhere]"
      >
        {proposal.text}
      </p>
      <p className="flex flex-wrap items-baseline gap-x-2 text-meta text-muted">
        <span>
          {words.proposedFor}{" "}
          <span className="font-medium text-text">
            {proposal.newIntent?.title ?? titleOf(intents.data?.items ?? [], proposal.intent, proposal.language)}
          </span>
        </span>
        {proposal.newIntent && <span className="rounded-sm bg-accent-soft px-1 text-accent">{words.isNew}</span>}
        <span>{format.language(proposal.language)}</span>
        <span title={format.exact(proposal.at)}>{words.proposedBy(proposal.byName, format.age(proposal.at, now))}</span>
        {proposal.conversationId && (
          <Link href={`/conversations/${proposal.conversationId}`} className="text-accent underline">
            {words.conversation}
          </Link>
        )}
      </p>
      {proposal.newIntent && (
        <p className="w-fit max-w-full whitespace-pre-wrap rounded-bubble rounded-br-sm bg-bot-soft px-3 py-2 [overflow-wrap:anywhere]">
          {proposal.newIntent.answer}
        </p>
      )}
    </>
  );
}

function Item({ proposal }: { proposal: Proposal }) {
  const words = useWords();
  const { session } = useAccount();
  const open = proposal.state === "open";
  return (
    <li aria-label={proposal.text} className="flex flex-col gap-2 border-line border-b py-4 last:border-b-0">
      <Said proposal={proposal} />
      {!open && (
        <p className={`text-meta ${proposal.state === "rejected" ? "text-danger" : "text-ok"}`}>
          {words.states[proposal.state]}
          {proposal.version && `, ${words.withVersion(proposal.version.slice(0, 12))}`}
        </p>
      )}
      {proposal.note && <p className="rounded-md bg-note-soft px-3 py-1.5 text-meta">{proposal.note}</p>}
      {open && <Today proposal={proposal} />}
      {open && may(session.user.role, "supervisor") && <Verdict proposal={proposal} />}
    </li>
  );
}

/** How the bot reads the words today: what accepting is about. */
function Today({ proposal }: { proposal: Proposal }) {
  const words = useWords();
  const query = useQuery({
    queryKey: ["knowledge", "reading", proposal.language, proposal.text],
    queryFn: () => learningApi.read(proposal.text, proposal.language),
    staleTime: 60_000,
  });
  if (!query.data) return null;
  return (
    <div className="flex flex-wrap gap-x-3 text-meta">
      <span className="text-muted">{words.readNow}</span>
      <ReadingLine reading={query.data} />
    </div>
  );
}

function Verdict({ proposal }: { proposal: Proposal }) {
  const words = useWords();
  const queries = useQueryClient();
  const intents = useIntents();
  const [intent, setIntent] = useState(proposal.intent);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const decide = async (accept: boolean) => {
    setBusy(true);
    setError("");
    try {
      await learningApi.review(proposal.id, {
        accept,
        ...(accept && intent !== proposal.intent ? { intent } : {}),
        ...(note.trim() ? { note: note.trim() } : {}),
      });
      await queries.invalidateQueries({ queryKey: ["proposals"] });
    } catch (cause) {
      setError(words.notDone((cause instanceof ApiError && cause.message) || words.gatewayCure));
      setBusy(false);
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-end gap-2">
        <IntentPicker
          label={words.change}
          intents={intents.data?.items ?? []}
          language={proposal.language}
          value={intent}
          onChange={setIntent}
          {...(proposal.newIntent ? { first: { value: proposal.intent, label: proposal.newIntent.title } } : {})}
          className="w-full min-w-0 md:w-56"
        />
        <Field
          label={words.note}
          value={note}
          maxLength={1000}
          placeholder={words.noteHint}
          onChange={(event) => setNote(event.target.value)}
          className="w-full min-w-48 md:w-auto md:flex-1"
        />
        <Button kind="primary" icon={Check} disabled={busy} onClick={() => void decide(true)}>
          {words.accept}
        </Button>
        <Button icon={X} disabled={busy} onClick={() => void decide(false)}>
          {words.reject}
        </Button>
      </div>
      {error && (
        <p role="alert" className="text-danger text-meta">
          {error}
        </p>
      )}
    </div>
  );
}
