import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Dialog } from "../kit/components/dialog.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { Table } from "../kit/components/table.js";
import { useAction, useResource } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { formatNumber, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"ListOut">} LeadList */

/** The lists of a campaign and their weights. @param {{campaign: import("./status.js").Campaign}} props */
export function ListsTab({ campaign }) {
  const found = useResource((signal) => api.get(`/api/campaigns/${campaign.id}/lists`, { signal }), [campaign.id], {
    everySeconds: 30,
  });
  /** @type {LeadList[] | null} */
  const lists = found.data?.lists ?? null;
  const [edited, setEdited] = useState(/** @type {LeadList | "new" | null} */ (null));
  const [removed, setRemoved] = useState(/** @type {LeadList | null} */ (null));
  const done = () => {
    setEdited(null);
    setRemoved(null);
    found.reload();
  };
  const toNew =
    can("admin") && html`<${Button} icon="+" onClick=${() => setEdited("new")}>${t("campaigns.list_new")}<//>`;
  return html`<${Panel} title=${t("campaigns.tab.lists")} actions=${toNew}>
    <p class="section-help">${t("campaigns.lists_help")}</p>
    <${Table}
      caption=${t("campaigns.tab.lists")}
      rows=${lists}
      rowKey=${(/** @type {LeadList} */ list) => list.id}
      error=${found.error}
      onRetry=${found.reload}
      isLoading=${found.isLoading}
      columns=${columns(setEdited, setRemoved, campaign.id)}
    />
    ${edited && html`<${ListDialog} campaignId=${campaign.id} list=${edited === "new" ? null : edited} onClose=${() => setEdited(null)} onDone=${done} />`}
    ${removed && html`<${RemoveDialog} list=${removed} others=${(lists ?? []).filter((list) => list.id !== removed.id)} onClose=${() => setRemoved(null)} onDone=${done} />`}
  <//>`;
}

/**
 * @param {(list: LeadList) => void} edit
 * @param {(list: LeadList) => void} remove
 * @param {string} campaignId
 * @returns {import("../kit/components/table.js").Column<LeadList>[]}
 */
function columns(edit, remove, campaignId) {
  return [
    { key: "name", title: t("campaigns.column.name"), isWide: true, cell: (list) => list.name },
    { key: "weight", title: t("campaigns.weight"), isNumber: true, cell: (list) => formatNumber(list.weight) },
    {
      key: "active",
      title: t("campaigns.dialled"),
      cell: (list) => (list.is_active ? html`✓ ${t("campaigns.yes")}` : html`✕ ${t("campaigns.no")}`),
    },
    { key: "total", title: t("campaigns.column.leads"), isNumber: true, cell: (list) => formatNumber(list.total) },
    {
      key: "open",
      title: t("campaigns.lead_status.pending"),
      isNumber: true,
      cell: (list) => formatNumber(list.counts.pending),
    },
    {
      key: "actions",
      title: t("campaigns.actions"),
      isTitleHidden: true,
      cell: (list) =>
        can("admin") &&
        html`<div class="actions">
          <${Button} onClick=${() => edit(list)} label=${t("campaigns.list_edit_named", { name: list.name })}>${t("campaigns.edit")}<//>
          ${list.id !== campaignId && html`<${Button} kind="quiet" icon="✕" label=${t("campaigns.list_delete_named", { name: list.name })} onClick=${() => remove(list)} />`}
        </div>`,
    },
  ];
}

/** @param {{campaignId: string, list: LeadList | null, onClose: () => void, onDone: () => void}} props */
function ListDialog({ campaignId, list, onClose, onDone }) {
  const [name, setName] = useState(list?.name ?? "");
  const [weight, setWeight] = useState(String(list?.weight ?? 1));
  const [isActive, setActive] = useState(list?.is_active ?? true);
  const saving = useAction(async () => {
    const body = { name, weight: Number(weight), is_active: isActive };
    if (list) await api.put(`/api/lists/${list.id}`, body);
    else await api.post(`/api/campaigns/${campaignId}/lists`, body);
    notify(t("campaigns.saved"));
    onDone();
  });
  const actions = html`<${Button} onClick=${onClose}>${t("kit.cancel")}<//><${Button} kind="main" isBusy=${saving.isBusy} onClick=${() => saving.run()}>${t("campaigns.save")}<//>`;
  return html`<${Dialog} title=${t(list ? "campaigns.list_edit" : "campaigns.list_new")} onClose=${onClose} actions=${actions}>
    <${Field} label=${t("campaigns.field.name")} value=${name} onInput=${setName} error=${saving.error?.of("name")} required />
    <${Field} label=${t("campaigns.weight")} type="number" min="1" max="100" value=${weight} onInput=${setWeight} error=${saving.error?.of("weight")} help=${t("campaigns.weight_help")} />
    <${Checkbox} label=${t("campaigns.dialled")} checked=${isActive} onChange=${setActive} isSwitch />
    <${Problem} error=${saving.error} />
  <//>`;
}

/** @param {{list: LeadList, others: LeadList[], onClose: () => void, onDone: () => void}} props */
function RemoveDialog({ list, others, onClose, onDone }) {
  const [target, setTarget] = useState(others[0]?.id ?? "");
  const removal = useAction(async () => {
    await api.delete(`/api/lists/${list.id}`, { query: { move_to: list.total > 0 ? target : null } });
    notify(t("campaigns.list_deleted", { name: list.name }));
    onDone();
  });
  const actions = html`<${Button} onClick=${onClose}>${t("kit.cancel")}<//><${Button} kind="danger" isBusy=${removal.isBusy} onClick=${() => removal.run()}>${t("campaigns.action.delete")}<//>`;
  return html`<${Dialog} title=${t("campaigns.list_delete_named", { name: list.name })} onClose=${onClose} actions=${actions} isAlert>
    ${
      list.total > 0
        ? html`<${Select} label=${t("campaigns.list_move", { n: list.total })} value=${target} options=${others.map((other) => ({ value: other.id, label: other.name }))} onChange=${setTarget} />`
        : html`<p>${t("campaigns.list_empty")}</p>`
    }
    <${Problem} error=${removal.error} />
  <//>`;
}
