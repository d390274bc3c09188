import { KeyRound, Pencil, Send, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../../ui/Button";
import { Toggle } from "../../ui/Field";
import { useFormat } from "../../words/locale";
import { ApiError } from "../api";
import { type Delivery, type Hook, hooksApi } from "./api";
import { Deliveries, whyNot } from "./Deliveries";
import { HookForm } from "./HookForm";
import { Secret } from "./Secret";
import { useWords } from "./words";

type Pane = "facts" | "edit" | "rotate" | "remove" | { secret: string };

/** One webhook: what it is, what may be done to it, and its deliveries. */
export function HookDetail({
  hook,
  events,
  onChanged,
  onGone,
}: {
  hook: Hook;
  events: string[];
  onChanged: () => void;
  onGone: () => void;
}) {
  const words = useWords();
  const [pane, setPane] = useState<Pane>("facts");
  const [error, setError] = useState("");
  const [tested, setTested] = useState<Delivery | "busy" | undefined>();
  const attempt = async (what: () => Promise<void>) => {
    setError("");
    try {
      await what();
    } catch (cause) {
      setError(words.notDone((cause instanceof ApiError && cause.message) || words.gatewayCure));
    }
  };
  const test = () => {
    setTested("busy");
    void attempt(async () => setTested(await hooksApi.test(hook.id))).then(() => {
      setTested((now) => (now === "busy" ? undefined : now));
      onChanged();
    });
  };
  if (pane === "edit") {
    return (
      <HookForm
        hook={hook}
        events={events}
        submit={words.save}
        onCancel={() => setPane("facts")}
        onSubmit={async (wanted) => {
          await hooksApi.update(hook.id, wanted);
          onChanged();
          setPane("facts");
        }}
      />
    );
  }
  if (typeof pane === "object") {
    return <Secret secret={pane.secret} onDone={() => setPane("facts")} />;
  }
  return (
    <div className="scroll-thin flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 pb-6">
      <Facts hook={hook} all={events.length} />
      <Toggle
        label={words.active}
        hint={words.activeHint}
        checked={hook.active}
        onChange={(active) =>
          void attempt(async () => {
            await hooksApi.update(hook.id, { name: hook.name, url: hook.url, events: hook.events, active });
            onChanged();
          })
        }
      />
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" icon={Send} disabled={tested === "busy"} onClick={test}>
          {words.test}
        </Button>
        <Button icon={Pencil} onClick={() => setPane("edit")}>
          {words.edit}
        </Button>
        <Button icon={KeyRound} onClick={() => setPane("rotate")}>
          {words.rotate}
        </Button>
        <Button kind="danger" icon={Trash2} onClick={() => setPane("remove")}>
          {words.remove}
        </Button>
      </div>
      {pane === "rotate" && (
        <Ask title={words.rotateAsk} about={words.rotateDo} onCancel={() => setPane("facts")}>
          <Button
            kind="primary"
            onClick={() =>
              void attempt(async () => {
                setPane({ secret: (await hooksApi.rotate(hook.id)).secret });
                onChanged();
              })
            }
          >
            {words.rotate}
          </Button>
        </Ask>
      )}
      {pane === "remove" && (
        <Ask title={words.removeAsk(hook.name)} about={words.removeDo} onCancel={() => setPane("facts")}>
          <Button
            kind="danger"
            onClick={() =>
              void attempt(async () => {
                await hooksApi.remove(hook.id);
                onGone();
              })
            }
          >
            {words.remove}
          </Button>
        </Ask>
      )}
      <Tested result={tested} />
      {error && (
        <p role="alert" className="text-danger">
          {error}
        </p>
      )}
      <Deliveries hook={hook} onChanged={onChanged} />
    </div>
  );
}

function Facts({ hook, all }: { hook: Hook; all: number }) {
  const words = useWords();
  const format = useFormat();
  const names = words.eventNames as Record<string, string>;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      <dt className="text-muted">{words.url}</dt>
      <dd className="min-w-0 break-all">{hook.url}</dd>
      <dt className="text-muted">{words.secret}</dt>
      <dd className="min-w-0">
        <code>{hook.secretHint}</code>
        {hook.previousSecretUntil && (
          <span className="block text-meta text-warn">{words.rotating(format.exact(hook.previousSecretUntil))}</span>
        )}
      </dd>
      <dt className="text-muted">{words.events}</dt>
      <dd className="flex min-w-0 flex-wrap gap-1">
        {hook.events.length === all && words.eventCount(all, all)}
        {(hook.events.length === all ? [] : hook.events).map((event) => (
          <code key={event} title={names[event]} className="rounded-sm bg-sunken px-1.5 py-0.5 text-meta">
            {event}
          </code>
        ))}
      </dd>
      {(hook.reason || hook.pausedUntil) && (
        <dd className="col-span-2 text-warn">
          {hook.reason === "gone" ? words.gone : hook.pausedUntil && words.paused(format.exact(hook.pausedUntil))}
        </dd>
      )}
    </dl>
  );
}

function Ask({
  title,
  about,
  onCancel,
  children,
}: {
  title: string;
  about: string;
  onCancel: () => void;
  children: ReactNode;
}) {
  const words = useWords();
  return (
    <div role="alertdialog" aria-label={title} className="flex flex-col gap-2 rounded-md bg-sunken p-3">
      <p className="font-medium">{title}</p>
      <p className="text-muted">{about}</p>
      <div className="flex flex-wrap gap-2">
        {children}
        <Button onClick={onCancel}>{words.keep}</Button>
      </div>
    </div>
  );
}

function Tested({ result }: { result: Delivery | "busy" | undefined }) {
  const words = useWords();
  const format = useFormat();
  if (!result) return null;
  if (result === "busy") {
    return (
      <p role="status" className="text-muted">
        {words.testing}
      </p>
    );
  }
  const took = result.state === "done";
  return (
    <p role="status" className={took ? "text-ok" : "text-danger"}>
      {took ? words.testTook(result.status, format.span(result.millis)) : words.testNot(whyNot(words, result))}
    </p>
  );
}
