import { useState } from "react";
import { Button } from "../../ui/Button";
import { Field, Toggle } from "../../ui/Field";
import { useFormat } from "../../words/locale";
import { controls, type Group, type Profile, type Track, track } from "./api";
import { Note, useChange } from "./Pane";
import { useWords } from "./words";

/** A profile as the dashboard shows it, with what may be changed of it. */
export function ProfileView({
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
  const tell = (what: Track) =>
    change(async () => {
      const { keys } = await controls.keys();
      const key = Object.entries(keys).find(([, k]) => k.permissions?.some((p) => p === "*" || p === "users.track"));
      if (!key) throw new Error(words.noKey);
      await track(key[0], profile.braze_id, what);
      await onChanged();
    });
  const facts: [string, string][] = [
    ["external_id", profile.external_id],
    ["braze_id", profile.braze_id],
    ["phone", profile.phone],
    ["bsuid", profile.bsuid],
    [words.aliases, (profile.user_aliases ?? []).map((a) => `${a.alias_label}: ${a.alias_name}`).join(", ")],
  ];
  return (
    <section aria-label={words.profile} className="flex flex-col gap-3 border-line border-t pt-3">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
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
            onChange={(on) =>
              void tell({
                subscription_groups: [
                  { subscription_group_id: g.id, subscription_state: on ? "subscribed" : "unsubscribed" },
                ],
              })
            }
          />
        ))}
        <Note note={note} />
      </section>
      <Values title={words.attributes} values={{ ...profile.attributes, ...profile.custom_attributes }} />
      <AttributeForm onSet={(name, value) => void tell({ [name]: value })} />
      <Happened profile={profile} />
      <Values title={words.received} values={profile.campaigns_received} />
    </section>
  );
}

/** What was typed as a value: JSON where it is JSON, else the text itself. Nothing removes the attribute. */
export function typed(text: string): unknown {
  const value = text.trim();
  if (value === "") return null;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function AttributeForm({ onSet }: { onSet: (name: string, value: unknown) => void }) {
  const words = useWords();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  return (
    <form
      className="grid grid-cols-1 items-start gap-2 md:grid-cols-[1fr_1fr_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        onSet(name.trim(), typed(value));
      }}
    >
      <Field label={words.attribute} value={name} required onChange={(e) => setName(e.target.value)} />
      <Field
        label={words.newValue}
        hint={words.newValueHint}
        value={value}
        onChange={(e) => setValue(e.target.value)}
      />
      <Button type="submit" className="md:mt-6" disabled={!name.trim()}>
        {words.setAttribute}
      </Button>
    </form>
  );
}

function Happened({ profile }: { profile: Profile }) {
  const words = useWords();
  const format = useFormat();
  const events = [...(profile.recent_events ?? [])].reverse();
  return (
    <section aria-label={words.happened}>
      <h3 className="font-semibold">{words.happened}</h3>
      {events.length === 0 ? (
        <p className="text-muted">{words.nothingHappened}</p>
      ) : (
        <>
          <p className="text-meta text-muted">
            {(profile.custom_events ?? []).map((e) => `${e.name} × ${format.number(e.count)}`).join(" · ")}
          </p>
          <ul>
            {events.slice(0, 20).map((e, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: events are told apart by their place alone.
              <li key={i} className="flex gap-3 border-line border-t py-1.5">
                <time title={format.exact(e.time)} className="tabular shrink-0 text-meta text-muted">
                  {format.clock(e.time)}
                </time>
                <span className="min-w-0 break-words">
                  {e.name}{" "}
                  {e.properties && (
                    <span className="break-all font-mono text-meta text-muted">{JSON.stringify(e.properties)}</span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
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
