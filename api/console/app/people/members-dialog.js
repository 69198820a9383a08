import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Problem } from "../kit/components/problem.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";
import { all, nameOf, useGroups } from "../office/names.js";

/** @typedef {import("../office/names.js").Agent} Agent */
/** @typedef {import("../office/names.js").Group} Group */

/** Who belongs to a group: each agent belongs to one at most. @param {{group: Group, onClose: () => void, onDone: () => void}} props */
export function MembersDialog({ group, onClose, onDone }) {
  const [search, setSearch] = useState("");
  const [changed, setChanged] = useState(/** @type {Map<string, boolean>} */ (new Map()));
  const groups = useGroups();
  const list = useResource((signal) => /** @type {Promise<Agent[]>} */ (all("/api/agents", "agents", signal)));
  const save = async () => {
    // One after the other: whatever was done stays done when one is refused, and is not sent again.
    for (const [id, isMember] of changed) {
      await api.put(`/api/agents/${id}`, { agent_group_id: isMember ? group.id : null });
      setChanged((rest) => new Map([...rest].filter(([done]) => done !== id)));
    }
    notify(t("people.group.saved", { name: group.name }));
    onDone();
  };
  /** @param {Agent} agent */
  const isMember = (agent) => changed.get(agent.id) ?? agent.agent_group_id === group.id;
  /** @param {Agent} agent @param {boolean} isIn */
  const change = (agent, isIn) => {
    const next = new Map(changed);
    if (isIn === (agent.agent_group_id === group.id)) next.delete(agent.id);
    else next.set(agent.id, isIn);
    setChanged(next);
  };
  const wanted = search.trim().toLowerCase();
  const shown = list.data?.filter((agent) => agent.name.toLowerCase().includes(wanted));
  return html`<${FormDialog} title=${t("people.group.members_of", { name: group.name })} action=${t("office.save")} onClose=${onClose} act=${save} isReady=${changed.size > 0}>
    ${() => html`
      <p class="field-help">${t("people.group.members_help")}</p>
      <${Field} label=${t("people.find")} type="search" value=${search} onInput=${setSearch} autocomplete="off" />
      <${Problem} error=${list.error} onRetry=${list.reload} />
      ${!shown && !list.error && html`<${Loading} />`}
      ${shown?.length === 0 && html`<${Empty} title=${t("people.agents.none_found")} />`}
      <ul class="people-members">
        ${shown?.map((agent) => {
          const elsewhere =
            agent.agent_group_id !== null && agent.agent_group_id !== group.id
              ? nameOf(groups, agent.agent_group_id)
              : null;
          return html`<li key=${agent.id}>
            <${Checkbox} label=${agent.name} checked=${isMember(agent)} onChange=${(/** @type {boolean} */ isIn) => change(agent, isIn)} help=${elsewhere && t("people.group.now_in", { name: elsewhere })} />
          </li>`;
        })}
      </ul>
    `}
  <//>`;
}
