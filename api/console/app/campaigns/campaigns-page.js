import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Page } from "../kit/components/page.js";
import { Pager } from "../kit/components/pager.js";
import { Problem } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { Select } from "../kit/components/select.js";
import { Table } from "../kit/components/table.js";
import { useResource } from "../kit/resource.js";
import { changeQuery, href, navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { onConnected, onEvent } from "../kit/socket.js";
import { withInstants } from "../kit/time.js";
import { formatNumber, t } from "../kit/words.js";
import { CampaignStatus, STATUSES } from "./status.js";

/** @typedef {import("./status.js").Campaign} Campaign */

const PAGE_SIZE = 20;

/** All campaigns. @param {{route: import("../kit/router.js").Route}} props */
export function CampaignsPage({ route }) {
  const status = route.query.get("status") ?? "";
  const offset = Number(route.query.get("offset") ?? 0);
  const found = useResource(
    (signal) => api.get("/api/campaigns", { query: { status, offset, limit: PAGE_SIZE }, signal }),
    [status, offset],
    { everySeconds: 20 },
  );
  useCampaignNews(found.reload);
  const total = found.data?.total ?? 0;
  const isBlank = found.data !== null && total === 0 && status === "";
  const toNew = html`<${Button} kind="main" icon="+" onClick=${() => navigate("/campaigns/new")}>${t("campaigns.new")}<//>`;
  return html`<${Page} title=${t("campaigns.title")} wide actions=${can("admin") && !isBlank && toNew}>
    ${
      !isBlank &&
      html`<${Select}
      class="campaigns-filter"
      label=${t("campaigns.filter_status")}
      value=${status}
      options=${[{ value: "", label: t("campaigns.every_status") }, ...STATUSES.map((each) => ({ value: each, label: t(`campaigns.status.${each}`) }))]}
      onChange=${(/** @type {string} */ chosen) => changeQuery({ status: chosen || null, offset: null })}
    />`
    }
    ${found.data && html`<${Problem} error=${found.error} onRetry=${found.reload} />`}
    <${Table}
      caption=${t("campaigns.title")}
      columns=${columns()}
      rows=${found.data?.campaigns ?? null}
      rowKey=${(/** @type {Campaign} */ campaign) => campaign.id}
      error=${found.error}
      onRetry=${found.reload}
      isLoading=${found.isLoading}
      empty=${html`<${Empty} title=${t(isBlank ? "campaigns.none" : "campaigns.none_of_status")} icon="➤" action=${can("admin") && isBlank && toNew}>
        ${isBlank && t("campaigns.none_text")}
      <//>`}
    />
    ${
      total > PAGE_SIZE &&
      html`<${Pager}
      text=${t("campaigns.page_of", { from: offset + 1, to: Math.min(offset + PAGE_SIZE, total), total })}
      onPrevious=${offset > 0 ? () => changeQuery({ offset: Math.max(0, offset - PAGE_SIZE) || null }) : null}
      onNext=${offset + PAGE_SIZE < total ? () => changeQuery({ offset: offset + PAGE_SIZE }) : null}
    />`
    }
  <//>`;
}

/** Look again when a campaign was changed by anybody, and after a lost connection. @param {() => void} reload */
export function useCampaignNews(reload) {
  useEffect(() => {
    const offs = [
      onEvent("campaign:updated", reload),
      onEvent("campaign:deleted", reload),
      onEvent("leads:imported", reload),
      onConnected(reload),
    ];
    return () => offs.forEach((off) => off());
  }, [reload]);
}

/** @returns {import("../kit/components/table.js").Column<Campaign>[]} */
function columns() {
  return [
    {
      key: "name",
      title: t("campaigns.column.name"),
      isWide: true,
      cell: (campaign) => html`<a href=${href(`/campaigns/${campaign.id}`)}>${campaign.name}</a>
        ${campaign.pacing_note && html`<small class="campaign-note">${withInstants(campaign.pacing_note)}</small>`}`,
    },
    {
      key: "status",
      title: t("campaigns.column.status"),
      cell: (campaign) => html`<${CampaignStatus} status=${campaign.status} />`,
    },
    { key: "mode", title: t("campaigns.column.mode"), cell: (campaign) => t(`campaigns.mode.${campaign.dial_mode}`) },
    {
      key: "progress",
      title: t("campaigns.column.progress"),
      cell: (campaign) => html`<${Progress}
        isLabelHidden
        label=${t("campaigns.progress_of", { name: campaign.name })}
        value=${campaign.calls_completed}
        max=${Math.max(campaign.total_leads, campaign.calls_completed)}
      />`,
    },
    {
      key: "leads",
      title: t("campaigns.column.leads"),
      isNumber: true,
      cell: (campaign) => formatNumber(campaign.total_leads),
    },
    {
      key: "calls",
      title: t("campaigns.column.calls"),
      isNumber: true,
      cell: (campaign) => formatNumber(campaign.calls_made),
    },
    {
      key: "caller",
      title: t("campaigns.column.caller_id"),
      cell: (campaign) => html`<span class="figure">${campaign.caller_id}</span>`,
    },
  ];
}
