import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Pager } from "../kit/components/pager.js";
import { Select } from "../kit/components/select.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { user as me } from "../kit/session.js";
import { t } from "../kit/words.js";
import { useList } from "../office/list.js";
import { ROLES } from "./roles.js";
import { UserDialog } from "./user-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"UserOut">} User */

/** Everybody who may sign in. */
export function UsersTab() {
  const [role, setRole] = useState("");
  const [activity, setActivity] = useState("true");
  const [open, setOpen] = useState(/** @type {User | null} */ (null));
  const list = useList(
    (page, signal) => api.get("/api/users", { query: { ...page, role, is_active: activity }, signal }),
    [role, activity],
  );
  const roles = [
    { value: "", label: t("people.role.any") },
    ...ROLES.map((value) => ({ value, label: t(`kit.roles.${value}`) })),
  ];
  const activities = ["true", "false", ""].map((value) => ({ value, label: t(`people.active.${value || "any"}`) }));
  return html`
    <div class="office-bar">
      <${Select} label=${t("people.role")} value=${role} options=${roles} onChange=${setRole} />
      <${Select} label=${t("people.active")} value=${activity} options=${activities} onChange=${setActivity} />
    </div>
    <${Table}
      caption=${t("people.tab.users")}
      columns=${columns(setOpen)}
      rows=${list.data?.users ?? null}
      rowKey=${(/** @type {User} */ user) => user.id}
      rowClass=${(/** @type {User} */ user) => (user.is_active ? "" : "row-quiet")}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${html`<${Empty} title=${t("people.users.none_found")} />`}
    />
    ${list.isPaged && html`<${Pager} ...${list.pager} />`}
    ${open && html`<${UserDialog} key=${open.id} user=${open} onClose=${() => setOpen(null)} onDone=${list.reload} />`}
  `;
}

/**
 * @param {(user: User) => void} show
 * @returns {import("../kit/components/table.js").Column<User>[]}
 */
function columns(show) {
  return [
    {
      key: "name",
      title: t("people.name"),
      cell: (user) =>
        html`<strong>${user.name}</strong> ${user.id === me.value?.id && html`<${Badge} tone="info" icon="●">${t("people.you")}<//>`}`,
    },
    { key: "email", title: t("people.email"), cell: (user) => user.email },
    { key: "role", title: t("people.role"), cell: (user) => t(`kit.roles.${user.role}`) },
    {
      key: "active",
      title: t("people.state"),
      cell: (user) =>
        user.is_active
          ? html`<${Badge} tone="ok" icon="✓">${t("people.may_sign_in")}<//>`
          : html`<${Badge} icon="✕">${t("people.deactivated")}<//>`,
    },
    {
      key: "login",
      title: t("people.last_login"),
      cell: (user) => (user.last_login_at ? html`<${Time} at=${user.last_login_at} />` : t("office.never")),
    },
    {
      key: "since",
      title: t("people.member_since"),
      cell: (user) => html`<${Time} at=${user.created_at} kind="date" />`,
    },
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (user) =>
        html`<${Button} kind="quiet" onClick=${() => show(user)} label=${t("people.manage_one", { name: user.name })}>${t("people.manage")}<//>`,
    },
  ];
}
