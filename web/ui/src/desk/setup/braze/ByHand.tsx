import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { Loaded } from "../../../ui/Loaded";
import { setupApi, useSaid } from "./api";
import { useWords } from "./words";

/** What only a person can look up in Braze's dashboard. */
export function ByHand() {
  const words = useWords();
  const said = useSaid();
  const id = useId();
  const query = useQuery({ queryKey: ["checks-by-hand"], queryFn: setupApi.byHand });
  return (
    <section aria-label={words.byHand} className="flex flex-col gap-3">
      <div>
        <h2 className="font-semibold text-title">{words.byHand}</h2>
        <p className="text-muted">{words.byHandAbout}</p>
      </div>
      <Loaded query={query} failed={words.byHandFailed} cure={words.gatewayCure}>
        {({ items }) => (
          <ul>
            {items.map((item, i) => (
              <li key={item.ask.en} className="flex gap-3 border-line border-b py-2.5 last:border-b-0">
                <input
                  id={`${id}-${i}`}
                  type="checkbox"
                  aria-describedby={`${id}-${i}-more`}
                  className="mt-0.5 size-4 shrink-0 accent-accent pointer-coarse:size-6"
                />
                <div className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                  <label htmlFor={`${id}-${i}`} className="font-medium">
                    {said(item.ask)}
                  </label>
                  <div id={`${id}-${i}-more`}>
                    <p className="text-muted">{said(item.where)}</p>
                    <p className="text-muted">
                      <span className="font-medium">{words.ifNot}</span> {said(item.else)}
                    </p>
                  </div>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
