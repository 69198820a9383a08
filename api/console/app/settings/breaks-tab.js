import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { confirm } from "../kit/components/confirm.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { useAction, useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"BreakReasonOut">} Reason */

/** What agents may say they are on a break for. */
export function BreaksTab() {
  const [open, setOpen] = useState(/** @type {"new" | Reason | null} */ (null));
  const list = useResource((signal) => api.get("/api/break-reasons", { query: { include_inactive: true }, signal }));
  const remove = useAction(async (/** @type {Reason} */ reason) => {
    if (
      !(await confirm({
        title: t("settings.breaks.remove_title", { name: reason.name }),
        text: t("settings.breaks.remove_text"),
        action: t("office.remove"),
        danger: true,
      }))
    )
      return;
    await api.delete(`/api/break-reasons/${reason.id}`);
    notify(t("settings.breaks.removed", { name: reason.name }));
    list.reload();
  });
  const add = html`<${Button} kind="main" icon="+" onClick=${() => setOpen("new")}>${t("settings.breaks.add")}<//>`;
  return html`<${Panel} title=${t("settings.tab.breaks")} actions=${add}>
    <p class="field-help">${t("settings.breaks.lead")}</p>
    <${Problem} error=${remove.error} />
    <${Table}
      caption=${t("settings.tab.breaks")}
      columns=${columns(setOpen, remove.run)}
      rows=${list.data?.break_reasons ?? null}
      rowKey=${(/** @type {Reason} */ reason) => reason.id}
      rowClass=${(/** @type {Reason} */ reason) => (reason.is_active ? "" : "row-quiet")}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${html`<${Empty} title=${t("settings.breaks.empty")} action=${add}>${t("settings.breaks.empty_help")}<//>`}
    />
    ${open !== null && html`<${ReasonDialog} reason=${open === "new" ? null : open} onClose=${() => setOpen(null)} onDone=${list.reload} />`}
  <//>`;
}

/**
 * @param {(reason: Reason) => void} edit
 * @param {(reason: Reason) => unknown} remove
 * @returns {import("../kit/components/table.js").Column<Reason>[]}
 */
function columns(edit, remove) {
  return [
    { key: "name", title: t("settings.breaks.name"), cell: (one) => html`<strong>${one.name}</strong>` },
    { key: "paid", title: t("settings.breaks.paid"), cell: (one) => t(one.is_paid ? "office.yes" : "office.no") },
    {
      key: "longest",
      title: t("settings.breaks.longest"),
      cell: (one) =>
        one.max_minutes === null ? t("settings.breaks.open") : t("settings.breaks.minutes", { n: one.max_minutes }),
    },
    {
      key: "state",
      title: t("settings.breaks.state"),
      cell: (one) =>
        one.is_active
          ? html`<${Badge} tone="ok" icon="✓">${t("settings.breaks.offered")}<//>`
          : html`<${Badge} icon="○">${t("settings.breaks.not_offered")}<//>`,
    },
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (one) => html`<div class="actions office-row-actions">
        <${Button} kind="quiet" onClick=${() => edit(one)} label=${t("settings.breaks.edit_one", { name: one.name })}>${t("office.edit")}<//>
        ${one.is_active && html`<${Button} kind="quiet" onClick=${() => remove(one)} label=${t("settings.breaks.remove_one", { name: one.name })}>${t("office.remove")}<//>`}
      </div>`,
    },
  ];
}

/** @param {{reason: Reason | null, onClose: () => void, onDone: () => void}} props */
function ReasonDialog({ reason, onClose, onDone }) {
  const [name, setName] = useState(reason?.name ?? "");
  const [isPaid, setPaid] = useState(reason?.is_paid ?? false);
  const [minutes, setMinutes] = useState(String(reason?.max_minutes ?? ""));
  const [isOffered, setOffered] = useState(reason?.is_active ?? true);
  const save = async () => {
    const sent = {
      name: name.trim(),
      is_paid: isPaid,
      max_minutes: minutes.trim() ? Number(minutes) : null,
      is_active: isOffered,
    };
    await (reason ? api.put(`/api/break-reasons/${reason.id}`, sent) : api.post("/api/break-reasons", sent));
    notify(t("office.saved"));
    onDone();
  };
  const title = reason ? t("settings.breaks.edit_one", { name: reason.name }) : t("settings.breaks.add");
  return html`<${FormDialog} title=${title} action=${t("office.save")} onClose=${onClose} act=${save} isReady=${name.trim() !== ""}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`
      <${Field} label=${t("settings.breaks.name")} value=${name} onInput=${setName} error=${problemOf("name")} required />
      <${Field} label=${t("settings.breaks.longest_optional")} type="number" min="1" value=${minutes} onInput=${setMinutes} error=${problemOf("max_minutes")} help=${t("settings.breaks.longest_help")} />
      <${Checkbox} label=${t("settings.breaks.paid_label")} checked=${isPaid} onChange=${setPaid} />
      <${Checkbox} label=${t("settings.breaks.offered_label")} checked=${isOffered} onChange=${setOffered} />
    `}
  <//>`;
}
