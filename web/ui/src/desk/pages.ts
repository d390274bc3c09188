import {
  ChartNoAxesCombined,
  Gauge,
  GraduationCap,
  KeyRound,
  ListChecks,
  LockKeyhole,
  type LucideIcon,
  MailX,
  MessagesSquare,
  ScrollText,
  SlidersHorizontal,
  Stethoscope,
  UsersRound,
  Waypoints,
  Webhook,
  Workflow,
} from "lucide-react";
import { type ComponentType, lazy } from "react";
import type { Session } from "./api";
import type { Words } from "./words";

export type Role = Session["user"]["role"];

const ranks: Record<Role, number> = { agent: 1, supervisor: 2, admin: 3 };

/** Whether somebody of a role may do what needs another one. The gateway decides; pages only do not offer the rest. */
export function may(role: Role, least: Role): boolean {
  return ranks[role] >= ranks[least];
}

/** One entry of the navigation. Everything below `path` is the page's own. */
export interface Page {
  path: string;
  label: keyof Words["pages"];
  icon: LucideIcon;
  /** The letter that goes there after G, where it has one. Each stands for one page only. */
  go?: string;
  least: Role;
  component: ComponentType;
}

/** The pages in the order of the navigation. The first, the inbox, is drawn by the shell. */
export const pages: Page[] = [
  {
    path: "/board",
    label: "board",
    icon: Gauge,
    go: "b",
    least: "supervisor",
    component: lazy(() => import("./board/Board").then((m) => ({ default: m.Board }))),
  },
  {
    path: "/reports",
    label: "reports",
    icon: ChartNoAxesCombined,
    go: "r",
    least: "supervisor",
    component: lazy(() => import("./reports/Reports").then((m) => ({ default: m.Reports }))),
  },
  {
    path: "/learning",
    label: "learning",
    icon: GraduationCap,
    go: "l",
    least: "agent",
    component: lazy(() => import("./learning/Learning").then((m) => ({ default: m.Learning }))),
  },
  {
    path: "/team",
    label: "team",
    icon: UsersRound,
    go: "t",
    least: "supervisor",
    component: lazy(() => import("./team/Team").then((m) => ({ default: m.Team }))),
  },
  {
    path: "/setup",
    label: "setup",
    icon: SlidersHorizontal,
    go: "s",
    least: "agent",
    component: lazy(() => import("./setup/Setup").then((m) => ({ default: m.Setup }))),
  },
];

export const inbox = { path: "/", label: "inbox", icon: MessagesSquare, go: "i" } as const;

/** One part of the setup page; `slug` is its address below /setup. */
export interface Section {
  slug: string;
  label: keyof Words["sections"];
  icon: LucideIcon;
  least: Role;
  component: ComponentType;
}

export const sections: Section[] = [
  {
    slug: "routes",
    label: "routes",
    icon: Waypoints,
    least: "supervisor",
    component: lazy(() => import("./setup/braze/Routes").then((m) => ({ default: m.Routes }))),
  },
  {
    slug: "flows",
    label: "flows",
    icon: Workflow,
    least: "supervisor",
    component: lazy(() => import("./setup/flows/Flows").then((m) => ({ default: m.Flows }))),
  },
  {
    slug: "braze",
    label: "guide",
    icon: ListChecks,
    least: "admin",
    component: lazy(() => import("./setup/braze/Guide").then((m) => ({ default: m.Guide }))),
  },
  {
    slug: "doctor",
    label: "doctor",
    icon: Stethoscope,
    least: "admin",
    component: lazy(() => import("./setup/braze/Doctor").then((m) => ({ default: m.Doctor }))),
  },
  {
    slug: "webhooks",
    label: "webhooks",
    icon: Webhook,
    least: "admin",
    component: lazy(() => import("./hooks/Hooks").then((m) => ({ default: m.Hooks }))),
  },
  {
    slug: "unreadable",
    label: "deadLetters",
    icon: MailX,
    least: "agent",
    component: lazy(() => import("./setup/DeadLetters").then((m) => ({ default: m.DeadLetters }))),
  },
  {
    slug: "tokens",
    label: "tokens",
    icon: KeyRound,
    least: "agent",
    component: lazy(() => import("./setup/access/Tokens").then((m) => ({ default: m.Tokens }))),
  },
  {
    slug: "audit",
    label: "audit",
    icon: ScrollText,
    least: "admin",
    component: lazy(() => import("./setup/access/Audit").then((m) => ({ default: m.Audit }))),
  },
  {
    slug: "security",
    label: "security",
    icon: LockKeyhole,
    least: "agent",
    component: lazy(() => import("./setup/access/Security").then((m) => ({ default: m.Security }))),
  },
];
