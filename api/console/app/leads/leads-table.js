import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { Empty } from "../kit/components/empty.js";
import { Button } from "../kit/components/button.js";
import { Pager } from "../kit/components/pager.js";
import { Problem } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { href, navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { onEvent } from "../kit/socket.js";
import { formatNumber, t } from "../kit/words.js";
import { BulkBar } from "./bulk-bar.js";
import { LeadFilters } from "./lead-filters.js";
import { LeadStatus, nameOf } from "./lead-status.js";
import { EVERYBODY, isNarrowed } from "./lead-wish.js";
import { useLeads } from "./use-leads.js";

/** @typedef {import("./lead-status.js").Lead} Lead */
/** @typedef {import("./lead-wish.js").LeadWish} LeadWish */

/** The leads of a campaign: filters, a page of them, and what can be done with many. @param {{campaign: import("../kit/shapes.js").Schema<"CampaignOut">}} props */
export function LeadsTable({ campaign }) {
  const [wish, setWish] = useState(EVERYBODY);
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const leads = useLeads(campaign.id, wish);
  useEffect(() => onEvent("leads:imported", leads.reload), [campaign.id]);
  useEffect(() => setChosen([]), [wish, leads.page]);
  const rows = leads.found?.leads ?? null;
  const toImport =
    can("admin") &&
    html`<${Button} kind="main" icon="⇪" onClick=${() => navigate("/imports/new", { query: { campaign: campaign.id } })}>${t("leads.import")}<//>`;
  const nobody = isNarrowed(wish)
    ? html`<${Empty} icon="⌕" title=${t(leads.found?.next ? "leads.none_yet" : "leads.none_fit")}>${t(leads.found?.next ? "leads.none_yet_text" : "leads.none_fit_text")}<//>`
    : html`<${Empty} icon="☰" title=${t("leads.none")} action=${toImport}>${t("leads.none_text")}<//>`;
  return html`<div class="leads">
    <${LeadFilters} campaignId=${campaign.id} wish=${wish} onChange=${setWish} />
    ${can("admin") && rows !== null && rows.length > 0 && html`<${BulkBar} campaign=${campaign} wish=${wish} chosen=${chosen} total=${leads.found} onDone=${leads.reload} />`}
    ${rows !== null && html`<${Problem} error=${leads.error} onRetry=${leads.reload} />`}
    <${Table}
      caption=${t("leads.table", { name: campaign.name })}
      rows=${rows}
      rowKey=${(/** @type {Lead} */ lead) => lead.id}
      columns=${columns(wish, setWish, chosen, setChosen, rows ?? [])}
      error=${leads.error}
      onRetry=${leads.reload}
      isLoading=${leads.isLoading}
      expectedRows=${12}
      empty=${nobody}
    />
    <${Pager} text=${pageText(leads)} onPrevious=${leads.previous} onNext=${leads.next} />
  </div>`;
}

/** @param {ReturnType<typeof useLeads>} leads */
function pageText({ found, page, isLoading }) {
  if (found === null) return isLoading ? t("kit.loading") : "";
  if (found.isSearching) return t("leads.searching_on");
  if (found.total === null) return t("leads.page", { page });
  return t(found.isExact ? "leads.page_of" : "leads.page_of_more", { page, n: found.total });
}

/**
 * @param {LeadWish} wish
 * @param {(wish: LeadWish) => void} setWish
 * @param {string[]} chosen
 * @param {(ids: string[]) => void} choose
 * @param {Lead[]} rows
 * @returns {import("../kit/components/table.js").Column<Lead>[]}
 */
function columns(wish, setWish, chosen, choose, rows) {
  /** @param {string} sort @param {string} [turned] */
  const sortable = (sort, turned) => ({
    onSort: () => setWish({ ...wish, sort: wish.sort === sort && turned ? turned : sort }),
    sorted:
      wish.sort === sort
        ? /** @type {const} */ ("ascending")
        : wish.sort === turned
          ? /** @type {const} */ ("descending")
          : null,
  });
  const isAll = rows.length > 0 && chosen.length === rows.length;
  const box = {
    key: "box",
    title: /** @type {any} */ (
      html`<input type="checkbox" aria-label=${t("leads.choose_page")} checked=${isAll} onChange=${() => choose(isAll ? [] : rows.map((lead) => lead.id))} />`
    ),
    cell: (/** @type {Lead} */ lead) => html`<input
      type="checkbox"
      aria-label=${t("leads.choose", { name: nameOf(lead) })}
      checked=${chosen.includes(lead.id)}
      onChange=${() => choose(chosen.includes(lead.id) ? chosen.filter((id) => id !== lead.id) : [...chosen, lead.id])}
    />`,
  };
  return [
    ...(can("admin") ? [box] : []),
    {
      key: "name",
      title: t("leads.column.name"),
      ...sortable("name"),
      cell: (lead) => html`<a href=${href(`/leads/${lead.id}`)}>${nameOf(lead)}</a>`,
    },
    {
      key: "phone",
      title: t("leads.column.phone"),
      cell: (lead) => html`<span class="figure">${lead.phone === "" ? "–" : lead.phone_normalized}</span>`,
    },
    { key: "status", title: t("leads.column.status"), cell: (lead) => html`<${LeadStatus} status=${lead.status} />` },
    {
      key: "priority",
      title: t("leads.column.priority"),
      ...sortable("priority"),
      cell: (lead) => t(`leads.priority.${lead.priority}`),
    },
    {
      key: "attempts",
      title: t("leads.column.attempts"),
      isNumber: true,
      cell: (lead) => formatNumber(lead.call_attempts),
    },
    {
      key: "last",
      title: t("leads.column.last_called"),
      ...sortable("-last_called", "last_called"),
      cell: (lead) => html`<${Time} at=${lead.last_call_at} />`,
    },
    {
      key: "next",
      title: t("leads.column.next_call"),
      ...sortable("next_call"),
      cell: (lead) =>
        html`${lead.callback_at && html`<span class="icon" title=${t("leads.promised")} aria-label=${t("leads.promised")}>☏</span> `}<${Time} at=${lead.next_call_at} />`,
    },
    { key: "country", title: t("leads.column.country"), cell: (lead) => lead.country ?? "–" },
    {
      key: "created",
      title: t("leads.column.created"),
      ...sortable("created", "-created"),
      cell: (lead) => html`<${Time} at=${lead.created_at} kind="date" />`,
    },
  ];
}
