import { useState } from "react";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { LanguageSwitch, ThemeSwitch } from "../ui/Preferences";
import { ApiError, api, type Session } from "./api";
import { useWords, type Words } from "./words";

export function Login({ ended, onLogIn }: { ended: boolean; onLogIn: (session: Session) => void }) {
  const words = useWords();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const logIn = async () => {
    setTried(true);
    if (!email.trim() || !password) return;
    setBusy(true);
    setError(undefined);
    try {
      onLogIn(await api.logIn(email.trim(), password));
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };

  return (
    <div className="flex h-full flex-col overflow-y-auto">
      <div className="flex justify-end gap-2 p-3">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className="m-auto w-full max-w-80 px-4 pb-24">
        <img src="/favicon.svg" alt="" className="mb-4 size-10" />
        <h1 className="font-semibold text-page">Parley</h1>
        <p className="mt-1 mb-6 text-muted">{ended ? words.sessionEnded : words.logInAbout}</p>
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void logIn();
          }}
        >
          <Field
            label={words.email}
            type="email"
            name="email"
            autoComplete="username"
            value={email}
            error={tried && !email.trim() ? words.emailMissing : undefined}
            onChange={(event) => setEmail(event.target.value)}
          />
          <Field
            label={words.password}
            type="password"
            name="password"
            autoComplete="current-password"
            value={password}
            error={tried && !password ? words.passwordMissing : undefined}
            onChange={(event) => setPassword(event.target.value)}
          />
          {error !== undefined && (
            <p role="alert" className="text-danger">
              {explain(words, error)}
            </p>
          )}
          <Button kind="primary" type="submit" disabled={busy} className="min-h-10">
            {words.logIn}
          </Button>
        </form>
      </main>
    </div>
  );
}

function explain(words: Words, error: unknown): string {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401 || status === 422 || status === 400) return words.logInWrong;
  if (status === 429) return words.logInTooMany;
  return words.logInFailed;
}
