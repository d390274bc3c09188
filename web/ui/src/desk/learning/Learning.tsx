import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { Button } from "../../ui/Button";
import { Segments } from "../../ui/Field";
import { Sheet } from "../../ui/Sheet";
import { useCommonWords } from "../../words/common";
import { languagesOf, useIntents } from "./IntentPicker";
import { Knowledge } from "./Knowledge";
import { Proposals } from "./Proposals";
import { Publish } from "./Publish";
import { TryBox } from "./TryBox";
import { useWords } from "./words";

const tabs = ["review", "publish", "knowledge", "past"] as const;
type Tab = (typeof tabs)[number];

/** What the bot knows, what people propose, and what publishing that would change. */
export function Learning() {
  const words = useWords();
  const [tab, setTab] = useState<Tab>("review");
  const [trying, setTrying] = useState(false);
  const common = useCommonWords();
  const intents = useIntents();
  const languages = languagesOf(intents.data?.items ?? []);
  return (
    <main className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex flex-wrap items-end justify-between gap-3 border-line border-b bg-surface px-4 py-3 md:px-6">
        <div className="min-w-0">
          <h1 className="font-semibold text-page">{words.title}</h1>
          <p className="text-muted">{words.about}</p>
        </div>
        <Button icon={FlaskConical} onClick={() => setTrying(true)} className="md:hidden">
          {words.tryTitle}
        </Button>
        <div className="scroll-thin max-w-full overflow-x-auto">
          <Segments<Tab>
            label={words.tabsLabel}
            value={tab}
            onChange={setTab}
            options={tabs.map((value) => ({ value, label: words.tabs[value] }))}
          />
        </div>
      </header>
      <div className="scroll-thin flex min-h-0 flex-1 flex-col overflow-y-auto md:flex-row md:overflow-hidden">
        <section
          aria-label={words.tabs[tab]}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          className="scroll-thin min-w-0 md:min-h-0 md:flex-1 md:overflow-y-auto"
        >
          {tab === "review" && <Proposals states={["open"]} empty="review" />}
          {tab === "publish" && <Publish />}
          {tab === "knowledge" && <Knowledge query={intents} />}
          {tab === "past" && <Proposals states={["published", "rejected"]} empty="past" />}
        </section>
        <div
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          tabIndex={0}
          className="scroll-thin hidden w-72 shrink-0 overflow-y-auto border-line border-l bg-surface p-4 md:block lg:w-80"
        >
          <TryBox languages={languages} />
        </div>
      </div>
      <Sheet open={trying} onOpenChange={setTrying} title={words.tryTitle} closeLabel={common.close}>
        <div className="scroll-thin min-h-0 flex-1 overflow-y-auto px-4 pb-4">
          <TryBox languages={languages} titled={false} />
        </div>
      </Sheet>
    </main>
  );
}
