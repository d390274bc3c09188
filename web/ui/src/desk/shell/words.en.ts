import { format } from "../../words/locale";

const { plural } = format("en");

export const en = {
  palette: "Find anything, do anything",
  paletteHint: "Type a command, a name, a page",
  paletteFound: (n: number) => plural(n, { one: "# result", other: "# results" }),
  paletteNothing: "Nothing is called that",
  paletteNothingDo: "Try fewer letters, or the search of the list for words within messages.",
  searching: "Searching conversations",
  groups: {
    actions: "Actions",
    conversations: "Conversations",
    people: "People",
    views: "Views",
    pages: "Pages",
  },
  goTo: (page: string) => `Go to: ${page}`,
  be: (presence: string) => `My status: ${presence}`,
  theme: (theme: string) => `Theme: ${theme}`,
  speak: (language: string) => `Language: ${language}`,
  conversationsOf: (who: string) => `Conversations of ${who}`,
  move: "Move",
  choose: "Choose",
  close: "Close",

  status: "My status",
  presence: { online: "Online", away: "Away", offline: "Offline" },
  presenceAbout: {
    online: "New conversations can be given to you.",
    away: "You get nothing new; you keep what you have.",
    offline: "Nobody counts on you.",
  },
  awayByItself: (since: string) =>
    `Away by itself since ${since}: nothing was typed or clicked. Any key brings you back.`,
  awayByItselfNow: "Away by itself: nothing was typed or clicked. Any key brings you back.",
  presenceFailed: "Your status was not changed. Try again.",
  load: (load: number, capacity: number) => `${load} of ${capacity} conversations`,
  loadOpen: (load: number) => plural(load, { one: "# conversation", other: "# conversations" }),
  full: "You have as many as you take.",

  colleagues: "Colleagues",
  colleaguesOnline: (n: number) => plural(n, { one: "# colleague online", other: "# colleagues online" }),
  colleaguesNone: "You are the only one here",
  colleaguesNoneDo: "Colleagues appear once an administrator has invited them.",
  colleaguesFailed: "Colleagues could not be read. They are read again as soon as the gateway answers.",
  since: (when: string) => `since ${when}`,

  notifications: "Notifications",
  desktop: "Desktop notifications",
  desktopHint: "New in my queue, given to me, answered, mentioned.",
  desktopRefused: "The browser refuses notifications for this page. Allow them in its settings for this site.",
  desktopMissing: "This browser shows notifications only to pages that are served over HTTPS.",
  sound: "Sound",
  soundHint: "Two soft notes, once for all open tabs.",
  news: {
    queued: (who: string) => `${who} waits in the queue`,
    queuedMany: (n: number) => plural(n, { one: "# new in the queue", other: "# new in the queue" }),
    assigned: (who: string) => `${who} was given to you`,
    answered: (who: string) => `${who} answered`,
    mention: (by: string) => `${by} mentioned you`,
  },
  newsMention: "Open the note to answer.",
  withNews: (n: number, title: string) => `(${n}) ${title}`,
};
