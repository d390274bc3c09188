import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  about: "What the bot asks, looks up and does step by step, as it is published. Flows are written as files.",
  failed: "The flows could not be read",
  cure: "Check that Parley is running, then try again.",
  empty: "No flows",
  emptyDo:
    "Name a folder as flows in the settings, or write flows: builtin. docs/flows.md says how flows are written, tried and published.",
  choose: "Flow",
  version: "Version",
  actions: {
    publish: (by: string, age: string) => `published by ${by}, ${age}`,
    rollback: (by: string, age: string) => `gone back to by ${by}, ${age}`,
    start: (_by: string, age: string) => `published by the first start, ${age}`,
  },
  speaks: (languages: string) => `speaks ${languages}`,
  older: (n: number) =>
    plural(n, {
      one: "# conversation is still in an earlier version",
      other: "# conversations are still in earlier versions",
    }),
  inDays: (n: number) => `In the last ${n} days`,
  counts: {
    waiting: "In it now",
    entered: "Began",
    ended: "Came to the end",
    left: "Left it",
    handed: "Went to people",
    expired: "Fell silent",
  },
  graph: (name: string) => `Steps of ${name}`,
  kinds: {
    say: "Says",
    ask: "Asks",
    branch: "Decides",
    call: "Calls",
    set: "Notes",
    wait: "Waits",
    jump: "Goes on with",
    handoff: "Hands over",
  },
  end: "End",
  here: (n: number) => plural(n, { one: "# here now", other: "# here now" }),
  came: (n: number) => plural(n, { one: "# came", other: "# came" }),
  stopped: (n: number) => plural(n, { one: "# stopped", other: "# stopped" }),
  goesTo: (steps: string) => `Goes on to: ${steps}`,
  asList: "Steps as a list",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  fit: "Show all of it",
  moves: "Tab goes on to the next step.",
};
