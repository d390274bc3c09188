import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  passBackShort: "Hand back",
  assignTo: "Assign to",
  findColleague: "Name or team",
  assignNote: "Note for them (optional)",
  nobodyHere: "Nobody else is there now.",
  nobodyFits: "Nobody by that name can take it.",
  offline: (n: number) => plural(n, { one: "# colleague is offline.", other: "# colleagues are offline." }),
  load: (load: number, capacity: number) => `${load} of ${capacity}`,
  full: "full",
  presence: { online: "Online", away: "Away", offline: "Offline" },
  team: "Team",
  online: (n: number) => plural(n, { one: "# online", other: "# online" }),
  meFirst: "You",
  rosterFailed: "The list of colleagues could not be read.",

  snoozeUntil: "Put aside until",
  hour: "In an hour",
  tomorrow: "Tomorrow",
  monday: "Monday",
  custom: "Another time",
  set: "Put aside",
  past: "Choose a time to come.",
  wakeNow: "Bring it back now",
  snoozeAbout: "It comes back by itself at that time, or as soon as the customer writes.",
  snoozedUntil: (when: string) => `Put aside until ${when}`,

  tags: "Tags",
  findTag: "Find or add a tag",
  addTag: (tag: string) => `Add “${tag}”`,
  removeTag: (tag: string) => `Remove the tag ${tag}`,
  noTags: "No tag yet. Write one and press Enter.",
  used: (n: number) => plural(n, { one: "used once", other: "used # times" }),

  priority: "Priority",
  priorities: { normal: "Normal", high: "High", urgent: "Urgent" },

  resolveAs: "How did it end?",
  outcomes: { solved: "Solved", unsolved: "Not solved", spam: "Spam", other: "Something else" },
  resolveNote: "Note (optional)",
  resolveNow: "Resolve",

  promise: "What was promised to the customer (optional)",
  promiseHint: "A refund within five days",
  promiseAbout: "The bot keeps it in mind, and the next colleague reads it.",
  passBackNow: "Hand back",

  failed: {
    assign: "Not assigned.",
    snooze: "Not put aside.",
    tags: "The tags were not saved.",
    priority: "The priority was not saved.",
    template: "The template was not sent.",
  },
  failures: {
    offline: "The gateway does not answer. Check the connection, then try again.",
    changed: "Somebody else was faster. The page now shows how it stands; choose again if it is still needed.",
  },
  again: "Try again",
  working: "On its way",
};
