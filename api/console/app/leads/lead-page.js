import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Loading } from "../kit/components/loading.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { Time } from "../kit/components/time.js";
import { useResource } from "../kit/resource.js";
import { href } from "../kit/router.js";
import { t } from "../kit/words.js";
import { LeadActions } from "./lead-actions.js";
import { LeadForm } from "./lead-form.js";
import { CallHistory, Promises } from "./lead-history.js";
import { LeadStatus, nameOf } from "./lead-status.js";
import { LeadWhy } from "./lead-why.js";

/** One person on a campaign's list. @param {{route: import("../kit/router.js").Route}} props */
export function LeadPage({ route }) {
  const id = route.params.id ?? "";
  const found = useResource((signal) => api.get(`/api/leads/${id}`, { signal }), [id]);
  /** @type {import("./lead-status.js").Lead | undefined} */
  const lead = found.data?.lead;
  const campaign = useResource(
    (signal) => api.get(`/api/campaigns/${lead?.campaign_id}`, { signal }),
    [lead?.campaign_id],
    { isEnabled: lead !== undefined },
  );
  if (!lead) {
    return html`<${Page} title=${t("leads.one")} wide>${found.error ? html`<${Problem} error=${found.error} onRetry=${found.reload} />` : html`<${Loading} lines=${8} />`}<//>`;
  }
  const why = `${lead.status} ${lead.updated_at}`;
  return html`<${Page}
    title=${nameOf(lead)}
    wide
    lead=${html`<${LeadStatus} status=${lead.status} /> <a href=${href(`/campaigns/${lead.campaign_id}`, { tab: "leads" })}>${campaign.data?.campaign.name ?? t("leads.campaign")}</a> · ${t("leads.column.created")} <${Time} at=${lead.created_at} kind="date" />`}
    actions=${html`<${LeadActions} lead=${lead} onChange=${found.reload} />`}
  >
    <div class="lead-page">
      <${LeadWhy} leadId=${lead.id} version=${why} />
      <${LeadForm} key=${lead.updated_at} lead=${lead} onSaved=${found.set} />
      <${CallHistory} leadId=${lead.id} />
      <${Promises} leadId=${lead.id} version=${why} />
    </div>
  <//>`;
}
