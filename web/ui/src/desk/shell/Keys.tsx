import { Sheet } from "../../ui/Sheet";
import { useCommonWords } from "../../words/common";
import { useAccount } from "../context";
import { caps, type Group, registry } from "../keys";
import { inbox, may, pages } from "../pages";
import { useWords } from "../words";

const groups: Group[] = ["list", "conversation", "reply"];

/** A key as it is written on the keyboard. */
export function Caps({ of }: { of: string }) {
  return (
    <span className="inline-flex gap-1">
      {caps(of).map((cap) => (
        <kbd
          key={cap}
          className="min-w-6 rounded-sm border border-line bg-sunken px-1.5 py-0.5 text-center font-mono text-meta text-text"
        >
          {cap}
        </kbd>
      ))}
    </span>
  );
}

/** Every key there is, as the table of keys has it. */
export function Keys({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const words = useWords();
  const common = useCommonWords();
  const { session } = useAccount();
  const entries = (group: Group): [string, string][] =>
    Object.entries(registry)
      .filter(([, entry]) => entry.group === group)
      .map(([key, entry]) => [key, entry.label(words)]);
  const goes = [inbox, ...pages.filter((p) => may(session.user.role, p.least))].flatMap((p): [string, string][] =>
    p.go ? [[`g ${p.go}`, words.pages[p.label]]] : [],
  );
  return (
    <Sheet
      open={open}
      onOpenChange={onOpenChange}
      title={words.keys}
      closeLabel={common.close}
      from="centre"
      className="md:max-w-3xl"
    >
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="scroll-thin min-h-0 gap-8 overflow-y-auto px-4 pb-5 md:columns-2"
      >
        <Section title={words.keyGroups.anywhere} entries={entries("anywhere")} />
        <Section title={words.keyGroups.pages} entries={goes} />
        {groups.map((group) => (
          <Section key={group} title={words.keyGroups[group]} entries={entries(group)} />
        ))}
      </div>
    </Sheet>
  );
}

function Section({ title, entries }: { title: string; entries: [string, string][] }) {
  return (
    <section className="break-inside-avoid pb-4">
      <h3 className="pb-1 font-semibold text-meta text-muted">{title}</h3>
      <dl className="flex flex-col gap-1">
        {entries.map(([key, what]) => (
          <div key={key} className="flex min-h-6 items-center gap-4">
            <dt className="w-20 shrink-0">
              <Caps of={key} />
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
