import {
  AlarmClock,
  Bot,
  CheckCheck,
  Flag,
  Hand,
  type LucideIcon,
  RotateCcw,
  Tag,
  TriangleAlert,
  UserRoundPlus,
  X,
} from "lucide-react";
import { useLayoutEffect, useRef, useState } from "react";
import { Button, Hint, IconButton } from "../../ui/Button";
import { useNow } from "../../ui/now";
import type { Detail } from "../api";
import { useDoings, usePeople, useShown } from "../context";
import { failureInWords } from "../failure";
import { useKeys } from "../keys";
import { useWords, type Words } from "../words";
import { Assign } from "./act/Assign";
import { type Change, type ChangeKind, type Group, groupOf, offered, snoozed } from "./act/changes";
import { PassBack, Resolve, SetPriority } from "./act/Endings";
import { Pop } from "./act/Pop";
import { Snooze } from "./act/Snooze";
import { Tags } from "./act/Tags";
import { type ActWords, useActWords } from "./act/words";
import { focusComposer } from "./Composer";
import type { Act } from "./people";

/** The key of each change. */
export const actKeys = {
  accept: "T",
  assign: "A",
  snooze: "Z",
  tags: "L",
  priority: "I",
  pass_back: "B",
  resolve: "E",
  reopen: "O",
} as const;

type Kind = keyof typeof actKeys;

const icons: Record<Kind, LucideIcon> = {
  accept: Hand,
  assign: UserRoundPlus,
  snooze: AlarmClock,
  tags: Tag,
  priority: Flag,
  pass_back: Bot,
  resolve: CheckCheck,
  reopen: RotateCcw,
};
const pops = {
  assign: Assign,
  snooze: Snooze,
  tags: Tags,
  priority: SetPriority,
  pass_back: PassBack,
  resolve: Resolve,
};
const isPop = (kind: Kind): kind is keyof typeof pops => kind in pops;

/** What can be done to a conversation, by button and by key. `detail` is the conversation as the gateway has it. */
export function Actions({ detail }: { detail: Detail }) {
  const words = useWords();
  const actWords = useActWords();
  const people = usePeople();
  const now = useShown(detail);
  const clock = useNow();
  const acts = useDoings((d) => d.acts[detail.id]);
  const busy = (kind: ChangeKind) => groupOf(kind) === "owner" && acts?.owner !== undefined && !acts.owner.failure;
  const kinds = offered(now, people.me).filter((k): k is Kind => k in actKeys);
  const [open, setOpen] = useState<Kind>();
  const group = useRef<HTMLDivElement>(null);
  const pressed = useRef(false);

  const act = (change: Change) => {
    pressed.current = true;
    void people.act(detail, change);
    // Tags are chosen one after the other.
    if (change.kind !== "tags") setOpen(undefined);
  };
  const choose = (kind: Kind) => {
    if (busy(kind) || !kinds.includes(kind)) return;
    if (isPop(kind)) setOpen(kind);
    else if (kind === "accept" || kind === "reopen") {
      act({ kind });
      if (kind === "accept" && !matchMedia("(pointer: coarse)").matches) focusComposer();
    }
  };
  // The button that was pressed makes way for others; the focus must not fall off the page with it.
  useLayoutEffect(() => {
    if (pressed.current && document.activeElement === document.body) group.current?.focus();
    pressed.current = false;
  });
  useKeys(Object.fromEntries((Object.keys(actKeys) as Kind[]).map((k) => [actKeys[k].toLowerCase(), () => choose(k)])));
  const holds = (kind: Kind) =>
    (kind === "snooze" && snoozed(now, clock)) ||
    (kind === "tags" && now.tags.length > 0) ||
    (kind === "priority" && now.priority !== "normal");
  return (
    <div
      ref={group}
      role="group"
      tabIndex={-1}
      aria-label={words.people.actions}
      className={`scroll-thin order-last flex basis-full items-center gap-1.5 overflow-x-auto py-0.5 outline-none [&_.worded_svg]:hidden @4xl:[&_.worded_svg]:block ${kinds.includes("accept") ? "@2xl:order-none @2xl:basis-auto" : "@xl:order-none @xl:basis-auto"}`}
    >
      {kinds.map((kind) => {
        const label = words.people.acts[kind];
        if (!isPop(kind)) {
          return (
            <Hint key={kind} label={`${label} · ${actKeys[kind]}`}>
              <Button
                icon={icons[kind]}
                aria-disabled={busy(kind)}
                aria-keyshortcuts={actKeys[kind]}
                className="worded shrink-0 aria-disabled:opacity-50"
                onClick={() => {
                  pressed.current = true;
                  choose(kind);
                }}
              >
                {label}
              </Button>
            </Hint>
          );
        }
        const Content = pops[kind];
        return (
          <Pop
            key={kind}
            open={open === kind}
            onOpenChange={(now) => setOpen(now ? kind : undefined)}
            icon={icons[kind]}
            label={label}
            shortcut={actKeys[kind]}
            busy={busy(kind)}
            pressed={holds(kind)}
            {...(kind === "resolve" ? { text: label } : {})}
            {...(kind === "pass_back" ? { text: actWords.passBackShort } : {})}
          >
            <Content detail={now} onPick={act} />
          </Pop>
        );
      })}
    </div>
  );
}

/** Says that changes did not happen, why, and what to do. */
export function ActNotice({ detail }: { detail: Detail }) {
  const words = useWords();
  const actWords = useActWords();
  const people = usePeople();
  const acts = useDoings((d) => d.acts[detail.id]);
  const failed = Object.entries(acts ?? {}).filter(([, act]) => act.failure) as [Group, Act][];
  return failed.map(([group, act]) => (
    <div
      key={group}
      role="alert"
      className="flex items-start gap-2 border-line border-b bg-danger-soft px-4 py-2 text-danger"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        <span className="font-medium">{notDone(words, actWords, act.change.kind)}</span>{" "}
        {act.failure && why(words, actWords, act.failure)}
      </p>
      {act.failure?.code !== "changed" && (
        <Button className="-my-1" onClick={() => void people.act(detail, act.change)}>
          {actWords.again}
        </Button>
      )}
      <IconButton
        icon={X}
        label={words.people.dismiss}
        onClick={() => people.dismiss(detail.id, group)}
        className="-my-1.5"
      />
    </div>
  ));
}

function notDone(words: Words, actWords: ActWords, kind: ChangeKind): string {
  return kind in actWords.failed
    ? actWords.failed[kind as keyof ActWords["failed"]]
    : words.people.actFailed[kind as keyof Words["people"]["actFailed"]];
}

function why(words: Words, actWords: ActWords, failure: NonNullable<Act["failure"]>): string {
  const { code } = failure;
  return code === "offline" || code === "changed" ? actWords.failures[code] : failureInWords(words, failure);
}
