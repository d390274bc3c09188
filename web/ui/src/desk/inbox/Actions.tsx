import { Bot, CheckCheck, Hand, type LucideIcon, RotateCcw, TriangleAlert, X } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { Button, Hint, IconButton } from "../../ui/Button";
import type { Detail, OwnerKind } from "../api";
import { useDoings, usePeople, useShown } from "../context";
import { failureInWords } from "../failure";
import { useKeys } from "../keys";
import { useWords } from "../words";
import { focusComposer } from "./Composer";
import { offered } from "./people";

/** The key of each change of owner. */
export const actKeys: Record<OwnerKind, string> = { accept: "T", pass_back: "B", resolve: "E", reopen: "O" };

const icons: Record<OwnerKind, LucideIcon> = { accept: Hand, pass_back: Bot, resolve: CheckCheck, reopen: RotateCcw };

/** What can be done to a conversation, by button and by key. `detail` is the conversation as the gateway has it. */
export function Actions({ detail }: { detail: Detail }) {
  const words = useWords();
  const people = usePeople();
  const now = useShown(detail);
  const busy = useDoings((d) => d.acts[detail.id]) !== undefined && now !== detail;
  const kinds = offered(now, people.me);
  const group = useRef<HTMLDivElement>(null);
  const pressed = useRef(false);

  const act = (kind: OwnerKind) => {
    if (busy || !offered(now, people.me).includes(kind)) return;
    void people.act(detail, kind);
    if (kind === "accept" && !matchMedia("(pointer: coarse)").matches) focusComposer();
  };
  // The button that was pressed makes way for others; the focus must not fall off the page with it.
  useLayoutEffect(() => {
    if (pressed.current && document.activeElement === document.body) group.current?.focus();
    pressed.current = false;
  });
  useKeys({
    t: () => act("accept"),
    b: () => act("pass_back"),
    e: () => act("resolve"),
    o: () => act("reopen"),
    r: () => focusComposer(),
  });
  return (
    <div
      ref={group}
      role="group"
      tabIndex={-1}
      aria-label={words.people.actions}
      className="scroll-thin order-last flex basis-full gap-2 overflow-x-auto py-0.5 @2xl:order-none @2xl:basis-auto"
    >
      {kinds.map((kind) => (
        <Hint key={kind} label={actKeys[kind]}>
          <Button
            icon={icons[kind]}
            aria-disabled={busy}
            aria-keyshortcuts={actKeys[kind]}
            className="aria-disabled:opacity-50"
            onClick={() => {
              pressed.current = true;
              act(kind);
            }}
          >
            {words.people.acts[kind]}
          </Button>
        </Hint>
      ))}
    </div>
  );
}

/** Says that a change of owner did not happen, and what to do. */
export function ActNotice({ id }: { id: string }) {
  const words = useWords();
  const people = usePeople();
  const act = useDoings((d) => d.acts[id]);
  if (!act?.failure) return null;
  return (
    <div role="alert" className="flex items-start gap-2 border-line border-b bg-danger-soft px-4 py-2 text-danger">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p className="min-w-0 flex-1">
        <span className="font-medium">{words.people.actFailed[act.kind]}</span> {failureInWords(words, act.failure)}
      </p>
      <IconButton icon={X} label={words.people.dismiss} onClick={() => people.dismiss(id)} className="-my-1.5" />
    </div>
  );
}
