import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Loading } from "../kit/components/loading.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { Time } from "../kit/components/time.js";
import { useResource } from "../kit/resource.js";
import { navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { formatDuration, withInstants } from "../kit/time.js";
import { formatNumber, formatShare, hasWord, t } from "../kit/words.js";
import { ForecastPanel } from "./forecast-panel.js";
import { GateCounts } from "./gates.js";

/** @typedef {import("./campaign-actions.js").Shown} Shown */

/** How a campaign is doing, and why it does not dial. @param {Shown} props */
export function OverviewTab({ campaign }) {
  const report = useResource((signal) => api.get(`/api/campaigns/${campaign.id}/report`, { signal }), [campaign.id], {
    everySeconds: campaign.status === "active" ? 10 : 60,
  });
  const pacing = useResource((signal) => api.get(`/api/campaigns/${campaign.id}/pacing`, { signal }), [campaign.id], {
    everySeconds: campaign.status === "active" ? 10 : null,
  });
  if (campaign.total_leads === 0) {
    const toImport = html`<${Button} kind="main" icon="⇪" onClick=${() => navigate("/imports/new", { query: { campaign: campaign.id } })}>${t("campaigns.import")}<//>`;
    return html`<${Empty} icon="⇪" title=${t("campaigns.no_leads")} action=${can("admin") && toImport}>${t("campaigns.no_leads_text")}<//>`;
  }
  return html`<div class="campaign-overview">
    <${LeadsPanel} campaign=${campaign} report=${report} />
    <${WhyPanel} campaign=${campaign} />
    <${PacingPanel} pacing=${pacing} />
    <${ReportPanel} report=${report} />
    <${ForecastPanel} campaign=${campaign} />
  </div>`;
}

const STATUSES = ["pending", "queued", "calling", "completed", "failed", "dnc"];

/** @param {{campaign: import("./status.js").Campaign, report: any}} props */
function LeadsPanel({ campaign, report }) {
  /** @type {Record<string, number>} */
  const counts = report.data?.report.leads_by_status ?? {};
  const done = (counts.completed ?? 0) + (counts.failed ?? 0) + (counts.dnc ?? 0);
  const actions =
    can("admin") &&
    html`<${Button} icon="⇪" onClick=${() => navigate("/imports/new", { query: { campaign: campaign.id } })}>${t("campaigns.import")}<//>`;
  return html`<${Panel} title=${t("campaigns.progress")} actions=${actions}>
    <${Progress} label=${t("campaigns.leads_done")} value=${report.data ? done : null} max=${campaign.total_leads} text=${t("campaigns.of", { n: done, total: campaign.total_leads })} />
    <dl class="figures">
      ${STATUSES.map((status) => html`<div key=${status}><dt>${t(`campaigns.lead_status.${status}`)}</dt><dd class="figure">${formatNumber(counts[status] ?? 0)}</dd></div>`)}
      <div><dt>${t("campaigns.column.calls")}</dt><dd class="figure" data-figure="calls">${formatNumber(campaign.calls_made)}</dd></div>
    </dl>
  <//>`;
}

/** Why it is not dialling. @param {{campaign: import("./status.js").Campaign}} props */
function WhyPanel({ campaign }) {
  const found = useResource(
    (signal) => api.get(`/api/campaigns/${campaign.id}/dialability`, { signal }),
    [campaign.id, campaign.status],
    {
      everySeconds: 60,
    },
  );
  /** @type {import("../kit/shapes.js").Schema<"CampaignDialabilityOut"> | undefined} */
  const why = found.data?.dialability;
  return html`<${Panel} title=${t("campaigns.why")} actions=${html`<${Button} kind="quiet" icon="↻" isBusy=${found.isLoading} onClick=${found.reload}>${t("campaigns.look_again")}<//>`}>
    <${Problem} error=${found.error} onRetry=${found.reload} />
    ${campaign.pacing_note && html`<p class="tone-warn campaign-why"><span class="icon" aria-hidden="true">⚠</span> ${withInstants(campaign.pacing_note)}</p>`}
    ${
      why
        ? html`
          ${why.campaign_gate && html`<p class="tone-info campaign-why"><span class="icon" aria-hidden="true">i</span> ${t(`campaigns.gate.${why.campaign_gate.gate}`)}: ${withInstants(why.campaign_gate.message)}</p>`}
          <p><strong class="figure">${formatNumber(why.callable)}</strong> ${t("campaigns.callable_of", { n: why.callable, total: why.total })}</p>
          <${GateCounts} gates=${why.gates} />
        `
        : !found.error && html`<${Loading} lines=${4} />`
    }
  <//>`;
}

/** @param {{pacing: any}} props */
function PacingPanel({ pacing }) {
  /** @type {import("../kit/shapes.js").Schema<"PacingNowOut"> | undefined} */
  const now = pacing.data?.pacing.now;
  if (!now)
    return html`<${Panel} title=${t("campaigns.pacing")}>${pacing.error ? html`<${Problem} error=${pacing.error} onRetry=${pacing.reload} />` : html`<${Loading} lines=${4} />`}<//>`;
  const decision = now.last_decision;
  const standing = now.abandonment;
  return html`<${Panel} title=${t("campaigns.pacing")}>
    ${
      decision
        ? html`<p>${t("campaigns.decided", { wanted: decision.wanted, planned: decision.planned })} <${Time} at=${decision.at} kind="time" /></p>
          <p>${t("campaigns.bound_by")} <${Badge} tone="info" icon="⊣">${boundBy(decision.bound_by)}<//></p>
          ${decision.why.map((/** @type {string} */ reason) => html`<p key=${reason} class="tone-warn campaign-why">${withInstants(reason)}</p>`)}`
        : html`<p>${t("campaigns.no_decision")}</p>`
    }
    <dl class="figures">
      <div><dt>${t("campaigns.agents")}</dt><dd class="figure">${formatNumber(now.floor.agents)}</dd></div>
      <div><dt>${t("campaigns.idle")}</dt><dd class="figure">${formatNumber(now.floor.idle)}</dd></div>
      <div><dt>${t("campaigns.talking")}</dt><dd class="figure">${formatNumber(now.floor.talking)}</dd></div>
      <div><dt>${t("campaigns.lines")}</dt><dd class="figure">${formatNumber(now.floor.lines_in_flight)}</dd></div>
    </dl>
    <${Progress}
      label=${t("campaigns.abandonment")}
      value=${standing.rate ?? 0}
      max=${standing.max_rate}
      text=${t("campaigns.abandonment_text", { rate: formatShare(standing.rate ?? 0, 2), limit: formatShare(standing.max_rate, 1), left: standing.budget_left })}
    />
    ${standing.is_exhausted && html`<${Badge} tone="bad" icon="!">${t("campaigns.budget_spent")}<//>`}
  <//>`;
}

/** @param {string} reason */
const boundBy = (reason) => (hasWord(`campaigns.bound.${reason}`) ? t(`campaigns.bound.${reason}`) : reason);

/** @param {{report: any}} props */
function ReportPanel({ report }) {
  /** @type {import("../kit/shapes.js").Schema<"CampaignReportOut"> | undefined} */
  const found = report.data?.report;
  if (!found)
    return html`<${Panel} title=${t("campaigns.report")}>${report.error ? html`<${Problem} error=${report.error} onRetry=${report.reload} />` : html`<${Loading} lines=${4} />`}<//>`;
  return html`<${Panel} title=${t("campaigns.report")}>
    <dl class="figures">
      <div><dt>${t("campaigns.first_call")}</dt><dd><${Time} at=${found.campaign.first_call_at} /></dd></div>
      <div><dt>${t("campaigns.reached")}</dt><dd class="figure">${formatNumber(found.abandonment.reached)}</dd></div>
      <div><dt>${t("campaigns.abandoned")}</dt><dd class="figure">${formatNumber(found.abandonment.abandoned)} (${formatShare(found.abandonment.rate, 2)})</dd></div>
      <div><dt>${t("campaigns.occupancy")}</dt><dd class="figure">${formatShare(found.occupancy.ratio)}</dd></div>
      <div><dt>${t("campaigns.logged_in")}</dt><dd class="figure">${formatDuration(Math.round(found.occupancy.logged_in_seconds))}</dd></div>
      <div><dt>${t("campaigns.retries")}</dt><dd class="figure">${formatNumber(found.retries_scheduled)}</dd></div>
    </dl>
    ${
      found.dispositions.length > 0 &&
      html`<h3>${t("campaigns.outcomes")}</h3>
      <dl class="figures">
        ${found.dispositions.map((each) => {
          const name = String(each.disposition ?? "none");
          return html`<div key=${name}><dt>${hasWord(`campaigns.outcome.${name}`) ? t(`campaigns.outcome.${name}`) : name}</dt><dd class="figure">${formatNumber(each.count)}</dd></div>`;
        })}
      </dl>`
    }
  <//>`;
}
