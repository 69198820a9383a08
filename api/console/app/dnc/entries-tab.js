import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { Pager } from "../kit/components/pager.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { useList, useTyped } from "../office/list.js";
import { nameOf, useCampaigns } from "../office/names.js";
import { AddDialog } from "./add-dialog.js";
import { RemoveDialog } from "./remove-dialog.js";
import { UploadDialog } from "./upload-dialog.js";
import { reasonOf, sourceOf } from "./words-of.js";

/** @typedef {import("../kit/shapes.js").Schema<"SuppressionOut">} Entry */

/** One's own list: to be searched, added to, uploaded to and taken from. */
export function EntriesTab() {
  const { typed, setTyped, settled } = useTyped();
  const [open, setOpen] = useState(/** @type {"add" | "upload" | Entry | null} */ (null));
  const campaigns = useCampaigns();
  const list = useList(
    (page, signal) => api.get("/api/dnc", { query: { ...page, search: settled }, signal }),
    [settled],
  );
  const close = () => setOpen(null);
  const mayRemove = can("admin");
  const add = html`<${Button} kind="main" icon="+" onClick=${() => setOpen("add")}>${t("dnc.add")}<//>`;
  const upload = mayRemove && html`<${Button} icon="⇪" onClick=${() => setOpen("upload")}>${t("dnc.upload")}<//>`;
  return html`
    <div class="office-bar">
      <${Field} label=${t("dnc.search")} type="search" value=${typed} onInput=${setTyped} autocomplete="off" />
      <div class="actions">${add} ${upload}</div>
    </div>
    <${Table}
      caption=${t("dnc.tab.numbers")}
      columns=${columns(campaigns, mayRemove ? setOpen : null)}
      rows=${list.data?.entries ?? null}
      rowKey=${(/** @type {Entry} */ entry) => entry.id}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${
        settled
          ? html`<${Empty} title=${t("dnc.none_found", { text: settled })}>${t("dnc.none_found_help")}<//>`
          : html`<${Empty} icon="⊘" title=${t("dnc.empty")} action=${html`${add} ${upload}`}>${t("dnc.empty_help")}<//>`
      }
    />
    ${list.isPaged && html`<${Pager} ...${list.pager} />`}
    ${open === "add" && html`<${AddDialog} campaigns=${campaigns} onClose=${close} onDone=${list.reload} />`}
    ${open === "upload" && html`<${UploadDialog} campaigns=${campaigns} onClose=${close} onDone=${list.reload} />`}
    ${open !== null && typeof open !== "string" && html`<${RemoveDialog} entry=${open} onClose=${close} onDone=${list.reload} />`}
  `;
}

/**
 * @param {import("../office/names.js").Campaign[]} campaigns
 * @param {((entry: Entry) => void) | null} remove
 * @returns {import("../kit/components/table.js").Column<Entry>[]}
 */
function columns(campaigns, remove) {
  /** @param {Entry} entry */
  const scope = (entry) =>
    entry.campaign_id ? (nameOf(campaigns, entry.campaign_id) ?? t("dnc.one_campaign")) : t("dnc.all_campaigns");
  /** @type {import("../kit/components/table.js").Column<Entry>[]} */
  const shown = [
    { key: "phone", title: t("dnc.phone"), cell: (entry) => html`<span class="figure">${entry.phone}</span>` },
    { key: "scope", title: t("dnc.scope"), cell: scope },
    {
      key: "reason",
      title: t("dnc.reason"),
      isWide: true,
      cell: (entry) =>
        html`${reasonOf(entry)} <small class="dnc-source">(${sourceOf(entry)})</small>${entry.note && html`<br /><small class="dnc-source">${entry.note}</small>`}`,
    },
    { key: "added", title: t("dnc.added"), cell: (entry) => html`<${Time} at=${entry.created_at} />` },
    {
      key: "until",
      title: t("dnc.until_title"),
      cell: (entry) => (entry.expires_at ? html`<${Time} at=${entry.expires_at} />` : t("dnc.forever")),
    },
  ];
  if (remove === null) return shown;
  return [
    ...shown,
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (entry) =>
        html`<${Button} kind="quiet" onClick=${() => remove(entry)} label=${t("dnc.remove_one", { phone: entry.phone })}>
          ${t("office.remove")}
        <//>`,
    },
  ];
}
