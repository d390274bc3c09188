import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  optedOut: "They asked for no more messages.",
  optedOutOn: (day: string) => `They asked for no more messages on ${day}.`,
  optedOutDo: "Answer what they ask, and send nothing else.",
  optedOutTold: "Braze delivers nothing to them, answers included, until they write START.",
  consent: "Messages to them",
  decisions: {
    opt_out: {
      word: "They wrote STOP",
      confirmed: "They want no more messages, and said yes when asked",
      handed_over: "They want no more messages",
      agent: "No more messages",
    },
    opt_in: {
      word: "They wrote START",
      confirmed: "They want messages again",
      handed_over: "They want messages again",
      agent: "Messages again",
    },
  },
  decidedBy: (who: string) => `set by ${who}`,
  consentStates: {
    waiting: "Braze is being told",
    told: "Braze knows",
    failed: "Braze refused it",
    kept: "kept here",
    superseded: "overtaken",
  },
  optOut: "Opt them out",
  optIn: "Opt them in again",
  optOutAsk: "Did they say that they want no more messages?",
  optInAsk: "Did they say that they want messages again?",
  optOutDo: "Braze is told a minute later, and then delivers nothing to them, your answers included.",
  optInDo: "Braze is told with the next message. Do it only when they asked for it.",
  decide: { opt_out: "Opt out", opt_in: "Opt in" },
  consentFailed: "It was not kept. Try again.",
  identify: "Set external id",
  identifyLabel: "External id of this customer",
  identifyAbout:
    "Braze knows them by a number only. With their external id, Braze merges its profiles, and their conversations come together here. It cannot be taken back.",
  identifyDo: "Set it",
  identifyCancel: "Cancel",
  attributes: "From Braze",
  past: "Earlier conversations",
  pastNone: "This is their first conversation.",
  pastFailed: "What is known of them could not be read.",
  pastCount: (n: number) => plural(n, { one: "# conversation", other: "# conversations" }),
  lines: (n: number) => plural(n, { one: "# line", other: "# lines" }),
  openIt: "Open it",
  earlier: "Earlier lines are there.",
  still: "still open",
  outcomes: { solved: "Solved", unsolved: "Not solved", spam: "Spam", other: "Ended" },
  noWords: "No text",
  privacy: "Privacy",
  privacyText:
    "Of what stands here, Braze is told only what is listed under “Told to Braze”. Customers never see notes, tags or this pane. Copy personal data only where your rules allow it.",
  retry: "Try again",
};
