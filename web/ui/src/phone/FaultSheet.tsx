import { useCallback, useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { Toggle } from "../ui/Field";
import { Bone, Problem, useSlow } from "../ui/States";
import { useCommonWords } from "../words/common";
import { useSandbox } from "./context";
import { complete, count, foreign, groups, noFaults } from "./faults";
import { type Faults, sandbox } from "./sandbox";
import { useWords } from "./words";

/** Switches for what can go wrong, in plain words. Each takes effect at once. */
export function FaultSheet() {
  const words = useWords();
  const common = useCommonWords();
  const version = useSandbox((s) => s.faultsVersion);
  const [sheet, setSheet] = useState<Faults>();
  const [error, setError] = useState("");
  const [saved, setSaved] = useState(false);
  const slow = useSlow(!sheet && !error);

  const load = useCallback(async () => {
    try {
      setSheet(complete(await sandbox.faults()));
      setError("");
    } catch (cause) {
      setError((cause as Error).message || common.unreachable);
    }
  }, [common.unreachable]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version rises when the sheet changed elsewhere.
  useEffect(() => {
    void load();
  }, [load, version]);

  const put = async (next: Faults) => {
    const before = sheet;
    setSheet(next);
    setSaved(false);
    setError("");
    try {
      await sandbox.setFaults(next);
      setSaved(true);
    } catch (cause) {
      setSheet(before);
      setError(words.faultsFailed((cause as Error).message || common.unreachable));
    }
  };

  if (!sheet && error) {
    return (
      <Problem title={words.loadFailed} cure={words.loadFailedDo} retry={common.retry} onRetry={() => void load()} />
    );
  }
  if (!sheet) {
    return slow ? (
      <div className="flex flex-col gap-3 p-4">
        {[1, 2, 3, 4, 5].map((n) => (
          <Bone key={n} className="h-10" />
        ))}
      </div>
    ) : null;
  }
  const on = count(sheet);
  const others = foreign(sheet);
  return (
    <div className="px-4 pb-6">
      <p className="text-muted">{words.faultsAbout}</p>
      <div className="flex min-h-12 items-center justify-between gap-3">
        <p role="status" className={error ? "text-danger" : on ? "font-medium text-warn" : "text-muted"}>
          {error || [words.faultsOn(on), saved ? words.faultsSaved : ""].filter(Boolean).join(" · ")}
        </p>
        {on > 0 && <Button onClick={() => void put({ ...noFaults, api: [] })}>{words.faultsOff}</Button>}
      </div>
      {groups.map((group) => (
        <fieldset key={group.name} className="border-line border-t py-2">
          <legend className="sr-only">{words.faultGroups[group.name]}</legend>
          <p aria-hidden className="pt-1 font-semibold text-meta text-muted">
            {words.faultGroups[group.name]}
          </p>
          {group.switches.map((s) => (
            <Toggle
              key={s.name}
              label={words.fault[s.name]}
              hint={words.fault[`${s.name}Hint`]}
              checked={s.on(sheet)}
              onChange={(to) => void put(s.turn(sheet, to))}
            />
          ))}
        </fieldset>
      ))}
      {others > 0 && <p className="border-line border-t pt-3 text-meta text-muted">{words.faultsOther(others)}</p>}
    </div>
  );
}
