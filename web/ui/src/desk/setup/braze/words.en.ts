import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  gatewayCure: "Check that Parley is running, then try again.",
  copy: "Copy",
  copyOf: (name: string) => `Copy: ${name}`,
  copied: "Copied",

  routesAbout: "Each webhook campaign in Braze posts to one route. Routes are made in the settings.",
  tierTitle: (workspace: string) => `Templates of ${workspace}`,
  tierOf: (people: string, limit: string) =>
    `${people} of ${limit} customers that templates may reach in 24 hours were sent one.`,
  tierFree: (n: number) =>
    plural(n, {
      one: "# customer was sent a template in the last 24 hours.",
      other: "# customers were sent a template in the last 24 hours.",
    }),
  tierFull: (when: string) => `The messaging limit is used up: templates are refused until there is room (${when}).`,
  tierClose: "The messaging limit is nearly used up.",
  tierAbout:
    "Counted are templates that Parley sends. WhatsApp counts campaigns of your own as well; set the number’s limit as window.messaging_limit.",
  routesFailed: "The routes could not be read",
  routesEmpty: "No routes",
  routesEmptyDo: "Add a workspace with a route to the settings. “Set-up in Braze” then says what to paste where.",
  keyword: "Keyword",
  catchAll: "Catch-all",
  lastSeen: (age: string) => `last heard ${age}`,
  never: "nothing heard yet",
  week: (n: string) => `${n} in 7 days`,
  counts: {
    received: "Received today",
    duplicates: "Copies caught",
    repaired: "Bodies repaired",
    unreadable: "Unreadable",
    rejected: "Rejected",
    tests: "Tests",
  },
  countsAbout: {
    received: "Messages that were stored",
    duplicates: "The same message again, from Braze or through another route",
    repaired: "The campaign’s body lacks json_escape; Parley mended it",
    unreadable: "Kept for you to look at",
    rejected: "Wrong secret or signature, or an address that may not post",
    tests: "Test sends from Braze’s dashboard",
  },
  seeUnreadable: "Look at them",
  team: (name: string) => `Team ${name}`,
  teamMissing: (name: string) =>
    `There is no team called ${name}. Until there is one, the team is chosen by topic and language.`,
  speaks: (language: string) => `Begins in ${language}`,
  ownKnowledge: "Knowledge of its own",
  signed: "Signed",
  secret: "Secret",
  secretMade: (days: number) =>
    days < 1 ? "made today" : plural(days, { one: "made # day ago", other: "made # days ago" }),
  secretFirst: (days: number) =>
    days < 1 ? "first used today" : plural(days, { one: "first used # day ago", other: "first used # days ago" }),
  secretUnused: "never used",
  secretOld: "Time for another one: add it to the settings, change the campaign, then remove this one.",
  secretStale: "Not used lately: the campaign sends another one.",

  guideAbout:
    "What to make in Braze for these settings, field by field, and why. “The page” is Braze’s own guide to external systems.",
  guideFailed: "The guide could not be read",
  guideEmpty: "No workspace",
  guideEmptyDo: "Add a workspace to the settings first; `parley config sample` prints a file to start from.",
  noPublicUrl:
    "public_url is not set, so the addresses below are an example. Set it to the https address under which Braze reaches Parley.",
  workspace: "Workspace",

  doctorAbout: "Looks for what keeps messages from arriving or leaving. It changes nothing and sends nothing.",
  run: "Run the doctor",
  runAgain: "Run again",
  running: "Looking",
  checks: "Checks",
  notRunDo: "Run the doctor to see whether Braze, the webhooks and the database are in order.",
  doctorFailed: "The doctor could not finish",
  levels: { ok: "In order", note: "Good to know", warn: "Messages are lost or late", fail: "Does not work" },
  allWell: "Everything that can be seen is in order.",
  found: (fails: number, warns: number) =>
    [
      fails > 0 ? plural(fails, { one: "# thing does not work", other: "# things do not work" }) : "",
      warns > 0
        ? plural(warns, { one: "# thing loses or delays messages", other: "# things lose or delay messages" })
        : "",
    ]
      .filter(Boolean)
      .join(", "),
  cure: "What to do",

  loop: "Loop test",
  loopAbout: "Write to your WhatsApp number from your own phone and watch each step.",
  loopPhone: "Your number",
  loopPhoneHint: "So that nobody else’s message counts. Empty: the first message that arrives.",
  loopStart: "Start",
  loopStop: "Stop",
  loopAgain: "Start again",
  loopWrite: "Write something to your WhatsApp number now.",
  loopOver: "Nothing more came within three minutes.",
  loopFailed: "The test cannot go on",
  loopConversation: "Open the conversation",
  stages: {
    arrived: "It arrives at Parley",
    decided: "The bot decides",
    left: "Braze takes the answer",
    phone: "It is on your phone",
  },
  stageStates: { open: "not yet", ok: "done", note: "ends here", fail: "failed", look: "look at your phone" },
  lookAtPhone: "Did it come? If your phone stays silent, go through the list below.",
  likely: "Likely cause",

  byHand: "To look up in Braze",
  byHandAbout: "No API shows these. Tick what you have seen to be right.",
  byHandFailed: "The list could not be read",
  ifNot: "If not:",
};
