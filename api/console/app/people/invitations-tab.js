import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Empty } from "../kit/components/empty.js";
import { notify } from "../kit/components/notify.js";
import { Pager } from "../kit/components/pager.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { Table } from "../kit/components/table.js";
import { Time } from "../kit/components/time.js";
import { useAction } from "../kit/resource.js";
import { moment } from "../kit/time.js";
import { t } from "../kit/words.js";
import { useList } from "../office/list.js";
import { InviteDialog } from "./invite-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"InvitationOut">} Invitation */

const LOOKS = /** @type {const} */ ({
  open: ["info", "✉"],
  expired: ["warn", "!"],
  accepted: ["ok", "✓"],
  revoked: ["quiet", "✕"],
});

/** Who is asked to join. */
export function InvitationsTab() {
  const [state, setState] = useState("");
  const [isOpen, setOpen] = useState(false);
  const list = useList((page, signal) => api.get("/api/invitations", { query: { ...page, state }, signal }), [state]);
  const resend = useAction(async (/** @type {Invitation} */ invitation) => {
    await api.post(`/api/invitations/${invitation.id}/resend`);
    notify(t("people.invitation.resent", { email: invitation.email }));
    list.reload();
  });
  const withdraw = useAction(async (/** @type {Invitation} */ invitation) => {
    const { email } = invitation;
    if (
      !(await confirm({
        title: t("people.invitation.withdraw_title", { email }),
        text: t("people.invitation.withdraw_text"),
        action: t("people.invitation.withdraw"),
        danger: true,
      }))
    )
      return;
    await api.delete(`/api/invitations/${invitation.id}`);
    notify(t("people.invitation.withdrawn", { email }));
    list.reload();
  });
  const states = ["", ...Object.keys(LOOKS)].map((value) => ({
    value,
    label: t(`people.invitation.is.${value || "any"}`),
  }));
  const invite = html`<${Button} kind="main" icon="✉" onClick=${() => setOpen(true)}>${t("people.invite")}<//>`;
  return html`
    <div class="office-bar">
      <${Select} label=${t("people.state")} value=${state} options=${states} onChange=${setState} />
      <div class="actions">${invite}</div>
    </div>
    <${Problem} error=${resend.error ?? withdraw.error} />
    <${Table}
      caption=${t("people.tab.invitations")}
      columns=${columns(resend.run, withdraw.run, resend.isBusy)}
      rows=${list.data?.invitations ?? null}
      rowKey=${(/** @type {Invitation} */ invitation) => invitation.id}
      error=${list.error}
      onRetry=${list.reload}
      isLoading=${list.isLoading}
      empty=${html`<${Empty} icon="✉" title=${t("people.invitations.empty")} action=${invite}>${t("people.invitations.empty_help")}<//>`}
    />
    ${list.isPaged && html`<${Pager} ...${list.pager} />`}
    ${isOpen && html`<${InviteDialog} onClose=${() => setOpen(false)} onDone=${list.reload} />`}
  `;
}

/** @param {Invitation} invitation @returns {keyof typeof LOOKS} */
function stateOf(invitation) {
  if (invitation.accepted_at) return "accepted";
  if (invitation.revoked_at) return "revoked";
  return Date.parse(invitation.expires_at) <= moment() ? "expired" : "open";
}

/**
 * @param {(invitation: Invitation) => unknown} resend
 * @param {(invitation: Invitation) => unknown} withdraw
 * @param {boolean} isBusy
 * @returns {import("../kit/components/table.js").Column<Invitation>[]}
 */
function columns(resend, withdraw, isBusy) {
  return [
    { key: "email", title: t("people.email"), cell: (one) => html`<strong>${one.email}</strong>` },
    {
      key: "role",
      title: t("people.role"),
      cell: (one) =>
        `${t(`kit.roles.${one.role}`)}${one.is_agent && one.role !== "agent" ? ` + ${t("kit.roles.agent")}` : ""}`,
    },
    {
      key: "state",
      title: t("people.state"),
      cell: (one) => {
        const state = stateOf(one);
        const [tone, icon] = LOOKS[state];
        return html`<${Badge} tone=${tone} icon=${icon}>${t(`people.invitation.is.${state}`)}<//>`;
      },
    },
    {
      key: "mailed",
      title: t("people.invitation.mailed"),
      cell: (one) => (one.mailed_at ? html`<${Time} at=${one.mailed_at} />` : t("people.invitation.waiting")),
    },
    {
      key: "expires",
      title: t("people.invitation.expires"),
      cell: (one) => html`<${Time} at=${one.accepted_at ?? one.revoked_at ?? one.expires_at} />`,
    },
    {
      key: "actions",
      title: t("office.actions"),
      isTitleHidden: true,
      cell: (one) =>
        ["open", "expired"].includes(stateOf(one)) &&
        html`<div class="actions office-row-actions">
          <${Button} isBusy=${isBusy} onClick=${() => resend(one)} label=${t("people.invitation.resend_one", { email: one.email })}>${t("people.invitation.resend")}<//>
          <${Button} kind="quiet" onClick=${() => withdraw(one)} label=${t("people.invitation.withdraw_one", { email: one.email })}>${t("people.invitation.withdraw")}<//>
        </div>`,
    },
  ];
}
