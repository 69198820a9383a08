import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { changeQuery, navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { LeadsTable } from "./leads-table.js";

/** The leads of a campaign. @param {{route: import("../kit/router.js").Route}} props */
export function LeadsPage({ route }) {
  const chosen = route.query.get("campaign") ?? "";
  const found = useResource((signal) => api.get("/api/campaigns", { query: { limit: 100 }, signal }));
  /** @type {import("../kit/shapes.js").Schema<"CampaignOut">[]} */
  const campaigns = found.data?.campaigns ?? [];
  const campaign = campaigns.find((each) => each.id === chosen);
  const first = campaigns[0]?.id;
  useEffect(() => {
    if (!chosen && first) changeQuery({ campaign: first });
  }, [chosen, first]);
  if (found.data && campaigns.length === 0) {
    const action =
      can("admin") &&
      html`<${Button} kind="main" onClick=${() => navigate("/campaigns/new")}>${t("leads.make_campaign")}<//>`;
    return html`<${Page} title=${t("leads.title")}><${Empty} icon="☰" title=${t("leads.no_campaign")} action=${action}>${t("leads.no_campaign_text")}<//><//>`;
  }
  const toImport =
    can("admin") &&
    campaign &&
    html`<${Button} icon="⇪" onClick=${() => navigate("/imports/new", { query: { campaign: chosen } })}>${t("leads.import")}<//>`;
  return html`<${Page} title=${t("leads.title")} wide actions=${toImport}>
    <${Problem} error=${found.error} onRetry=${found.reload} />
    <${Select}
      class="leads-campaign"
      label=${t("leads.campaign")}
      value=${chosen}
      options=${campaigns.map((each) => ({ value: each.id, label: each.name }))}
      onChange=${(/** @type {string} */ id) => changeQuery({ campaign: id })}
    />
    ${campaign && html`<${LeadsTable} key=${campaign.id} campaign=${campaign} />`}
  <//>`;
}
