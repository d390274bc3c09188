import { useCallback, useState } from "react";
import { Button } from "../../ui/Button";
import { Choice, Field, Toggle } from "../../ui/Field";
import { useSandbox } from "../context";
import { SandboxError } from "../sandbox";
import { controls, type Group, type Profile, subscribe } from "./api";
import { Note, Pane, useAnswer, useChange } from "./Pane";
import { useWords } from "./words";

/** Profiles as the dashboard shows them, and their subscriptions to change. */
export function Users() {
  const words = useWords();
  const phones = useSandbox((s) => s.phones);
  const chosen = useSandbox((s) => s.chosen);
  const [who, setWho] = useState(chosen);
  const [typed, setTyped] = useState("");
  const ask = useCallback(async () => {
    const { subscription_groups: groups } = await controls.groups();
    try {
      return { profile: who ? await controls.user(who) : undefined, groups };
    } catch (cause) {
      if (cause instanceof SandboxError && cause.status === 404) return { profile: undefined, groups };
      throw cause;
    }
  }, [who]);
  const answer = useAnswer(ask);
  return (
    <Pane about={words.usersAbout} answer={answer}>
      {({ profile, groups }) => (
        <>
          <Choice
            label={words.person}
            value={phones.some((p) => p.phone === who) ? who : ""}
            onChange={(event) => setWho(event.target.value)}
            options={[
              { value: "", label: "—" },
              ...phones.map((p) => ({ value: p.phone, label: `${p.name || p.phone} · ${p.phone}` })),
            ]}
          />
          <form
            className="flex items-end gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              setWho(typed.trim());
            }}
          >
            <Field label={words.find} className="flex-1" value={typed} onChange={(e) => setTyped(e.target.value)} />
            <Button type="submit" disabled={!typed.trim()}>
              {words.show}
            </Button>
          </form>
          {profile ? (
            <ProfileView key={profile.braze_id} profile={profile} groups={groups} onChanged={answer.load} />
          ) : (
            <p className="text-muted">{words.nobody}</p>
          )}
        </>
      )}
    </Pane>
  );
}

function ProfileView({
  profile,
  groups,
  onChanged,
}: {
  profile: Profile;
  groups: Group[];
  onChanged: () => Promise<void>;
}) {
  const words = useWords();
  const { change, note } = useChange();
  const set = (group: string, on: boolean) =>
    change(async () => {
      const { keys } = await controls.keys();
      const key = Object.entries(keys).find(([, k]) => k.permissions?.some((p) => p === "*" || p === "users.track"));
      if (!key) throw new Error(words.noKey);
      await subscribe(key[0], profile.braze_id, group, on);
      await onChanged();
    });
  const facts: [string, string][] = [
    ["external_id", profile.external_id],
    ["braze_id", profile.braze_id],
    ["phone", profile.phone],
    ["bsuid", profile.bsuid],
    [words.aliases, (profile.user_aliases ?? []).map((a) => `${a.alias_label}: ${a.alias_name}`).join(", ")],
    [words.happened, (profile.custom_events ?? []).map((e) => `${e.name} × ${e.count}`).join(", ")],
  ];
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-line border-t pt-3">
        {facts.map(
          ([label, value]) =>
            value && (
              <div key={label} className="contents">
                <dt className="text-muted">{label}</dt>
                <dd className="break-all font-mono text-meta leading-5">{value}</dd>
              </div>
            ),
        )}
      </dl>
      <section aria-label={words.subscriptions}>
        <h3 className="font-semibold">{words.subscriptions}</h3>
        {groups.map((g) => (
          <Toggle
            key={g.id}
            label={`${g.name} · ${g.phone}`}
            hint={words.subscribed}
            checked={profile.subscription_groups?.[g.id] === "subscribed"}
            onChange={(on) => void set(g.id, on)}
          />
        ))}
        <Note note={note} />
      </section>
      <Values title={words.attributes} values={{ ...profile.attributes, ...profile.custom_attributes }} />
      <Values title={words.received} values={profile.campaigns_received} />
    </>
  );
}

function Values({ title, values }: { title: string; values: unknown }) {
  const words = useWords();
  const empty = !values || Object.keys(values as object).length === 0;
  return (
    <section aria-label={title}>
      <h3 className="font-semibold">{title}</h3>
      {empty ? (
        <p className="text-muted">{words.noAttributes}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <pre tabIndex={0} className="scroll-thin overflow-x-auto rounded-md bg-sunken p-3 font-mono text-meta">
          {JSON.stringify(values, null, 2)}
        </pre>
      )}
    </section>
  );
}
