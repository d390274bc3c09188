import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  mode: "What to write",
  modes: { reply: "Reply", note: "Note" },
  noteLabel: "Note for colleagues",
  noteHint: "Only colleagues see this. @ calls one of them.",
  leaveNote: "Leave the note",
  noteNotSaved: "The note was not saved.",
  noteOffline: "The gateway does not answer. Try again: it is saved only once.",

  canned: "Canned replies",
  cannedFound: (n: number) => plural(n, { one: "# canned reply", other: "# canned replies" }),
  cannedNone: "No canned reply by that name.",
  cannedFailed: "The canned replies could not be read.",
  cannedKeys: "↑ ↓ to choose, Tab to take",
  missing: (names: string) => `Nothing is known for ${names}: fill it in or take it out before you send.`,
  colleagues: "Colleagues",
  colleaguesFound: (n: number) => plural(n, { one: "# colleague", other: "# colleagues" }),

  suggestion: "Suggested reply",
  sure: (share: string) => `${share} sure`,
  useIt: "Use it",
  notThis: "Not this one",
  tabTakes: "Tab takes the suggested reply",

  emoji: "Emoji",
  findEmoji: "Find an emoji",
  noEmoji: "No emoji by that name.",

  viewing: (names: string, n: number) =>
    n === 1 ? `${names} is looking at this too` : `${names} are looking at this too`,
  typing: (names: string, n: number) =>
    n === 1 ? `${names} is typing a reply too.` : `${names} are typing a reply too.`,
  and: "and",

  newerElsewhere: "A newer draft of yours from another browser is in the box.",
  olderElsewhere: "There was an older draft of yours from another browser.",
  bringBack: "Bring the other one back",
  dismiss: "Dismiss",

  template: "Template",
  templateAbout: "Free text may not be sent any more. This template may, and opens the window again once they answer.",
  templateSend: "Send the template",
  templateFill: (name: string) => `Text for ${name}`,
  templateNone:
    "No template is set up to open a conversation again. An administrator can name one in the configuration.",
  templateSent: "The template is on its way.",

  waitAbout: "Or write your answer now: it waits here and leaves when the customer writes again.",
  waitWrite: "Write an answer that waits",
  waits: "The 24-hour window has closed. What you send waits here until the customer writes again.",
  waitingTold: (when: string) => `An answer waits for the customer. A template told them (${when}).`,
  waitingUntold: {
    no_notice: "An answer waits for the customer. Nobody told them: no template is set up for it.",
    opted_out: "An answer waits for the customer. They were not told: they want no more messages.",
    messaging_limit:
      "An answer waits for the customer. They are told when the number’s messaging limit has room again.",
    soon: "An answer waits for the customer, who is being told.",
  },
};
