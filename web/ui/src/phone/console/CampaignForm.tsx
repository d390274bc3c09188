import { useState } from "react";
import { Button } from "../../ui/Button";
import { Choice, Field, Toggle } from "../../ui/Field";
import type { Campaign } from "../sandbox";
import { useWords as usePhoneWords } from "../words";
import { controls } from "./api";
import { Note, TextArea, useChange } from "./Pane";
import { useWords } from "./words";

const states = ["active", "paused", "archived", "draft"] as const;

/** What a marketer may change of a campaign; the rest of its definition stays as it is. */
export function CampaignForm({ campaign, onDone }: { campaign: Campaign; onDone: (changed: boolean) => void }) {
  const words = useWords();
  const phone = usePhoneWords();
  const { change, note } = useChange();
  const [draft, setDraft] = useState(campaign);
  const { trigger, webhook, whatsapp } = draft;
  const set = (part: Partial<Campaign>) => setDraft({ ...draft, ...part });
  const save = async () => {
    if (await change(() => controls.putCampaign(campaign.id, draft))) onDone(true);
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
          <p className="text-meta text-muted">
            {words.layoutOf}: <span className="font-mono">{whatsapp.layout}</span>
          </p>
          <TextArea
            label={words.liquid}
            value={whatsapp.body ?? ""}
            onChange={(body) => set({ whatsapp: { ...whatsapp, body } })}
          />
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
