import { html } from "htm/preact";

import { Page } from "../kit/components/page.js";
import { Tabs } from "../kit/components/tabs.js";
import { changeQuery, place } from "../kit/router.js";
import { t } from "../kit/words.js";
import { CheckPanel } from "./check-panel.js";
import { EntriesTab } from "./entries-tab.js";
import { RegistriesTab } from "./registries-tab.js";

/** The numbers that are never called: one's own list, and the national ones. */
export function DncPage() {
  const current = place.value.query.get("tab") === "registries" ? "registries" : "numbers";
  const tabs = [
    { key: "numbers", title: t("dnc.tab.numbers") },
    { key: "registries", title: t("dnc.tab.registries") },
  ];
  return html`<${Page} title=${t("dnc.title")} lead=${t("dnc.lead")}>
    <${CheckPanel} />
    <${Tabs} label=${t("dnc.title")} tabs=${tabs} current=${current} onChange=${(/** @type {string} */ tab) => changeQuery({ tab })}>
      ${current === "numbers" ? html`<${EntriesTab} />` : html`<${RegistriesTab} />`}
    <//>
  <//>`;
}
