import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";
import { useGroups } from "../office/names.js";
import { rolesToGive } from "./roles.js";

/** Asking somebody to join, as what, and as which agent. @param {{onClose: () => void, onDone: () => void}} props */
export function InviteDialog({ onClose, onDone }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("agent");
  const [isAgent, setAgent] = useState(true);
  const [group, setGroup] = useState("");
  const [phone, setPhone] = useState("");
  const groups = useGroups();
  const invite = async () => {
    const agent = isAgent ? { agent: { phone: phone.trim() || null, agent_group_id: group || null } } : {};
    await api.post("/api/invitations", { email: email.trim(), role, ...agent });
    notify(t("people.invited", { email: email.trim() }));
    onDone();
  };
  /** @param {string} chosen */
  const choose = (chosen) => {
    setRole(chosen);
    setAgent(chosen === "agent");
  };
  const roles = rolesToGive().map((value) => ({ value, label: t(`kit.roles.${value}`) }));
  const groupOptions = [
    { value: "", label: t("people.group.none") },
    ...groups.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return html`<${FormDialog} title=${t("people.invite")} action=${t("people.invite_do")} onClose=${onClose} act=${invite} isReady=${email.trim() !== ""}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`
      <p class="field-help">${t("people.invite_help")}</p>
      <${Field} label=${t("people.email")} type="email" value=${email} onInput=${setEmail} error=${problemOf("email")} required autocomplete="off" />
      <${Select} label=${t("people.role")} value=${role} options=${roles} onChange=${choose} error=${problemOf("role")} help=${t(`people.role.${role}.brief`)} />
      <${Checkbox} label=${t("people.invite_agent")} help=${t("people.invite_agent_help")} checked=${isAgent} onChange=${setAgent} />
      ${
        isAgent &&
        html`<div class="form-grid">
        <${Select} label=${t("people.group")} value=${group} options=${groupOptions} onChange=${setGroup} error=${problemOf("agent.agent_group_id")} />
        <${Field} label=${t("people.phone_optional")} type="tel" value=${phone} onInput=${setPhone} error=${problemOf("agent.phone") ?? problemOf("phone")} help=${t("people.phone_help")} autocomplete="off" />
      </div>`
      }
    `}
  <//>`;
}
