import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";
import { all } from "../office/names.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */
/** @typedef {{name: string, email: string, phone: string, agent_group_id: string, user_id: string, max_concurrent_calls: string}} Draft */
/** @typedef {import("../office/form-dialog.js").ProblemOf} ProblemOf */

/** @param {Agent | null} agent @returns {Draft} */
export function draftOf(agent) {
  return {
    name: agent?.name ?? "",
    email: agent?.email ?? "",
    phone: agent?.phone ?? "",
    agent_group_id: agent?.agent_group_id ?? "",
    user_id: agent?.user_id ?? "",
    max_concurrent_calls: String(agent?.max_concurrent_calls ?? 1),
  };
}

/** What the server is sent. @param {Draft} draft */
export function sentOf(draft) {
  return {
    name: draft.name.trim(),
    email: draft.email.trim() || null,
    phone: draft.phone.trim() || null,
    agent_group_id: draft.agent_group_id || null,
    user_id: draft.user_id || null,
    max_concurrent_calls: Number(draft.max_concurrent_calls) || 1,
  };
}

/**
 * Users whom an agent can be linked to: each works as one agent at most.
 * @param {string | null} [own] the user of this agent
 */
export function useFreeUsers(own = null) {
  return (
    useResource(
      async (signal) => {
        const [users, agents] = await Promise.all([
          all("/api/users", "users", signal, { is_active: true }),
          all("/api/agents", "agents", signal, { include_inactive: true }),
        ]);
        const taken = new Set(agents.map((agent) => agent.user_id).filter((id) => id !== own));
        return users.filter((user) => !taken.has(user.id));
      },
      [own],
      { isEnabled: can("admin") },
    ).data ?? /** @type {import("../office/names.js").User[]} */ ([])
  );
}

/**
 * The fields of an agent.
 * @param {{
 *   draft: Draft, onChange: (draft: Draft) => void, problemOf: ProblemOf, groups: import("../office/names.js").Group[],
 *   users: import("../office/names.js").User[],
 * }} props
 */
export function AgentFields({ draft, onChange, problemOf, groups, users }) {
  /** @param {keyof Draft} name @returns {(value: string) => void} */
  const set = (name) => (value) => onChange({ ...draft, [name]: value });
  const groupOptions = [
    { value: "", label: t("people.group.none") },
    ...groups.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const userOptions = [
    { value: "", label: t("people.user.none") },
    ...users.map((user) => ({ value: user.id, label: `${user.name} (${user.email})` })),
  ];
  return html`<div class="form-grid">
    <${Field} label=${t("people.name")} value=${draft.name} onInput=${set("name")} error=${problemOf("name")} required autocomplete="off" />
    <${Select} label=${t("people.group")} value=${draft.agent_group_id} options=${groupOptions} onChange=${set("agent_group_id")} error=${problemOf("agent_group_id")} />
    <${Select} label=${t("people.user")} value=${draft.user_id} options=${userOptions} onChange=${set("user_id")} error=${problemOf("user_id")} help=${t("people.user_help")} />
    <${Field} label=${t("people.email_optional")} type="email" value=${draft.email} onInput=${set("email")} error=${problemOf("email")} autocomplete="off" />
    <${Field} label=${t("people.phone_optional")} type="tel" value=${draft.phone} onInput=${set("phone")} error=${problemOf("phone")} help=${t("people.phone_help")} autocomplete="off" placeholder="+14155553333" />
    ${
      draft.phone.trim() !== "" &&
      html`<${Field} label=${t("people.at_once")} type="number" min="1" max="10" value=${draft.max_concurrent_calls} onInput=${set("max_concurrent_calls")} error=${problemOf("max_concurrent_calls")} help=${t("people.at_once_help")} />`
    }
  </div>`;
}

/**
 * Somebody new who takes calls.
 * @param {{groups: import("../office/names.js").Group[], onClose: () => void, onDone: (agent: Agent) => void}} props
 */
export function NewAgentDialog({ groups, onClose, onDone }) {
  const [draft, setDraft] = useState(draftOf(null));
  const users = useFreeUsers();
  const create = async () => {
    const { agent } = await api.post("/api/agents", sentOf(draft));
    notify(t("people.agent.added", { name: agent.name }));
    onDone(agent);
  };
  return html`<${FormDialog} title=${t("people.agent.add")} action=${t("people.agent.add")} onClose=${onClose} act=${create} isReady=${draft.name.trim() !== ""}>
    ${(/** @type {ProblemOf} */ problemOf) => html`
      <p class="field-help">${t("people.agent.add_help")}</p>
      <${AgentFields} draft=${draft} onChange=${setDraft} problemOf=${problemOf} groups=${groups} users=${users} />
    `}
  <//>`;
}
