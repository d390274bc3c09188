import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Button } from "../../../ui/Button";
import { useFormat } from "../../../words/locale";
import { useAccount } from "../../context";
import { may } from "../../pages";
import { talk } from "../talk/api";
import { usePersonWords } from "./words";

/** What was decided about messages to a person, by whom and how; an agent can add what they were told. */
export function Consent({ contact, optedOut, version }: { contact: string; optedOut: boolean; version: string }) {
  const words = usePersonWords();
  const format = useFormat();
  const client = useQueryClient();
  const { session } = useAccount();
  const [asks, setAsks] = useState(false);
  const title = useId();
  const [state, setState] = useState<"" | "busy" | "failed">("");
  const query = useQuery({
    queryKey: ["consents", contact, version],
    queryFn: () => talk.consents(contact),
    placeholderData: (before) => before,
    refetchInterval: (q) => (q.state.data?.some((d) => d.state === "waiting") ? 5000 : false),
  });
  const list = query.data ?? [];
  const acts = may(session.user.role, "agent");
  if (list.length === 0 && !acts) return null;
  const decide = async () => {
    setState("busy");
    try {
      await talk.decide(contact, optedOut ? "opt_in" : "opt_out");
      setState("");
      setAsks(false);
      await client.invalidateQueries({ queryKey: ["consents", contact] });
      await client.invalidateQueries({ queryKey: ["contact", contact] });
    } catch {
      setState("failed");
    }
  };
  return (
    <section className="border-line border-t pt-3">
      <h3 className="pb-1.5 font-semibold text-meta text-muted">{words.consent}</h3>
      <ol className="flex flex-col gap-1.5">
        {list.map((d) => (
          <li key={d.id}>
            <p className="[overflow-wrap:anywhere]">{words.decisions[d.kind][d.means]}</p>
            <p className="flex flex-wrap gap-x-2 text-meta text-muted">
              <time title={format.exact(d.at)}>
                {format.shortDate(d.at)}, {format.time(d.at)}
              </time>
              {d.actorName && <span>{words.decidedBy(d.actorName)}</span>}
              <span className={d.state === "failed" ? "text-danger" : ""}>{words.consentStates[d.state]}</span>
            </p>
            {d.answer && <p className="text-meta text-warn [overflow-wrap:anywhere]">{d.answer}</p>}
          </li>
        ))}
      </ol>
      {optedOut && list[0]?.kind === "opt_out" && list[0].state === "told" && (
        <p className="pt-1 text-meta text-warn">{words.optedOutTold}</p>
      )}
      {acts &&
        (asks ? (
          <fieldset aria-labelledby={title} className="mt-1 rounded-md border border-line p-3">
            <p id={title} className="font-medium">
              {optedOut ? words.optInAsk : words.optOutAsk}
            </p>
            <p className="pb-2 text-meta text-muted">{optedOut ? words.optInDo : words.optOutDo}</p>
            <div className="flex flex-wrap gap-2">
              <Button kind={optedOut ? "primary" : "danger"} disabled={state === "busy"} onClick={() => void decide()}>
                {words.decide[optedOut ? "opt_in" : "opt_out"]}
              </Button>
              <Button kind="quiet" disabled={state === "busy"} onClick={() => setAsks(false)}>
                {words.identifyCancel}
              </Button>
            </div>
          </fieldset>
        ) : (
          <Button className="mt-1" onClick={() => setAsks(true)}>
            {optedOut ? words.optIn : words.optOut}
          </Button>
        ))}
      {state === "failed" && (
        <p role="alert" className="text-danger">
          {words.consentFailed}
        </p>
      )}
    </section>
  );
}
