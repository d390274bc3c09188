import { CircleCheck, CircleX, Info, type LucideIcon, Stethoscope, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../../ui/Button";
import { ApiError } from "../../api";
import { useWords as useDeskWords } from "../../words";
import { Section } from "../access/parts";
import { type Finding, setupApi, useSaid } from "./api";
import { ByHand } from "./ByHand";
import { LoopTest } from "./LoopTest";
import { useWords } from "./words";

/** What keeps messages from arriving or leaving, looked for on request. */
export function Doctor() {
  const words = useWords();
  const desk = useDeskWords();
  const { findings, state, error, run } = useExamination();
  return (
    <Section
      title={desk.sections.doctor}
      about={words.doctorAbout}
      action={
        <Button kind="primary" icon={Stethoscope} onClick={run} disabled={state === "running"}>
          {state === "running" ? words.running : state === "idle" ? words.run : words.runAgain}
        </Button>
      }
    >
      <div className="flex max-w-3xl flex-col gap-8 p-4 md:px-6">
        <section aria-label={words.checks} aria-busy={state === "running"} className="flex flex-col gap-3">
          <h2 className="font-semibold text-title">{words.checks}</h2>
          <Verdict findings={findings} state={state} />
          <Findings findings={findings} />
          {error && (
            <div role="alert" className="rounded-md bg-danger-soft p-3 text-danger">
              <p className="font-medium">{words.doctorFailed}</p>
              <p>{error.message || words.gatewayCure}</p>
            </div>
          )}
        </section>
        <LoopTest />
        <ByHand />
      </div>
    </Section>
  );
}

type State = "idle" | "running" | "done";

/** The findings of an examination as they come; leaving the page ends it. */
function useExamination() {
  const [findings, setFindings] = useState<Finding[]>([]);
  const [state, setState] = useState<State>("idle");
  const [error, setError] = useState<Error | undefined>();
  const ending = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => ending.current?.abort(), []);
  const run = () => {
    const abort = new AbortController();
    ending.current = abort;
    setFindings([]);
    setError(undefined);
    setState("running");
    setupApi
      .examine((finding) => setFindings((all) => [...all, finding]), abort.signal)
      .catch((cause: unknown) => {
        if (!abort.signal.aborted) setError(cause instanceof Error ? cause : new ApiError(0, "unreachable", ""));
      })
      .finally(() => {
        if (!abort.signal.aborted) setState("done");
      });
  };
  return { findings, state, error, run };
}

function Verdict({ findings, state }: { findings: Finding[]; state: State }) {
  const words = useWords();
  const fails = findings.filter((f) => f.level === "fail").length;
  const warns = findings.filter((f) => f.level === "warn").length;
  if (state === "idle") return <p className="text-muted">{words.notRunDo}</p>;
  return (
    <p role="status" className={fails > 0 ? "text-danger" : warns > 0 ? "text-warn" : "text-muted"}>
      {fails + warns > 0
        ? words.found(fails, warns)
        : state === "done" && findings.length > 0
          ? words.allWell
          : state === "running"
            ? words.running
            : ""}
    </p>
  );
}

const looks: Record<Finding["level"], { icon: LucideIcon; className: string }> = {
  ok: { icon: CircleCheck, className: "text-ok" },
  note: { icon: Info, className: "text-muted" },
  warn: { icon: TriangleAlert, className: "text-warn" },
  fail: { icon: CircleX, className: "text-danger" },
};

function Findings({ findings }: { findings: Finding[] }) {
  const subjects = [...new Set(findings.map((f) => f.subject))];
  return subjects.map((subject) => (
    <div key={subject}>
      <h3 className="font-medium text-meta text-muted">{subject}</h3>
      <ul>
        {findings
          .filter((f) => f.subject === subject)
          .map((finding) => (
            <Row key={`${finding.check} ${finding.what.en}`} finding={finding} />
          ))}
      </ul>
    </div>
  ));
}

function Row({ finding }: { finding: Finding }) {
  const words = useWords();
  const said = useSaid();
  const { icon: Icon, className } = looks[finding.level];
  const cure = said(finding.cure);
  return (
    <li className="flex gap-3 border-line border-b py-2.5 last:border-b-0">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${className}`} />
      <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <p>
          <span className="sr-only">{words.levels[finding.level]}: </span>
          {said(finding.what)}
        </p>
        {cure && (
          <p className="text-muted">
            <span className="font-medium">{words.cure}:</span> {cure}
          </p>
        )}
      </div>
    </li>
  );
}
