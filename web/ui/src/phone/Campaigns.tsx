import { Megaphone, Pencil } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { Bone, Empty, Problem, useSlow } from "../ui/States";
import { useCommonWords } from "../words/common";
import { useFormat } from "../words/locale";
import { CampaignForm } from "./console/CampaignForm";
import { useWords as useConsoleWords } from "./console/words";
import { type Campaign, sandbox } from "./sandbox";
import { useWords } from "./words";

/** The campaigns of the pretend Braze, to read and to change. */
export function Campaigns() {
  const words = useWords();
  const common = useCommonWords();
  const [campaigns, setCampaigns] = useState<Campaign[]>();
  const [error, setError] = useState("");
  const slow = useSlow(!campaigns && !error);
  const load = useCallback(async () => {
    setError("");
    try {
      const answer = await sandbox.campaigns();
      setCampaigns(Array.isArray(answer) ? answer : answer.campaigns);
    } catch (cause) {
      setError((cause as Error).message || common.unreachable);
    }
  }, [common.unreachable]);
  useEffect(() => {
    void load();
  }, [load]);

  if (error)
    return <Problem title={words.campaignsFailed} cure={error} retry={common.retry} onRetry={() => void load()} />;
  if (!campaigns) return slow ? <Bone className="m-4 h-32" /> : null;
  if (campaigns.length === 0) {
    return (
      <Empty icon={Megaphone} title={words.campaignsEmpty}>
        {words.campaignsEmptyDo}
      </Empty>
    );
  }
  return (
    <div className="px-4 pb-6">
      <p className="pb-2 text-muted">{words.campaignsAbout}</p>
      <ul>
        {campaigns.map((campaign) => (
          <Card key={campaign.id} campaign={campaign} onChanged={load} />
        ))}
      </ul>
    </div>
  );
}

function Card({ campaign, onChanged }: { campaign: Campaign; onChanged: () => Promise<void> }) {
  const more = useConsoleWords();
  const [editing, setEditing] = useState(false);
  const words = useWords();
  const format = useFormat();
  const { webhook, whatsapp, trigger } = campaign;
  const starts =
    trigger?.match === "any"
      ? words.triggerAny
      : trigger?.match === "is"
        ? words.triggerIs(trigger.word ?? "")
        : trigger
          ? words.triggerRegex(trigger.word ?? "")
          : "";
  const again = !campaign.re_eligible
    ? words.reEligibleNever
    : campaign.re_eligible_after_seconds
      ? words.reEligibleAt(format.span(campaign.re_eligible_after_seconds * 1000))
      : words.reEligibleNow;
  const facts = [
    [words.trigger, starts],
    [words.postsTo, webhook?.url],
    [words.layout, whatsapp?.layout],
    [words.reEligible, again],
  ] as const;
  const active = campaign.status === "active";
  return (
    <li className="border-line border-t py-3">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="font-semibold">{campaign.name}</h3>
        <span className={`shrink-0 text-meta ${active ? "text-ok" : "text-warn"}`}>
          {(words.campaignStatus as Record<string, string>)[campaign.status] ?? campaign.status}
        </span>
      </div>
      <p className="text-meta text-muted">
        {(words.campaignTypes as Record<string, string>)[campaign.type] ?? campaign.type}
      </p>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-meta">
        {facts.map(
          ([label, value]) =>
            value && (
              <div key={label} className="contents">
                <dt className="text-muted">{label}</dt>
                <dd className="break-all">{value}</dd>
              </div>
            ),
        )}
        <dt className="text-muted">campaign_id</dt>
        <dd className="break-all font-mono">{campaign.id}</dd>
      </dl>
      {editing ? (
        <CampaignForm
          campaign={campaign}
          onDone={(changed) => {
            setEditing(false);
            if (changed) void onChanged();
          }}
        />
      ) : (
        <Button
          icon={Pencil}
          className="mt-2"
          aria-label={`${more.edit}: ${campaign.name}`}
          onClick={() => setEditing(true)}
        >
          {more.edit}
        </Button>
      )}
      {!editing && (webhook?.body || whatsapp?.body) && (
        <details className="mt-2">
          <summary className="min-h-8 text-meta text-muted">{words.body}</summary>
          <pre className="scroll-thin overflow-x-auto rounded-md bg-sunken p-3 font-mono text-meta">
            {webhook?.body ?? whatsapp?.body}
          </pre>
        </details>
      )}
    </li>
  );
}
