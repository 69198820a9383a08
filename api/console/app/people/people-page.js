import { html } from "htm/preact";

import { Page } from "../kit/components/page.js";
import { Tabs } from "../kit/components/tabs.js";
import { changeQuery, place } from "../kit/router.js";
import { t } from "../kit/words.js";
import { InvitationsTab } from "./invitations-tab.js";
import { RolesTab } from "./roles-tab.js";
import { UsersTab } from "./users-tab.js";

const TABS = /** @type {const} */ ({ users: UsersTab, invitations: InvitationsTab, roles: RolesTab });

/** Who may sign in, who is asked to, and what each role may do. */
export function PeoplePage() {
  const wanted = place.value.query.get("tab") ?? "users";
  const current = wanted in TABS ? /** @type {keyof typeof TABS} */ (wanted) : "users";
  const tabs = Object.keys(TABS).map((key) => ({ key, title: t(`people.tab.${key}`) }));
  return html`<${Page} title=${t("people.title")} lead=${t("people.lead")}>
    <${Tabs} label=${t("people.title")} tabs=${tabs} current=${current} onChange=${(/** @type {string} */ tab) => changeQuery({ tab })}>
      <${TABS[current]} />
    <//>
  <//>`;
}
