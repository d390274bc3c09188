import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  optedOut: "They asked for no more messages.",
  optedOutOn: (day: string) => `They asked for no more messages on ${day}.`,
  optedOutDo: "Answer what they ask, and send nothing else.",
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
