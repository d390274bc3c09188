import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import { Loaded } from "../../../ui/Loaded";
import { useNow } from "../../../ui/now";
import { useFormat } from "../../../words/locale";
import { useAccount } from "../../context";
import { useWords as useDeskWords } from "../../words";
import { access, type OwnSession } from "./api";
import { browserOf } from "./browser";
import { Failure, Section } from "./parts";
import { useWords } from "./words";

/** One's own password and sessions. */
export function Security() {
  const words = useWords();
  const desk = useDeskWords();
  const query = useQuery({ queryKey: ["own-sessions"], queryFn: access.sessions, refetchOnMount: "always" });
  return (
    <Section title={desk.sections.security} about={words.securityAbout}>
      <div className="flex max-w-3xl flex-col gap-8 px-4 pt-5 md:px-6">
        <Password />
        <section className="flex flex-col gap-1">
          <h2 className="font-semibold text-title">{words.sessionsTitle}</h2>
          <Loaded query={query} failed={words.sessionsFailed} cure={words.gatewayCure}>
            {(sessions) => (
              <ul>
                {sessions.map((s) => (
                  <SessionRow key={s.id} session={s} />
                ))}
              </ul>
            )}
          </Loaded>
        </section>
      </div>
    </Section>
  );
}

function Password() {
  const words = useWords();
  const { session } = useAccount();
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const short = [...next].length < 10;
  const change = useMutation({
    mutationFn: () => access.changePassword(current, next),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      setTried(false);
      return queries.invalidateQueries({ queryKey: ["own-sessions"] });
    },
  });
  return (
    <form
      noValidate
      className="flex max-w-80 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (current && !short) change.mutate();
      }}
    >
      <div>
        <h2 className="font-semibold text-title">{words.passwordTitle}</h2>
        <p className="text-muted">{words.passwordAbout}</p>
      </div>
      {/* For password managers, which pair a password with its account. */}
      <input type="email" autoComplete="username" value={session.user.email} readOnly hidden />
      <Field
        label={words.current}
        type="password"
        autoComplete="current-password"
        maxLength={1024}
        value={current}
        error={tried && !current ? words.passwordMissing : undefined}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <Field
        label={words.next}
        type="password"
        autoComplete="new-password"
        maxLength={1024}
        hint={words.nextHint}
        value={next}
        error={tried && short ? words.nextShort : undefined}
        onChange={(event) => setNext(event.target.value)}
      />
      <Failure error={change.error} />
      {change.isSuccess && !current && !next && (
        <p role="status" className="text-ok">
          {words.passwordSaved}
        </p>
      )}
      <div>
        <Button kind="primary" type="submit" disabled={change.isPending}>
          {words.passwordSave}
        </Button>
      </div>
    </form>
  );
}

function SessionRow({ session }: { session: OwnSession }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const queries = useQueryClient();
  const name = browserOf(session.browser) || words.sessionUnknown;
  const end = useMutation({
    mutationFn: () => access.endSession(session.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["own-sessions"] }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b py-3 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium" title={session.browser}>
          {name}
        </p>
        <p className="tabular text-meta text-muted">
          <span title={format.exact(session.lastSeenAt)}>{words.sessionSeen(format.age(session.lastSeenAt, now))}</span>
          {session.address && ` · ${session.address}`}
        </p>
      </div>
      {session.current ? (
        <span className="rounded-sm bg-accent-soft px-2 py-0.5 text-accent text-meta">{words.sessionHere}</span>
      ) : (
        <Button aria-label={words.sessionEndOf(name)} onClick={() => end.mutate()} disabled={end.isPending}>
          {words.sessionEnd}
        </Button>
      )}
      <Failure error={end.error} />
    </li>
  );
}
