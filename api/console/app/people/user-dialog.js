import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { Time } from "../kit/components/time.js";
import { useAction, useResource } from "../kit/resource.js";
import { user as me } from "../kit/session.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";
import { deviceWords } from "../profile/device-words.js";
import { isAboveMe, rolesToGive } from "./roles.js";

/** @typedef {import("../kit/shapes.js").Schema<"UserOut">} User */
/** @typedef {import("../kit/shapes.js").Schema<"SessionOut">} Session */

/** What can be done about somebody. @param {{user: User, onClose: () => void, onDone: () => void}} props */
export function UserDialog({ user, onClose, onDone }) {
  const [first, setFirst] = useState(user.first_name);
  const [last, setLast] = useState(user.last_name);
  const [role, setRole] = useState(/** @type {string} */ (user.role));
  const isMe = user.id === me.value?.id;
  const isAbove = isAboveMe(user.role);
  const save = async () => {
    await api.put(`/api/users/${user.id}`, {
      first_name: first.trim(),
      last_name: last.trim(),
      ...(role === user.role ? {} : { role }),
    });
    notify(t("people.user.saved", { name: user.name }));
    onDone();
  };
  const options = (isAbove || isMe ? [user.role] : rolesToGive()).map((value) => ({
    value,
    label: t(`kit.roles.${value}`),
  }));
  return html`<${FormDialog} title=${user.name} action=${t("office.save")} onClose=${onClose} act=${save} isReady=${!isAbove && first.trim() !== ""}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`
      ${isAbove && html`<p class="office-note tone-info">${t("people.user.above")}</p>`}
      <div class="form-grid">
        <${Field} label=${t("people.first_name")} value=${first} onInput=${setFirst} error=${problemOf("first_name")} disabled=${isAbove} required />
        <${Field} label=${t("people.last_name")} value=${last} onInput=${setLast} error=${problemOf("last_name")} disabled=${isAbove} />
      </div>
      <${Select} label=${t("people.role")} value=${role} options=${options} onChange=${setRole} error=${problemOf("role")} disabled=${isAbove || isMe} help=${isMe ? t("people.user.own_role") : t(`people.role.${role}.brief`)} />
      ${!isMe && !isAbove && html`<${Danger} user=${user} onChanged=${onDone} onClose=${onClose} />`}
    `}
  <//>`;
}

/** @param {{user: User, onChanged: () => void, onClose: () => void}} props */
function Danger({ user, onChanged, onClose }) {
  const { name } = user;
  const sessions = useResource((signal) => api.get(`/api/users/${user.id}/sessions`, { signal }), [user.id]);
  const end = useAction(async () => {
    const { ended } = await api.delete(`/api/users/${user.id}/sessions`);
    notify(t("people.user.sessions_ended", { name, n: ended }));
    sessions.reload();
  });
  const reset = useAction(async () => {
    if (
      !(await confirm({
        title: t("people.user.factor_title", { name }),
        text: t("people.user.factor_text"),
        action: t("people.user.factor_do"),
        danger: true,
      }))
    )
      return;
    await api.delete(`/api/users/${user.id}/second-factor`);
    notify(t("people.user.factor_done", { name }));
    sessions.reload();
  });
  const toggle = useAction(async () => {
    if (
      user.is_active &&
      !(await confirm({
        title: t("people.user.deactivate_title", { name }),
        text: t("people.user.deactivate_text"),
        action: t("people.deactivate"),
        danger: true,
      }))
    )
      return;
    await api.put(`/api/users/${user.id}`, { is_active: !user.is_active });
    notify(t(user.is_active ? "people.user.deactivated" : "people.user.reactivated", { name }));
    onChanged();
    onClose();
  });
  /** @type {Session[]} */
  const open = sessions.data?.sessions ?? [];
  return html`<section class="people-danger">
    <h3>${t("people.user.sessions")}</h3>
    ${sessions.data && open.length === 0 && html`<p class="field-help">${t("people.user.no_sessions")}</p>`}
    <ul>
      ${open.map((each) => html`<li key=${each.id}>${deviceWords(each.user_agent)} · ${each.address ?? ""} · <${Time} at=${each.last_used_at} /></li>`)}
    </ul>
    <${Problem} error=${sessions.error ?? end.error ?? reset.error ?? toggle.error} />
    <div class="actions">
      <${Button} isBusy=${end.isBusy} disabled=${open.length === 0} onClick=${() => end.run()}>${t("people.user.end_sessions")}<//>
      <${Button} isBusy=${reset.isBusy} onClick=${() => reset.run()}>${t("people.user.factor_reset")}<//>
      <${Button} kind=${user.is_active ? "danger" : "plain"} isBusy=${toggle.isBusy} onClick=${() => toggle.run()}>
        ${t(user.is_active ? "people.deactivate" : "people.reactivate")}
      <//>
    </div>
  </section>`;
}
