import { useQuery } from "@tanstack/react-query";
import { Link2Off } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { LanguageSwitch, ThemeSwitch } from "../ui/Preferences";
import { Problem } from "../ui/States";
import { useCommonWords } from "../words/common";
import { ApiError, type Session } from "./api";
import { access, type Invitation } from "./setup/access/api";
import { Failure } from "./setup/access/parts";
import { useWords } from "./setup/access/words";

const path = /^\/welcome\/([A-Za-z0-9_-]+)\/?$/;

/** The secret in the address of a one-time link; undefined on every other page. */
export function linkIn(pathname: string): string | undefined {
  return path.exec(pathname)?.[1];
}

/** Where somebody comes in with a one-time link: they choose a password and are logged in. */
export function Welcome({
  token,
  onLogIn,
  onLeave,
}: {
  token: string;
  onLogIn: (session: Session) => void;
  onLeave: () => void;
}) {
  const words = useWords();
  const common = useCommonWords();
  const query = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => access.invitation(token),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <div className="flex justify-end gap-2 p-3">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className="m-auto w-full max-w-80 px-4 pb-24">
        <img src="/favicon.svg" alt="" className="mb-4 size-10" />
        <h1 className="font-semibold text-page">{words.welcomeTitle}</h1>
        {query.data ? (
          <Choose token={token} invitation={query.data} onLogIn={onLogIn} />
        ) : gone ? (
          <div role="alert" className="mt-4 flex flex-col gap-3">
            <p className="flex items-center gap-2 font-medium">
              <Link2Off aria-hidden className="size-5 shrink-0 text-danger" />
              {words.linkGone}
            </p>
            <p className="text-muted">{words.linkGoneDo}</p>
            <div>
              <Button onClick={onLeave}>{words.toLogIn}</Button>
            </div>
          </div>
        ) : (
          query.error && (
            <Problem
              title={words.linkFailed}
              cure={query.error.message || words.gatewayCure}
              retry={common.retry}
              onRetry={() => void query.refetch()}
            />
          )
        )}
      </main>
    </div>
  );
}

function Choose({
  token,
  invitation,
  onLogIn,
}: {
  token: string;
  invitation: Invitation;
  onLogIn: (session: Session) => void;
}) {
  const words = useWords();
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const short = [...password].length < 10;
  const accept = async () => {
    setBusy(true);
    setError(null);
    try {
      onLogIn(await access.accept(token, password));
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <form
      noValidate
      className="mt-1 flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!short) void accept();
      }}
    >
      <p className="mb-2 text-muted">
        {invitation.purpose === "reset" ? words.welcomeReset(invitation.name) : words.welcomeInvite(invitation.name)}
      </p>
      <Field label={words.account} type="email" autoComplete="username" value={invitation.email} readOnly />
      <Field
        label={words.password}
        type="password"
        autoComplete="new-password"
        maxLength={1024}
        hint={words.nextHint}
        value={password}
        error={tried && short ? words.nextShort : undefined}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Failure error={error} />
      <Button kind="primary" type="submit" disabled={busy} className="min-h-10">
        {words.welcomeDo}
      </Button>
    </form>
  );
}
