import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Page } from "../kit/components/page.js";
import { Pager } from "../kit/components/pager.js";
import { Problem } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { useAction } from "../kit/resource.js";
import { href } from "../kit/router.js";
import { can } from "../kit/session.js";
import { formatNumber, formatShare, t } from "../kit/words.js";
import { useList, useTyped } from "../office/list.js";
import { NumberDialog } from "./number-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"NumberOut">} CallerNumber */
/** @typedef {import("../kit/shapes.js").Schema<"NumberCampaignOut">} Use */

/** What people see on their telephones when they are called. */
export function NumbersPage() {
  const { typed, setTyped, settled } = useTyped();
  const [open, setOpen] = useState(/** @type {"new" | CallerNumber | null} */ (null));
  const list = useList(
    (page, signal) => api.get("/api/numbers", { query: { ...page, search: settled, figures: true }, signal }),
    [settled],
    { size: 100 },
  );
  const sync = useAction(async () => {
    const { added, changed, gone } = await api.post("/api/numbers/sync");
    notify(added + changed + gone === 0 ? t("numbers.synced_same") : t("numbers.synced", { added, changed, gone }));
    list.reload();
  });
  const remove = useAction(async (/** @type {CallerNumber} */ number) => {
    const question = {
      title: t("numbers.remove_title", { phone: number.e164 }),
      text: t("numbers.remove_text"),
      action: t("office.remove"),
      danger: true,
    };
    if (!(await confirm(question))) return;
    await api.delete(`/api/numbers/${number.id}`);
    notify(t("numbers.removed", { phone: number.e164 }));
    list.reload();
  });
  const isAdmin = can("admin");
  const fetchButton =
    isAdmin &&
    html`<${Button} kind="main" icon="⟳" isBusy=${sync.isBusy} onClick=${() => sync.run()}>${t("numbers.sync")}<//>`;
  const addButton = isAdmin && html`<${Button} icon="+" onClick=${() => setOpen("new")}>${t("numbers.add")}<//>`;
  const isEmpty = list.data !== null && list.data.total === 0 && settled === "";
  return html`<${Page} title=${t("numbers.title")} lead=${t("numbers.lead")} actions=${!isEmpty && html`${addButton} ${fetchButton}`}>
    <${Problem} error=${sync.error ?? remove.error} />
    ${list.data && list.data.unlisted.length > 0 && list.data.synced_at && html`<${Unlisted} uses=${list.data.unlisted} />`}
    <div class="office-bar">
      <${Field} label=${t("numbers.find")} type="search" value=${typed} onInput=${setTyped} autocomplete="off" />
      <p class="field-help">${list.data?.synced_at ? html`${t("numbers.synced_at")} <${Time} at=${list.data.synced_at} />` : t("numbers.never_synced")}</p>
    </div>
    <${Table}
      caption=${t("numbers.title")}
      columns=${columns(isAdmin ? setOpen : null, remove.run)}
      rows=${list.data?.numbers ?? null}
      rowKey=${(/** @type {CallerNumber} */ number) => number.id}
      rowClass=${(/** @type {CallerNumber} */ number) => (number.is_active ? "" : "row-quiet")}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${
        settled
          ? html`<${Empty} title=${t("numbers.none_found", { text: settled })} />`
          : html`<${Empty} icon="#" title=${t("numbers.empty")} action=${html`${fetchButton} ${addButton}`}>${t(isAdmin ? "numbers.empty_help" : "numbers.empty_ask")}<//>`
      }
    />
    ${list.isPaged && html`<${Pager} ...${list.pager} />`}
    ${open !== null && html`<${NumberDialog} number=${open === "new" ? null : open} onClose=${() => setOpen(null)} onDone=${list.reload} />`}
  <//>`;
}

/** Campaigns whose number the carrier may refuse. @param {{uses: Use[]}} props */
function Unlisted({ uses }) {
  return html`<div class="office-note tone-warn" role="status">
    <p><span class="icon" aria-hidden="true">!</span> ${t("numbers.unlisted")}</p>
    <ul>
      ${uses.map((use) => html`<li key=${use.id}><a href=${href(`/campaigns/${use.id}`)}>${use.name}</a>: <span class="figure">${use.caller_id}</span></li>`)}
    </ul>
  </div>`;
}

/**
 * @param {((number: CallerNumber) => void) | null} edit
 * @param {(number: CallerNumber) => unknown} remove
 * @returns {import("../kit/components/table.js").Column<CallerNumber>[]}
 */
function columns(edit, remove) {
  return [
    {
      key: "number",
      title: t("numbers.number"),
      cell: (one) =>
        html`<strong class="figure">${one.e164}</strong>${one.label !== one.e164 && html`<br /><span class="numbers-label">${one.label}</span>`}`,
    },
    { key: "kind", title: t("numbers.kind"), cell: (one) => html`<${State} number=${one} />` },
    {
      key: "campaigns",
      title: t("numbers.campaigns"),
      isWide: true,
      cell: (one) =>
        one.campaigns.length === 0
          ? t("numbers.unused")
          : one.campaigns.map(
              (use, at) => html`${at > 0 && ", "}<a key=${use.id} href=${href(`/campaigns/${use.id}`)}>${use.name}</a>`,
            ),
    },
    { key: "calls", title: t("numbers.calls"), isNumber: true, cell: (one) => formatNumber(one.figures?.calls ?? 0) },
    { key: "rate", title: t("numbers.rate"), isNumber: true, cell: (one) => formatShare(one.figures?.answer_rate) },
    {
      key: "used",
      title: t("numbers.used"),
      cell: (one) =>
        one.figures?.last_used_at ? html`<${Time} at=${one.figures.last_used_at} />` : t("numbers.not_lately"),
    },
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (one) =>
        edit !== null &&
        html`<div class="actions office-row-actions">
          <${Button} kind="quiet" onClick=${() => edit(one)} label=${t("numbers.name_one", { phone: one.e164 })}>${t("numbers.name")}<//>
          ${(one.kind === "manual" || !one.is_active) && html`<${Button} kind="quiet" onClick=${() => remove(one)} label=${t("numbers.remove_one", { phone: one.e164 })}>${t("office.remove")}<//>`}
        </div>`,
    },
  ];
}

/** @param {{number: CallerNumber}} props */
function State({ number }) {
  if (!number.is_active)
    return html`<${Badge} tone="warn" icon="!" title=${t("numbers.gone_help")}>${t("numbers.gone")}<//>`;
  if (!number.has_voice)
    return html`<${Badge} tone="bad" icon="⊘" title=${t("numbers.no_voice_help")}>${t("numbers.no_voice")}<//>`;
  return html`<${Badge} tone=${number.kind === "manual" ? "quiet" : "ok"} icon=${number.kind === "manual" ? "✎" : "✓"}>${t(`numbers.kind.${number.kind}`)}<//>`;
}
