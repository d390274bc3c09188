import {
  Circle,
  CircleDashed,
  CircleDot,
  Globe,
  Keyboard,
  LogOut,
  type LucideIcon,
  Palette,
  UserRound,
  Zap,
} from "lucide-react";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useLocation } from "wouter";
import { setTheme, themes } from "../../ui/theme";
import { useCommonWords } from "../../words/common";
import { languages, setLanguage } from "../../words/locale";
import { api } from "../api";
import { useAccount, useDesk, usePeople, usePeopleById } from "../context";
import { actKeys } from "../inbox/Actions";
import { offered } from "../inbox/act/changes";
import { calls, type Filter, type Listed, type Presence, views } from "../inbox/calls";
import { everything, toAddress } from "../inbox/filter";
import { filterOf, useSavedViews } from "../inbox/list/Views";
import { useListWords } from "../inbox/list/words";
import { nameOf } from "../inbox/Owner";
import { boundTo, registry } from "../keys";
import { inbox, may, pages, sections } from "../pages";
import { useWords } from "../words";
import type { Command } from "./commands";
import { presences } from "./Presence";
import { useShellWords } from "./words";

const statusIcons: Record<Presence, LucideIcon> = { online: CircleDot, away: Circle, offline: CircleDashed };
const kindOf = Object.fromEntries(Object.entries(actKeys).map(([kind, key]) => [key.toLowerCase(), kind]));

/** Everything that can be done from where one stands, but for conversations by name. */
export function useCommands(): Command[] {
  const words = useWords();
  const shell = useShellWords();
  const list = useListWords();
  const common = useCommonWords();
  const desk = useDesk();
  const { me } = usePeople();
  const { session, onLogOut } = useAccount();
  const [, navigate] = useLocation();
  const people = usePeopleById();
  const saved = useSavedViews();
  const { teams } = useSyncExternalStore(desk.roster.store.subscribe, desk.roster.store.snapshot);

  return useMemo(() => {
    const show = (filter: Filter) => () => navigate(`/${toAddress(filter)}`);
    const detail = desk.store.snapshot().transcript?.detail;
    const can = new Set<string>(detail ? offered(detail, me) : []);
    const actions = (Object.keys(registry) as (keyof typeof registry)[]).flatMap((key): Command[] => {
      const run = boundTo(key);
      const act = kindOf[key];
      if (!run || key === "mod+k" || key === "escape" || (act && !can.has(act))) return [];
      const icon = key === "?" ? Keyboard : Zap;
      return [{ id: `key-${key}`, group: "actions", label: registry[key].label(words), key, icon, run }];
    });
    const settings: Command[] = [
      ...presences.map(
        (p): Command => ({
          id: `be-${p}`,
          group: "actions",
          label: shell.be(shell.presence[p]),
          icon: statusIcons[p],
          run: () => desk.roster.setPresence(p).catch(() => {}),
        }),
      ),
      ...themes.map(
        (t): Command => ({
          id: `theme-${t}`,
          group: "actions",
          label: shell.theme({ system: common.themeSystem, light: common.themeLight, dark: common.themeDark }[t]),
          icon: Palette,
          run: () => setTheme(t),
        }),
      ),
      ...languages.map(
        (l): Command => ({
          id: `language-${l}`,
          group: "actions",
          label: shell.speak({ en: common.english, fr: common.french }[l]),
          icon: Globe,
          run: () => setLanguage(l),
        }),
      ),
      {
        id: "log-out",
        group: "actions",
        label: words.logOut,
        icon: LogOut,
        run: () => api.logOut().then(onLogOut, () => {}),
      },
    ];
    const colleagues = Object.values(people)
      .filter((p) => !p.disabled)
      .map(
        (p): Command => ({
          id: `person-${p.id}`,
          group: "people",
          label: shell.conversationsOf(p.id === me ? list.me : p.name),
          detail: shell.presence[p.presence],
          icon: UserRound,
          run: show({ ...everything, view: "agent", agent: p.id }),
        }),
      );
    const seen: Command[] = [
      ...(saved.data?.items ?? []).map(
        (v): Command => ({
          id: `view-${v.id}`,
          group: "views",
          label: v.name,
          icon: inbox.icon,
          run: show(filterOf(v)),
        }),
      ),
      ...views.map(
        (v): Command => ({
          id: `view-${v}`,
          group: "views",
          label: list.views[v],
          icon: inbox.icon,
          run: show({ ...everything, view: v }),
        }),
      ),
      ...teams.map(
        (t): Command => ({
          id: `team-${t.id}`,
          group: "views",
          label: t.name,
          icon: inbox.icon,
          run: show({ ...everything, view: "team", team: t.id }),
        }),
      ),
    ];
    const role = session.user.role;
    const places: Command[] = [
      ...[inbox, ...pages.filter((p) => may(role, p.least))].map(
        (p): Command => ({
          id: `page-${p.path}`,
          group: "pages",
          label: shell.goTo(words.pages[p.label]),
          icon: p.icon,
          ...(p.go ? { key: `g ${p.go}` } : {}),
          run: () => navigate(p.path),
        }),
      ),
      ...sections
        .filter((s) => may(role, s.least))
        .map(
          (s): Command => ({
            id: `section-${s.slug}`,
            group: "pages",
            label: shell.goTo(words.sections[s.label]),
            icon: s.icon,
            run: () => navigate(`/setup/${s.slug}`),
          }),
        ),
    ];
    return [...actions, ...settings, ...colleagues, ...seen, ...places];
  }, [words, shell, list, common, desk, me, session, onLogOut, navigate, people, saved.data, teams]);
}

/** Of the loaded conversations this many are looked through letter by letter; the gateway looks through all. */
const most = 2000;

/** Conversations by name or number: those that are loaded at once, the others as the gateway finds them. */
export function useFoundConversations(search: string): { found: Command[]; searching: boolean } {
  const desk = useDesk();
  const [, navigate] = useLocation();
  const { owners } = useWords();
  const q = search.trim();
  const [answer, setAnswer] = useState<{ q: string; items: readonly Listed[] }>({ q: "", items: [] });
  useEffect(() => {
    if (q.length < 2) return;
    let stale = false;
    const timer = setTimeout(() => {
      calls.list({ ...everything, q }, "", 8).then(
        ({ items }) => !stale && setAnswer({ q, items }),
        // The commands that are known here are found all the same.
        () => !stale && setAnswer({ q, items: [] }),
      );
    }, 150);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [q]);
  return useMemo(() => {
    const command = (c: Listed, found: boolean): Command => ({
      id: `conversation-${c.id}`,
      group: "conversations",
      label: nameOf(c.contact),
      detail: [c.contact.phone !== nameOf(c.contact) && c.contact.phone, owners[c.owner]].filter(Boolean).join(" · "),
      run: () => navigate(`/conversations/${c.id}`),
      found,
    });
    const here = answer.q === q ? answer.items : [];
    const known = new Set(here.map((c) => c.id));
    const loaded = desk.store
      .snapshot()
      .list.items.slice(0, most)
      .filter((c) => !known.has(c.id));
    return {
      found: [...loaded.map((c) => command(c, false)), ...here.map((c) => command(c, true))],
      searching: q.length >= 2 && answer.q !== q,
    };
  }, [desk, q, answer, navigate, owners]);
}
