import { format } from "../../words/locale";

const { plural, number } = format("en");

export const people = {
  colleague: "A colleague",
  acts: {
    accept: "Take over",
    assign: "Assign",
    snooze: "Put aside",
    tags: "Tags",
    priority: "Priority",
    pass_back: "Hand back to the bot",
    resolve: "Resolve",
    reopen: "Open again",
  },
  actions: "What to do with this conversation",
  actFailed: {
    accept: "Not taken over.",
    pass_back: "Not handed back.",
    resolve: "Not resolved.",
    reopen: "Not opened again.",
  },
  dismiss: "Dismiss",

  reply: "Reply to the customer",
  replyHint: "Write a reply",
  send: "Send",
  sendWith: (key: string) => `${key} sends`,
  takesOver: {
    bot: "You take over from the bot.",
    queue: "You take it from the queue.",
    agent: "You take over from a colleague.",
  },
  windowCloses: (span: string) => `The window closes in ${span}.`,
  windowClosedAt: (time: string) => `The 24-hour window closed at ${time}. Only a template may be sent now.`,
  windowClosedOn: (day: string, time: string) =>
    `The 24-hour window closed at ${time} (${day}). Only a template may be sent now.`,
  windowNone: "The customer has not written yet. Only a template may be sent now.",
  parts: (n: number) => plural(n, { one: "# message.", other: "# messages, about 6 s apart." }),
  tooLong: (over: number, limit: number) =>
    `${plural(over, { one: "# character", other: "# characters" })} too many: at most ${number(limit)} are sent at once.`,
  resolved: "Resolved. When the customer writes again, a new conversation begins.",
  sending: "Sending…",
  newSince: (n: number) => plural(n, { one: "# new line since you began", other: "# new lines since you began" }),
  sendAnyway: "Send anyway",
  keepEditing: "Keep editing",
  notSent: "Not sent.",
  again: "Try again",
  failures: {
    offline: "The gateway does not answer. Try again: it is sent only once.",
    closed: "The 24-hour window has closed. Only a template may be sent now.",
    resolved: "The conversation was resolved meanwhile. Open it again first.",
    changed: "Somebody else was faster. The page now shows how it stands; choose again if it is still needed.",
    unsure: "The page was closed before the answer came. Try again: it is sent only once.",
    refused: (detail: string) => `The gateway refused it: ${detail}`,
  },
};
