import { useCallback, useEffect, useState } from "react";
import { Choice, Field } from "../../ui/Field";
import { useFormat } from "../../words/locale";
import { useSandbox } from "../context";
import { controls, type Profile, type Segment } from "./api";
import { Pane, useAnswer } from "./Pane";
import { ProfileView, typed } from "./ProfileView";
import { useWords } from "./words";

const comparisons = [
  "equals",
  "not_equal",
  "exists",
  "does_not_exist",
  "greater_than",
  "less_than",
  "includes_value",
] as const;
const bare = new Set<string>(["exists", "does_not_exist"]);

/** Profiles as the dashboard lists them: searched, in a segment or not, and one of them in full. */
export function Users() {
  const words = useWords();
  const format = useFormat();
  const chosen = useSandbox((s) => s.chosen);
  const [who, setWho] = useState(chosen);
  const [text, setText] = useState("");
  const [attribute, setAttribute] = useState("");
  const [comparison, setComparison] = useState<(typeof comparisons)[number]>("equals");
  const [value, setValue] = useState("");
  const ask = useCallback(async () => {
    const segment: Segment | undefined = attribute.trim()
      ? {
          custom_attribute: {
            custom_attribute_name: attribute.trim(),
            comparison,
            ...(bare.has(comparison) ? {} : { value: typed(value) }),
          },
        }
      : undefined;
    const [found, about] = await Promise.all([controls.users(text, segment), controls.groups()]);
    const profile = who ? await controls.user(who).catch(() => undefined) : undefined;
    return { ...found, profile, groups: about.subscription_groups };
  }, [who, text, attribute, comparison, value]);
  const answer = useAnswer(ask);
  const { load } = answer;
  useEffect(() => {
    const timer = setInterval(() => void load(), 2000);
    return () => clearInterval(timer);
  }, [load]);
  return (
    <Pane about={words.usersAbout} answer={answer}>
      {({ users, total, profile, groups }) => (
        <>
          <Field label={words.find} value={text} onChange={(e) => setText(e.target.value)} />
          <fieldset className="grid grid-cols-1 gap-2 md:grid-cols-3">
            <legend className="pb-1 font-semibold">{words.segment}</legend>
            <Field label={words.attribute} value={attribute} onChange={(e) => setAttribute(e.target.value)} />
            <Choice
              label={words.comparison}
              value={comparison}
              options={comparisons.map((c) => ({ value: c, label: words.comparisons[c] }))}
              onChange={(event) => setComparison(event.target.value as typeof comparison)}
            />
            <Field
              label={words.value}
              value={value}
              disabled={bare.has(comparison)}
              onChange={(e) => setValue(e.target.value)}
            />
          </fieldset>
          <p role="status" className="font-medium">
            {attribute.trim()
              ? words.inSegment(total, format.number(total))
              : words.profiles(total, format.number(total))}
          </p>
          {users.length > 0 && (
            <ul className="border-line border-t">
              {users.map((u) => (
                <Row key={u.braze_id} profile={u} open={u.braze_id === profile?.braze_id} onOpen={setWho} />
              ))}
            </ul>
          )}
          {profile && <ProfileView key={profile.braze_id} profile={profile} groups={groups} onChanged={load} />}
        </>
      )}
    </Pane>
  );
}

function Row({ profile, open, onOpen }: { profile: Profile; open: boolean; onOpen: (id: string) => void }) {
  const { first_name: first, last_name: last } = (profile.attributes ?? {}) as Record<string, string | undefined>;
  const name = [first, last].filter(Boolean).join(" ");
  const custom = Object.entries(profile.custom_attributes ?? {})
    .map(([k, v]) => `${k}: ${typeof v === "string" ? v : JSON.stringify(v)}`)
    .join(" · ");
  return (
    <li className="border-line border-b">
      <button
        type="button"
        aria-pressed={open}
        onClick={() => onOpen(profile.braze_id)}
        className="flex min-h-11 w-full flex-col items-start rounded-sm px-2 py-1.5 text-left hover:bg-sunken aria-pressed:bg-sunken"
      >
        <span className="max-w-full break-words">
          <span className="font-medium">{name || profile.external_id || profile.phone || profile.braze_id}</span>{" "}
          <span className="text-meta text-muted">
            {[profile.external_id, profile.phone].filter(Boolean).join(" · ")}
          </span>
        </span>
        {custom && <span className="line-clamp-2 max-w-full break-words text-meta text-muted">{custom}</span>}
      </button>
    </li>
  );
}
