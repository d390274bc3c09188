import { useState } from "react";
import { Button } from "../../ui/Button";
import { Choice, Field, Toggle } from "../../ui/Field";
import type { Campaign } from "../sandbox";
import { useWords as usePhoneWords } from "../words";
import { controls } from "./api";
import { inLayout, layouts, partsOf } from "./layouts";
import { Note, TextArea, useChange } from "./Pane";
import { useWords } from "./words";

const states = ["active", "paused", "archived", "draft"] as const;

const written = (message: NonNullable<Campaign["whatsapp"]>) => JSON.stringify(partsOf(message), null, 2);

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || "{}");
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What a marketer may change of a campaign; the rest of its definition stays as it is. */
export function CampaignForm({ campaign, onDone }: { campaign: Campaign; onDone: (changed: boolean) => void }) {
  const words = useWords();
  const phone = usePhoneWords();
  const { change, note } = useChange();
  const [draft, setDraft] = useState(campaign);
  const [parts, setParts] = useState(campaign.whatsapp ? written(campaign.whatsapp) : "");
  const { trigger, webhook, whatsapp } = draft;
  const set = (part: Partial<Campaign>) => setDraft({ ...draft, ...part });
  const save = async () => {
    const put = () => {
      if (!whatsapp) return controls.putCampaign(campaign.id, draft);
      const { kind, layout, body } = whatsapp;
      const more = parsed(parts);
      if (!more) throw new Error(words.partsBroken);
      return controls.putCampaign(campaign.id, { ...draft, whatsapp: { ...more, kind, layout, body } });
    };
    if (await change(async () => put())) onDone(true);
  };
  return (
    <form
      className="mt-2 flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Choice
        label={words.status}
        value={draft.status}
        options={states.map((s) => ({ value: s, label: phone.campaignStatus[s] }))}
        onChange={(event) => set({ status: event.target.value })}
      />
      <Toggle
        label={words.again}
        hint={words.againHint}
        checked={draft.re_eligible ?? false}
        onChange={(on) => set({ re_eligible: on })}
      />
      {draft.re_eligible && (
        <Field
          label={words.againAfter}
          type="number"
          min={0}
          value={draft.re_eligible_after_seconds ?? 0}
          onChange={(event) => set({ re_eligible_after_seconds: Math.max(0, Math.trunc(Number(event.target.value))) })}
        />
      )}
      {trigger && (
        <Choice
          label={words.match}
          value={trigger.match}
          options={Object.entries(words.matches).map(([value, label]) => ({ value, label }))}
          onChange={(event) => set({ trigger: { ...trigger, match: event.target.value } })}
        />
      )}
      {trigger && trigger.match !== "any" && (
        <Field
          label={words.word}
          value={trigger.word ?? ""}
          onChange={(event) => set({ trigger: { ...trigger, word: event.target.value } })}
        />
      )}
      {webhook && (
        <>
          <Field
            label={words.url}
            value={webhook.url}
            onChange={(event) => set({ webhook: { ...webhook, url: event.target.value } })}
          />
          <TextArea
            label={words.liquid}
            value={webhook.body ?? ""}
            onChange={(body) => set({ webhook: { ...webhook, body } })}
          />
        </>
      )}
      {whatsapp && (
        <>
          <Choice
            label={words.layoutOf}
            value={whatsapp.layout}
            options={layouts.map((value) => ({ value, label: value }))}
            onChange={(event) => {
              const next = inLayout(whatsapp, event.target.value);
              set({ whatsapp: next });
              setParts(written(next));
            }}
          />
          <TextArea
            label={words.liquid}
            value={whatsapp.body ?? ""}
            onChange={(body) => set({ whatsapp: { ...whatsapp, body } })}
          />
          <TextArea label={words.parts} value={parts} onChange={setParts} />
          <p className="text-meta text-muted">{words.partsHint}</p>
        </>
      )}
      <div className="flex gap-2">
        <Button kind="primary" type="submit">
          {words.save}
        </Button>
        <Button onClick={() => onDone(false)}>{words.cancel}</Button>
      </div>
      <Note note={note} />
    </form>
  );
}
