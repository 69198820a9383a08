import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { Table } from "../kit/components/table.js";
import { useAction, useResource } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { formatNumber, t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";
import { all } from "../office/names.js";
import { MembersDialog } from "./members-dialog.js";

/** @typedef {import("../office/names.js").Group} Group */

/** The teams that campaigns draw their agents from. */
export function GroupsPage() {
  const [open, setOpen] = useState(/** @type {{what: "form" | "members", group: Group | null} | null} */ (null));
  const list = useResource(
    (signal) => /** @type {Promise<Group[]>} */ (all("/api/agent-groups", "agent_groups", signal)),
  );
  const remove = useAction(async (/** @type {Group} */ group) => {
    const text = t("people.group.remove_text", { n: group.members_count });
    if (
      !(await confirm({
        title: t("people.group.remove_title", { name: group.name }),
        text,
        action: t("people.group.remove_do"),
        danger: true,
      }))
    )
      return;
    await api.delete(`/api/agent-groups/${group.id}`);
    notify(t("people.group.removed", { name: group.name }));
    list.reload();
  });
  const close = () => setOpen(null);
  const isAdmin = can("admin");
  const add =
    isAdmin &&
    html`<${Button} kind="main" icon="+" onClick=${() => setOpen({ what: "form", group: null })}>${t("people.group.add")}<//>`;
  return html`<${Page} title=${t("people.groups")} lead=${t("people.groups.lead")} actions=${add}>
    <${Problem} error=${remove.error} />
    <${Table}
      caption=${t("people.groups")}
      columns=${columns(isAdmin, setOpen, remove.run)}
      rows=${list.data}
      rowKey=${(/** @type {Group} */ group) => group.id}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      expectedRows=${3}
      empty=${html`<${Empty} icon="◎" title=${t("people.groups.empty")} action=${add}>${t("people.groups.empty_help")}<//>`}
    />
    ${open?.what === "form" && html`<${GroupDialog} group=${open.group} onClose=${close} onDone=${list.reload} />`}
    ${open?.what === "members" && html`<${MembersDialog} group=${open.group} onClose=${close} onDone=${list.reload} />`}
  <//>`;
}

/**
 * @param {boolean} isAdmin
 * @param {(open: {what: "form" | "members", group: Group}) => void} show
 * @param {(group: Group) => unknown} remove
 * @returns {import("../kit/components/table.js").Column<Group>[]}
 */
function columns(isAdmin, show, remove) {
  /** @type {import("../kit/components/table.js").Column<Group>[]} */
  const shown = [
    { key: "name", title: t("people.name"), cell: (group) => html`<strong>${group.name}</strong>` },
    { key: "about", title: t("people.group.about"), isWide: true, cell: (group) => group.description ?? "" },
    {
      key: "members",
      title: t("people.group.members"),
      isNumber: true,
      cell: (group) => formatNumber(group.members_count),
    },
  ];
  if (!isAdmin) return shown;
  return [
    ...shown,
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (group) => html`<div class="actions office-row-actions">
        <${Button} onClick=${() => show({ what: "members", group })} label=${t("people.group.members_of", { name: group.name })}>${t("people.group.members")}<//>
        <${Button} kind="quiet" onClick=${() => show({ what: "form", group })} label=${t("people.group.edit_one", { name: group.name })}>${t("office.edit")}<//>
        <${Button} kind="quiet" onClick=${() => remove(group)} label=${t("people.group.remove_one", { name: group.name })}>${t("office.remove")}<//>
      </div>`,
    },
  ];
}

/** @param {{group: Group | null, onClose: () => void, onDone: () => void}} props */
function GroupDialog({ group, onClose, onDone }) {
  const [name, setName] = useState(group?.name ?? "");
  const [about, setAbout] = useState(group?.description ?? "");
  const save = async () => {
    const sent = { name: name.trim(), description: about.trim() || null };
    await (group ? api.put(`/api/agent-groups/${group.id}`, sent) : api.post("/api/agent-groups", sent));
    notify(t("people.group.saved", { name: sent.name }));
    onDone();
  };
  const title = group ? t("people.group.edit_one", { name: group.name }) : t("people.group.add");
  return html`<${FormDialog} title=${title} action=${t("office.save")} onClose=${onClose} act=${save} isReady=${name.trim() !== ""}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`
      <${Field} label=${t("people.name")} value=${name} onInput=${setName} error=${problemOf("name")} required maxlength="200" />
      <${Field} label=${t("people.group.about_optional")} value=${about} onInput=${setAbout} error=${problemOf("description")} rows=${3} />
    `}
  <//>`;
}
