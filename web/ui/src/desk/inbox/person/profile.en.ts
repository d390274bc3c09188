import { format } from "../../../words/locale";

const { plural } = format("en");

export const en = {
  title: "Told to Braze",
  about: "What this person’s profile at Braze says of their chats, for segments.",
  points: (n: number) => plural(n, { one: "# data point", other: "# data points" }),
  states: {
    pending: "waits",
    riding: "on its way",
    sending: "on its way",
    accepted: "taken",
    failed: "refused",
    unknown: "not known",
  },
  yes: "yes",
  no: "no",
  none: "taken away",
  added: (item: string) => `with ${item}`,
  removed: (item: string) => `without ${item}`,
  plus: (n: string) => `+ ${n}`,
  event: "event",
  ledger: (n: number) => plural(n, { one: "The last entry (#)", other: "The last # entries" }),
  reply: "with a reply",
  track: "by itself",
  trouble: "The last call did not go through; it is made again.",
  unknownDo: "The connection broke: Braze may or may not have it.",
  stopped: "Braze is told nothing more of this person.",
  purging: "What was told is being taken back.",
  stop: "Stop telling",
  resume: "Go on telling",
  purge: "Take back",
  purgeAsk: "Take back what Braze was told?",
  purgeDo:
    "These attributes are deleted at Braze, and nothing more is told. Events stay there: Braze’s API cannot delete them.",
  cancel: "Cancel",
  failed: "What Braze was told could not be read.",
  notDone: "Not done.",
  retry: "Try again",
};
