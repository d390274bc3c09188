import { FastForward, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../ui/Button";
import { useCommonWords } from "../words/common";
import { useFormat } from "../words/locale";
import { useSandbox, useSession } from "./context";
import { sandbox } from "./sandbox";
import { useWords } from "./words";

/** The pretend time, and the way back to the start. */
export function ClockPane() {
  const words = useWords();
  const common = useCommonWords();
  const format = useFormat();
  const session = useSession();
  const offset = useSandbox((s) => s.clock?.offset_ms ?? 0);
  const [error, setError] = useState("");
  const [asking, setAsking] = useState(false);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);

  const act = async (what: () => Promise<unknown>) => {
    setError("");
    try {
      await what();
    } catch (cause) {
      setError(words.clockFailed((cause as Error).message || common.unreachable));
    }
  };
  const now = session.now();
  // A second of drift between the two computers' clocks is not a moved clock.
  const moved = Math.abs(offset) >= 1000;
  return (
    <div className="flex flex-col gap-4 px-4 pb-6">
      <p className="text-muted">{words.clockAbout}</p>
      <div>
        <p className="text-meta text-muted">{words.clockNow}</p>
        <p className="tabular font-semibold text-page">{format.clock(now)}</p>
        <p>{format.day(now, Date.now())}</p>
        <p className={moved ? "text-warn" : "text-muted"}>
          {!moved
            ? words.clockReal
            : offset > 0
              ? words.clockAhead(format.span(offset))
              : words.clockBehind(format.span(-offset))}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button icon={FastForward} onClick={() => act(() => session.moveClock({ advance: "1h" }))}>
          {words.forwardHour}
        </Button>
        <Button icon={FastForward} onClick={() => act(() => session.moveClock({ advance: "24h" }))}>
          {words.forwardDay}
        </Button>
        <Button icon={RotateCcw} disabled={!moved} onClick={() => act(() => session.moveClock({ reset: true }))}>
          {words.clockReset}
        </Button>
      </div>
      {error && (
        <p role="alert" className="text-danger">
          {error}
        </p>
      )}
      <div className="border-line border-t pt-4">
        {asking ? (
          <div className="flex flex-col items-start gap-2">
            <p>{words.resetAsk}</p>
            <div className="flex gap-2">
              <Button
                kind="danger"
                onClick={() => {
                  setAsking(false);
                  void act(() => sandbox.reset());
                }}
              >
                {words.resetDo}
              </Button>
              <Button onClick={() => setAsking(false)}>{common.cancel}</Button>
            </div>
          </div>
        ) : (
          <Button onClick={() => setAsking(true)}>{words.resetAll}</Button>
        )}
      </div>
    </div>
  );
}
