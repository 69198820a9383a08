import { html } from "htm/preact";

import { Page } from "../kit/components/page.js";
import { Tabs } from "../kit/components/tabs.js";
import { changeQuery, place } from "../kit/router.js";
import { t } from "../kit/words.js";
import { AboutTab } from "./about-tab.js";
import { AccessTab } from "./access-tab.js";
import { BreaksTab } from "./breaks-tab.js";
import { CarrierTab } from "./carrier-tab.js";
import { RetentionTab } from "./retention-tab.js";
import { RulesTab } from "./rules-tab.js";

const TABS = /** @type {const} */ ({
  carrier: CarrierTab,
  rules: RulesTab,
  breaks: BreaksTab,
  access: AccessTab,
  retention: RetentionTab,
  about: AboutTab,
});

/** Settings, a tab for each subject. */
export function SettingsPage() {
  const wanted = place.value.query.get("tab") ?? "carrier";
  const current = wanted in TABS ? /** @type {keyof typeof TABS} */ (wanted) : "carrier";
  const tabs = Object.keys(TABS).map((key) => ({ key, title: t(`settings.tab.${key}`) }));
  return html`<${Page} title=${t("settings.title")} lead=${t("settings.lead")}>
    <${Tabs} label=${t("settings.title")} tabs=${tabs} current=${current} onChange=${(/** @type {string} */ tab) => changeQuery({ tab })}>
      <${TABS[current]} />
    <//>
  <//>`;
}
