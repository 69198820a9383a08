import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Loading } from "../kit/components/loading.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { Tabs } from "../kit/components/tabs.js";
import { useResource } from "../kit/resource.js";
import { changeQuery } from "../kit/router.js";
import { t } from "../kit/words.js";
import { LeadsTable } from "../leads/leads-table.js";
import { CampaignActions } from "./campaign-actions.js";
import { useCampaignNews } from "./campaigns-page.js";
import { ListsTab } from "./lists-tab.js";
import { OverviewTab } from "./overview-tab.js";
import { ResultsTab } from "./results-tab.js";
import { ScriptTab } from "./script-tab.js";
import { SettingsTab } from "./settings-tab.js";
import { CampaignStatus } from "./status.js";

const TABS = ["overview", "leads", "lists", "settings", "script", "results"];

/** One campaign. @param {{route: import("../kit/router.js").Route}} props */
export function CampaignPage({ route }) {
  const id = route.params.id ?? "";
  const tab = TABS.find((each) => each === route.query.get("tab")) ?? "overview";
  const found = useResource((signal) => api.get(`/api/campaigns/${id}`, { signal }), [id], { everySeconds: 10 });
  useCampaignNews(found.reload);
  /** @type {import("./status.js").Campaign | undefined} */
  const campaign = found.data?.campaign;
  if (!campaign) {
    return html`<${Page} title=${t("campaigns.one")} wide>
      ${found.error ? html`<${Problem} error=${found.error} onRetry=${found.reload} />` : html`<${Loading} lines=${8} />`}
    <//>`;
  }
  /** @param {import("./status.js").Campaign} changed */
  const replace = (changed) => found.set({ campaign: changed });
  const shown = { campaign, onChange: replace, onReload: found.reload };
  return html`<${Page}
    title=${campaign.name}
    wide
    lead=${html`<${CampaignStatus} status=${campaign.status} /> ${t(`campaigns.mode.${campaign.dial_mode}`)} · <span class="figure">${campaign.caller_id}</span>`}
    actions=${html`<${CampaignActions} ...${shown} />`}
  >
    <${Problem} error=${found.error} onRetry=${found.reload} />
    <${Tabs}
      label=${t("campaigns.parts")}
      tabs=${TABS.map((key) => ({ key, title: t(`campaigns.tab.${key}`) }))}
      current=${tab}
      onChange=${(/** @type {string} */ key) => changeQuery({ tab: key })}
    >
      ${tab === "overview" && html`<${OverviewTab} ...${shown} />`}
      ${tab === "leads" && html`<${LeadsTable} key=${campaign.id} campaign=${campaign} />`}
      ${tab === "lists" && html`<${ListsTab} ...${shown} />`}
      ${tab === "settings" && html`<${SettingsTab} ...${shown} />`}
      ${tab === "script" && html`<${ScriptTab} ...${shown} />`}
      ${tab === "results" && html`<${ResultsTab} key=${campaign.id} ...${shown} />`}
    <//>
  <//>`;
}
