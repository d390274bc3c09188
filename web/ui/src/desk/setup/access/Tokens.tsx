import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../../../ui/Button";
import { CopyBox } from "../../../ui/Copy";
import { Choice, Field } from "../../../ui/Field";
import { Loaded } from "../../../ui/Loaded";
import { useNow } from "../../../ui/now";
import { Sheet } from "../../../ui/Sheet";
import { Empty } from "../../../ui/States";
import { useCommonWords } from "../../../words/common";
import { useFormat } from "../../../words/locale";
import { useAccount } from "../../context";
import { useWords as useDeskWords } from "../../words";
import { access, type Token } from "./api";
import { Failure, Section } from "./parts";
import { useWords } from "./words";

/** Keys for programs. */
export function Tokens() {
  const words = useWords();
  const desk = useDeskWords();
  const query = useQuery({ queryKey: ["tokens"], queryFn: access.tokens });
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={desk.sections.tokens}
      about={words.tokensAbout}
      action={
        <Button kind="primary" icon={Plus} onClick={() => setAdding(true)} disabled={!query.data}>
          {words.tokenAdd}
        </Button>
      }
    >
      <Loaded query={query} failed={words.tokensFailed} cure={words.gatewayCure}>
        {({ items }) =>
          items.length > 0 ? (
            <ul className="max-w-5xl md:px-4">
              {[...items].sort(byUse).map((token) => (
                <TokenRow key={token.id} token={token} />
              ))}
            </ul>
          ) : (
            <Empty icon={KeyRound} title={words.tokensEmpty}>
              {words.tokensEmptyDo}
            </Empty>
          )
        }
      </Loaded>
      {adding && query.data && <NewToken scopes={query.data.scopes} onClose={() => setAdding(false)} />}
    </Section>
  );
}

/** Those that work come first. */
function byUse(a: Token, b: Token): number {
  return Number(a.state !== "active") - Number(b.state !== "active");
}

function scopeInWords(words: ReturnType<typeof useWords>, scope: string): string {
  return (words.permissions as Record<string, string>)[scope] ?? scope;
}

function TokenRow({ token }: { token: Token }) {
  const words = useWords();
  const format = useFormat();
  const now = useNow();
  const { session } = useAccount();
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const revoke = useMutation({
    mutationFn: () => access.revokeToken(token.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  const works = token.state === "active";
  return (
    <li className="flex flex-col gap-2 border-line border-b px-4 py-3 last:border-b-0 md:px-2">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-1">
        <div className="min-w-0 flex-1 basis-60">
          <p className={`flex flex-wrap items-center gap-x-2 font-medium ${works ? "" : "text-muted"}`}>
            <bdi className="truncate">{token.name}</bdi>
            <code className="rounded-sm bg-sunken px-1 font-mono text-meta text-muted">…{token.hint}</code>
            {!works && <span className="text-meta">{words.tokenStates[token.state]}</span>}
          </p>
          <p className="text-meta text-muted">{token.scopes.map((s) => scopeInWords(words, s)).join(" · ")}</p>
        </div>
        <p className="text-meta text-muted md:w-52 md:text-right">
          <span
            className="tabular block"
            title={token.lastUsedAt ? format.exact(token.lastUsedAt) : format.exact(token.createdAt)}
          >
            {token.lastUsedAt ? words.tokenUsed(format.age(token.lastUsedAt, now)) : words.tokenUnused}
            {", "}
            {token.expiresAt ? words.tokenUntil(format.day(token.expiresAt, 0)) : words.tokenNoEnd}
          </span>
          {token.createdBy !== session.user.id && <span className="block">{words.tokenBy(token.creatorName)}</span>}
        </p>
        <span className="w-24 text-right">
          {works && !sure && (
            <Button kind="danger" aria-label={words.revokeOf(token.name)} onClick={() => setSure(true)}>
              {words.revoke}
            </Button>
          )}
        </span>
      </div>
      {works && sure && (
        <div className="flex flex-wrap items-center gap-2 rounded-md bg-danger-soft p-3">
          <p className="min-w-0 flex-1 basis-60 text-danger">{words.revokeSure(token.name)}</p>
          <Button kind="danger" onClick={() => revoke.mutate()} disabled={revoke.isPending}>
            {words.revoke}
          </Button>
          <Button onClick={() => setSure(false)}>{words.cancel}</Button>
        </div>
      )}
      <Failure error={revoke.error} />
    </li>
  );
}

const expiries = ["30", "90", "365", "never"] as const;
type Expiry = (typeof expiries)[number];

function NewToken({ scopes, onClose }: { scopes: readonly string[]; onClose: () => void }) {
  const words = useWords();
  const common = useCommonWords();
  const id = useId();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [expiry, setExpiry] = useState<Expiry>("90");
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: () =>
      access.addToken({
        name: name.trim(),
        scopes: chosen,
        ...(expiry === "never" ? {} : { expiresAt: new Date(Date.now() + Number(expiry) * 86_400_000).toISOString() }),
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <Sheet open onOpenChange={(open) => !open && onClose()} title={words.tokenAdd} closeLabel={common.close}>
      <div className="scroll-thin flex flex-1 flex-col gap-4 overflow-y-auto p-4">
        {add.data ? (
          <>
            <CopyBox
              label={words.tokenSecret(add.data.name)}
              value={add.data.secret}
              copy={words.tokenCopy}
              copied={words.copied}
            />
            <p className="text-meta text-muted">{words.tokenSecretAbout}</p>
            <div>
              <Button onClick={onClose}>{words.done}</Button>
            </div>
          </>
        ) : (
          <form
            noValidate
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              setTried(true);
              if (name.trim() && chosen.length > 0) add.mutate();
            }}
          >
            <Field
              label={words.tokenName}
              hint={words.tokenNameHint}
              maxLength={80}
              autoComplete="off"
              value={name}
              error={tried && !name.trim() ? words.tokenNameMissing : undefined}
              onChange={(event) => setName(event.target.value)}
            />
            <fieldset aria-describedby={tried && chosen.length === 0 ? `${id}-scopes` : undefined}>
              <legend className="mb-1 font-medium text-meta">{words.scopes}</legend>
              {scopes.map((scope) => (
                <label
                  key={scope}
                  htmlFor={`${id}-${scope}`}
                  className="flex min-h-11 items-center gap-2.5 rounded-md px-1 hover:bg-sunken"
                >
                  <input
                    id={`${id}-${scope}`}
                    type="checkbox"
                    checked={chosen.includes(scope)}
                    onChange={(event) =>
                      setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((s) => s !== scope))
                    }
                    className="size-4 shrink-0 accent-accent"
                  />
                  <span className="min-w-0">
                    <span className="block">{scopeInWords(words, scope)}</span>
                    <code className="block font-mono text-meta text-muted">{scope}</code>
                  </span>
                </label>
              ))}
              {tried && chosen.length === 0 && (
                <p id={`${id}-scopes`} role="alert" className="text-danger text-meta">
                  {words.scopesMissing}
                </p>
              )}
            </fieldset>
            <Choice
              label={words.expiry}
              value={expiry}
              options={expiries.map((value) => ({ value, label: words.expiries[value] }))}
              onChange={(event) => setExpiry(event.target.value as Expiry)}
            />
            {expiry === "never" && <p className="text-meta text-warn">{words.neverWarning}</p>}
            <Failure error={add.error} />
            <Button kind="primary" type="submit" disabled={add.isPending}>
              {words.tokenAdd}
            </Button>
          </form>
        )}
      </div>
    </Sheet>
  );
}
