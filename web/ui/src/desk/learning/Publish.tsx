import { useMutation, useQueryClient } from "@tanstack/react-query";
import { GitCompare, PackageCheck, Rocket } from "lucide-react";
import { Button } from "../../ui/Button";
import { Bone, Empty, Problem, useSlow } from "../../ui/States";
import { useCommonWords } from "../../words/common";
import { useAccount } from "../context";
import { may } from "../pages";
import { type Change, type Effect, learningApi } from "./api";
import { Said, useProposals } from "./Proposals";
import { ReadingLine } from "./Reading";
import { useWords } from "./words";

/** What is accepted, what publishing it would change, and the publishing. */
export function Publish() {
  const words = useWords();
  const common = useCommonWords();
  const queries = useQueryClient();
  const { session } = useAccount();
  const query = useProposals("accepted");
  const slow = useSlow(query.isPending);
  const preview = useMutation({ mutationFn: learningApi.preview });
  const publish = useMutation({
    mutationFn: learningApi.publish,
    onSuccess: () => {
      preview.reset();
      void queries.invalidateQueries({ queryKey: ["proposals"] });
      void queries.invalidateQueries({ queryKey: ["knowledge"] });
    },
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const decides = may(session.user.role, "supervisor");
  const busy = preview.isPending || publish.isPending;
  if (query.isError && !query.data) {
    return (
      <Problem
        title={words.proposalsFailed}
        cure={query.error.message || words.gatewayCure}
        retry={common.retry}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (query.isPending) {
    return (
      slow && (
        <div role="status" aria-label={common.loading} className="flex flex-col gap-3 p-6">
          {[1, 2].map((n) => (
            <Bone key={n} className="h-16" />
          ))}
        </div>
      )
    );
  }
  const effect = publish.data && items.length === 0 ? publish.data : preview.data;
  return (
    <div className="flex max-w-3xl flex-col gap-4 px-4 py-4 md:px-6">
      {publish.data && items.length === 0 && (
        <p role="status" className="flex flex-wrap items-center gap-2 font-medium text-ok">
          <PackageCheck aria-hidden className="size-5" />
          {words.published(publish.data.accepted)}
          <span className="font-normal text-meta text-muted">
            {words.withVersion(publish.data.version.slice(0, 12))}
          </span>
        </p>
      )}
      {items.length === 0 && !publish.data && (
        <Empty icon={Rocket} title={words.publishEmpty}>
          {words.publishEmptyDo}
        </Empty>
      )}
      {items.length > 0 && (
        <ul>
          {items.map((proposal) => (
            <li key={proposal.id} aria-label={proposal.text} className="flex flex-col gap-2 border-line border-b py-3">
              <Said proposal={proposal} />
            </li>
          ))}
        </ul>
      )}
      {items.length > 0 && !decides && <p className="text-muted">{words.needsSupervisor}</p>}
      {items.length > 0 && decides && (
        <div className="flex flex-wrap gap-2">
          <Button icon={GitCompare} disabled={busy} onClick={() => preview.mutate()}>
            {words.preview}
          </Button>
          <Button kind="primary" icon={Rocket} disabled={busy || !preview.data} onClick={() => publish.mutate()}>
            {words.publish(preview.data?.accepted ?? items.length)}
          </Button>
        </div>
      )}
      {busy && (
        <p role="status" className="text-muted">
          {publish.isPending ? words.publishing : words.previewing}
        </p>
      )}
      {[preview.error && words.previewFailed, publish.error && words.publishing].map(
        (what, i) =>
          what && (
            <p key={what} role="alert" className="text-danger">
              {words.notDone((i === 0 ? preview.error : publish.error)?.message || words.gatewayCure)}
            </p>
          ),
      )}
      {effect && !busy && <EffectOf effect={effect} />}
    </div>
  );
}

/** What a publish changes: what breaks first, then the rest, before beside after. */
export function EffectOf({ effect }: { effect: Effect }) {
  const words = useWords();
  const { changed, broken, read } = effect.effect;
  const others = changed.filter((c) => !broken.some((b) => b.text === c.text));
  return (
    <section className="flex flex-col gap-3">
      <p className="text-meta text-muted">{words.compared(read)}</p>
      <h2 className={`font-semibold text-title ${broken.length ? "text-danger" : ""}`}>
        {broken.length ? words.broken(broken.length) : words.brokenNone}
      </h2>
      {broken.length > 0 && <Pairs list={broken} bad />}
      <h2 className="font-semibold text-title">{others.length ? words.changed(others.length) : words.changedNone}</h2>
      {others.length > 0 && <Pairs list={others} />}
    </section>
  );
}

function Pairs({ list, bad = false }: { list: Change[]; bad?: boolean }) {
  const words = useWords();
  return (
    <ul className={bad ? "border-danger border-l-2 pl-3" : ""}>
      {list.map(({ text, before, after }) => (
        <li key={text} className="flex flex-col gap-1.5 border-line border-b py-3 last:border-b-0">
          <p dir="auto" className="font-medium [overflow-wrap:anywhere]">
            {text}
          </p>
          <dl className="grid gap-x-4 gap-y-1 md:grid-cols-2">
            <div className="min-w-0">
              <dt className="text-meta text-muted">{words.before}</dt>
              <dd>
                <ReadingLine reading={before} />
              </dd>
            </div>
            <div className="min-w-0">
              <dt className="text-meta text-muted">{words.after}</dt>
              <dd>
                <ReadingLine reading={after} />
              </dd>
            </div>
          </dl>
        </li>
      ))}
    </ul>
  );
}
