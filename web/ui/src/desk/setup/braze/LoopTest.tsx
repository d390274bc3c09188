import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleX, Info, type LucideIcon, Smartphone } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { Button } from "../../../ui/Button";
import { Field } from "../../../ui/Field";
import { type Loop, setupApi, useSaid } from "./api";
import { useWords, type Words } from "./words";

/** How long the test waits for a message, and after which time without progress it says what the cause may be. */
const patience = 180_000;
const late = 30_000;

/** Follows a message from somebody's own phone. */
export function LoopTest() {
  const words = useWords();
  const [phone, setPhone] = useState("");
  const [test, setTest] = useState<{ n: number; phone: string } | undefined>();
  return (
    <section aria-label={words.loop} className="flex flex-col gap-3">
      <div>
        <h2 className="font-semibold text-title">{words.loop}</h2>
        <p className="text-muted">{words.loopAbout}</p>
      </div>
      <form
        className="flex flex-wrap items-start gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setTest((before) => ({ n: (before?.n ?? 0) + 1, phone: phone.trim() }));
        }}
      >
        <Field
          label={words.loopPhone}
          hint={words.loopPhoneHint}
          type="tel"
          autoComplete="tel"
          maxLength={40}
          className="min-w-0 flex-1 basis-60"
          value={phone}
          onChange={(event) => setPhone(event.target.value)}
        />
        <div className="flex basis-full gap-2 sm:basis-auto sm:pt-6">
          <Button type="submit">{test ? words.loopAgain : words.loopStart}</Button>
          {test && <Button onClick={() => setTest(undefined)}>{words.loopStop}</Button>}
        </div>
      </form>
      {test && <Steps key={test.n} phone={test.phone} />}
    </section>
  );
}

/** Polls one test: the first answer begins it, each later one says how far its message has come. */
function useLoop(phone: string) {
  const [at, setAt] = useState<Loop | undefined>();
  const [progress, setProgress] = useState({ stages: 0, at: Date.now() });
  const [begun] = useState(Date.now);
  const [now, setNow] = useState(Date.now);
  const over = now - begun > patience && !at?.done;
  const query = useQuery({
    queryKey: ["loop-test", begun, phone],
    queryFn: async () => {
      const next = await setupApi.loop({
        ...(at ? { since: at.since } : {}),
        ...(at?.message ? { message: at.message } : {}),
        ...(phone ? { phone } : {}),
      });
      setAt(next);
      return next;
    },
    refetchInterval: at?.done || over ? false : 1000,
    gcTime: 0,
  });
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const stages = at?.stages.length ?? 0;
  if (stages !== progress.stages) setProgress({ stages, at: now });
  return { at, over, late: now - progress.at > late && !at?.done, error: query.error };
}

type State = "open" | "ok" | "note" | "fail" | "look";
const looks: Record<State, { icon: LucideIcon; className: string }> = {
  open: { icon: CircleDashed, className: "text-muted" },
  ok: { icon: CircleCheck, className: "text-ok" },
  note: { icon: Info, className: "text-muted" },
  fail: { icon: CircleX, className: "text-danger" },
  look: { icon: Smartphone, className: "text-accent" },
};

function Steps({ phone }: { phone: string }) {
  const words = useWords();
  const said = useSaid();
  const { at, over, late: tooLate, error } = useLoop(phone);
  const took = at?.stages.some((s) => s.stage === "left" && s.level === "ok") ?? false;
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="font-medium">
        {over ? words.loopOver : at && at.stages.length === 0 ? words.loopWrite : ""}
      </p>
      <ol className="flex flex-col gap-3">
        {(["arrived", "decided", "left"] as const).map((stage) => (
          <Step
            key={stage}
            name={words.stages[stage]}
            words={words}
            reached={at?.stages.filter((s) => s.stage === stage) ?? []}
          />
        ))}
        <Line name={words.stages.phone} state={took ? "look" : "open"} words={words}>
          {took && <p className="text-muted">{words.lookAtPhone}</p>}
        </Line>
      </ol>
      {at?.conversationId && (
        <Link href={`/conversations/${at.conversationId}`} className="text-accent underline">
          {words.loopConversation}
        </Link>
      )}
      {at && (tooLate || over) && (
        <div role="alert" className="rounded-md bg-warn-soft p-3">
          <p className="font-medium text-warn">{words.likely}</p>
          <p className="[overflow-wrap:anywhere]">{said(at.stuck)}</p>
        </div>
      )}
      {error && (
        <p role="alert" className="text-danger">
          {words.loopFailed}: {error.message || words.gatewayCure}
        </p>
      )}
    </div>
  );
}

function Step({ name, words, reached }: { name: string; words: Words; reached: Loop["stages"] }) {
  const said = useSaid();
  const state: State = reached.length === 0 ? "open" : (reached.find((r) => r.level !== "ok")?.level ?? "ok");
  return (
    <Line name={name} state={state} words={words}>
      {reached.map((r) => (
        <p key={r.what.en} className="text-muted [overflow-wrap:anywhere]">
          {said(r.what)}
        </p>
      ))}
    </Line>
  );
}

function Line({
  name,
  state,
  words,
  children,
}: {
  name: string;
  state: State;
  words: Words;
  children: React.ReactNode;
}) {
  const { icon: Icon, className } = looks[state];
  return (
    <li className="flex gap-3" data-state={state}>
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${className}`} />
      <div className="min-w-0 flex-1">
        <p className={state === "open" ? "text-muted" : "font-medium"}>
          {name} <span className="sr-only">({words.stageStates[state]})</span>
        </p>
        {children}
      </div>
    </li>
  );
}
