import { Tabs } from "radix-ui";
import { Sheet } from "../ui/Sheet";
import { useCommonWords } from "../words/common";
import { ActivityLog } from "./ActivityLog";
import { Campaigns } from "./Campaigns";
import { ClockPane } from "./ClockPane";
import { CurrentsPane } from "./console/CurrentsPane";
import { Keys } from "./console/Keys";
import { Switches } from "./console/Switches";
import { Templates } from "./console/Templates";
import { Users } from "./console/Users";
import { useWords as useConsoleWords } from "./console/words";
import { FaultSheet } from "./FaultSheet";
import { Life } from "./Life";
import { useWords } from "./words";

export type BackstageTab =
  | "life"
  | "activity"
  | "faults"
  | "clock"
  | "campaigns"
  | "templates"
  | "users"
  | "currents"
  | "keys"
  | "switches";

/** The drawer behind the scenes. On a narrow page it also holds the life of the chosen phone's messages. */
export function Backstage({
  open,
  onOpenChange,
  tab,
  onTab,
  lifeOf,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  tab: BackstageTab;
  onTab: (tab: BackstageTab) => void;
  /** The phone whose messages' life is shown here; empty when it stands on the page already. */
  lifeOf: string;
}) {
  const words = useWords();
  const more = useConsoleWords();
  const common = useCommonWords();
  const tabs: { value: BackstageTab; label: string }[] = [
    ...(lifeOf ? [{ value: "life" as const, label: words.phoneSettings }] : []),
    { value: "activity", label: words.activity },
    { value: "faults", label: words.faults },
    { value: "clock", label: words.clock },
    { value: "campaigns", label: words.campaigns },
    { value: "templates", label: more.templates },
    { value: "users", label: more.users },
    { value: "switches", label: more.switches },
    { value: "currents", label: more.currents },
    { value: "keys", label: more.keys },
  ];
  const shown = tabs.some((t) => t.value === tab) ? tab : "activity";
  return (
    <Sheet
      open={open}
      onOpenChange={onOpenChange}
      title={words.backstage}
      description={words.backstageAbout}
      closeLabel={common.close}
      className="md:max-w-3xl"
    >
      <Tabs.Root
        value={shown}
        onValueChange={(value) => onTab(value as BackstageTab)}
        className="flex min-h-0 flex-1 flex-col"
      >
        <Tabs.List
          aria-label={words.backstage}
          className="scroll-thin flex shrink-0 gap-1 overflow-x-auto border-line border-b px-3"
        >
          {tabs.map((t) => (
            <Tabs.Trigger
              key={t.value}
              value={t.value}
              className="min-h-10 shrink-0 border-transparent border-b-2 px-2.5 text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text pointer-coarse:min-h-11"
            >
              {t.label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {tabs.map((t) => (
          <Tabs.Content
            key={t.value}
            value={t.value}
            className="scroll-thin min-h-0 flex-1 overflow-y-auto pt-4 outline-offset-[-2px]"
          >
            {t.value === "life" && <Life phone={lifeOf} />}
            {t.value === "activity" && <ActivityLog />}
            {t.value === "faults" && <FaultSheet />}
            {t.value === "clock" && <ClockPane />}
            {t.value === "campaigns" && <Campaigns />}
            {t.value === "templates" && <Templates />}
            {t.value === "users" && <Users />}
            {t.value === "switches" && <Switches />}
            {t.value === "currents" && <CurrentsPane />}
            {t.value === "keys" && <Keys />}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Sheet>
  );
}
