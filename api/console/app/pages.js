/** The pages: where each is, who may see it, which words it needs, and the module it is in. */

/** @typedef {import("./kit/session.js").Role} Role */
/**
 * @typedef {{
 *   path: string, module: () => Promise<any>, component: string, words: string[], role?: Role, isPublic?: boolean,
 *   isBare?: boolean,
 * }} PageEntry
 * `component` is the module's export; `isPublic` is seen without signing in; `isBare` stands without the shell.
 */

const entrance = () => import("./entrance/index.js");
const softphone = () => import("./softphone/index.js");
const wallboard = () => import("./wallboard/index.js");
const campaigns = () => import("./campaigns/index.js");
const imports = () => import("./imports/index.js");
const leads = () => import("./leads/index.js");
const dnc = () => import("./dnc/index.js");
const people = () => import("./people/index.js");
const numbers = () => import("./numbers/index.js");
const settings = () => import("./settings/index.js");
const audit = () => import("./audit/index.js");
const profile = () => import("./profile/index.js");

/** @type {PageEntry[]} */
export const PAGES = [
  { path: "/sign-in", module: entrance, component: "SignInPage", words: ["entrance"], isPublic: true },
  { path: "/register", module: entrance, component: "RegisterPage", words: ["entrance"], isPublic: true },
  { path: "/forgot-password", module: entrance, component: "ForgotPasswordPage", words: ["entrance"], isPublic: true },
  { path: "/reset-password", module: entrance, component: "ResetPasswordPage", words: ["entrance"], isPublic: true },
  {
    path: "/accept-invitation",
    module: entrance,
    component: "AcceptInvitationPage",
    words: ["entrance"],
    isPublic: true,
  },
  { path: "/first-steps", module: entrance, component: "FirstStepsPage", words: ["entrance"], role: "admin" },
  { path: "/profile", module: profile, component: "ProfilePage", words: ["profile", "entrance"], role: "agent" },
  { path: "/softphone", module: softphone, component: "SoftphonePage", words: ["softphone"], role: "agent" },
  { path: "/wallboard", module: wallboard, component: "WallboardPage", words: ["wallboard"], role: "supervisor" },
  { path: "/campaigns", module: campaigns, component: "CampaignsPage", words: ["campaigns"], role: "supervisor" },
  { path: "/campaigns/new", module: campaigns, component: "NewCampaignPage", words: ["campaigns"], role: "admin" },
  {
    path: "/campaigns/:id",
    module: campaigns,
    component: "CampaignPage",
    words: ["campaigns", "leads", "imports"],
    role: "supervisor",
  },
  { path: "/imports/new", module: imports, component: "NewImportPage", words: ["imports"], role: "admin" },
  { path: "/imports/:id", module: imports, component: "ImportPage", words: ["imports"], role: "supervisor" },
  { path: "/leads", module: leads, component: "LeadsPage", words: ["leads"], role: "supervisor" },
  { path: "/leads/:id", module: leads, component: "LeadPage", words: ["leads"], role: "supervisor" },
  { path: "/dnc", module: dnc, component: "DncPage", words: ["office", "dnc"], role: "supervisor" },
  { path: "/agents", module: people, component: "AgentsPage", words: ["office", "people"], role: "supervisor" },
  { path: "/agents/:id", module: people, component: "AgentPage", words: ["office", "people"], role: "supervisor" },
  { path: "/groups", module: people, component: "GroupsPage", words: ["office", "people"], role: "supervisor" },
  { path: "/people", module: people, component: "PeoplePage", words: ["office", "people", "profile"], role: "admin" },
  { path: "/numbers", module: numbers, component: "NumbersPage", words: ["office", "numbers"], role: "supervisor" },
  { path: "/settings", module: settings, component: "SettingsPage", words: ["office", "settings"], role: "admin" },
  { path: "/audit-log", module: audit, component: "AuditLogPage", words: ["office", "audit"], role: "admin" },
];

/** In place of every page, for whoever has to set up a second factor first. @type {PageEntry} */
export const ENROLMENT = {
  path: "",
  module: entrance,
  component: "ForcedEnrolmentPage",
  words: ["entrance", "profile"],
};

/** What the navigation shows, in this order. @type {{path: string, word: string, icon: string, role: Role, isForAgents?: boolean}[]} */
export const NAVIGATION = [
  { path: "/softphone", word: "kit.nav.softphone", icon: "☎", role: "agent", isForAgents: true },
  { path: "/wallboard", word: "kit.nav.wallboard", icon: "▦", role: "supervisor" },
  { path: "/campaigns", word: "kit.nav.campaigns", icon: "➤", role: "supervisor" },
  { path: "/leads", word: "kit.nav.leads", icon: "☰", role: "supervisor" },
  { path: "/dnc", word: "kit.nav.dnc", icon: "⊘", role: "supervisor" },
  { path: "/agents", word: "kit.nav.agents", icon: "◉", role: "supervisor" },
  { path: "/groups", word: "kit.nav.groups", icon: "◎", role: "supervisor" },
  { path: "/people", word: "kit.nav.people", icon: "⚇", role: "admin" },
  { path: "/numbers", word: "kit.nav.numbers", icon: "#", role: "supervisor" },
  { path: "/settings", word: "kit.nav.settings", icon: "⚙", role: "admin" },
  { path: "/audit-log", word: "kit.nav.audit", icon: "≡", role: "admin" },
];
