import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Page } from "../kit/components/page.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { href } from "../kit/router.js";
import { can } from "../kit/session.js";
import { onEvent } from "../kit/socket.js";
import { t } from "../kit/words.js";
import { PageForm } from "../office/form-dialog.js";
import { useGroups } from "../office/names.js";
import { AgentFields, draftOf, sentOf, useFreeUsers } from "./agent-form.js";
import { AgentFigures } from "./agent-figures.js";
import { StatusPanel } from "./agent-status.js";
import { AgentState } from "./agent-words.js";
import { WorkingHours } from "./working-hours.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */

/** One agent. @param {{route: import("../kit/router.js").Route}} props */
export function AgentPage({ route }) {
  const path = `/api/agents/${route.params.id}`;
  const found = useResource(async (signal) => /** @type {Agent} */ ((await api.get(path, { signal })).agent), [path]);
  const latest = useRef(found);
  latest.current = found;
  useEffect(
    () =>
      onEvent("agent:status:updated", ({ agentId, at: _at, ...told }) => {
        const { data, set } = latest.current;
        if (data?.id === agentId) set({ .../** @type {Agent} */ (data), ...told });
      }),
    [],
  );
  const agent = found.data;
  if (agent === null) {
    return html`<${Page} title=${t("people.agent")}>
      ${found.error ? html`<${Problem} error=${found.error} onRetry=${found.reload} />` : html`<${Loading} lines=${8} />`}
    <//>`;
  }
  return html`<${Page} title=${agent.name} lead=${html`<a href=${href("/agents")}>${t("people.agents")}</a>`} actions=${html`<${AgentState} agent=${agent} />`}>
    <div class="people-columns">
      <div class="people-column">
        ${can("admin") && html`<${DetailsPanel} key=${`${agent.id} ${agent.updated_at}`} agent=${agent} onSaved=${found.set} />`}
        ${can("admin") && html`<${WorkingHours} key=${JSON.stringify(agent.working_hours)} agent=${agent} onSaved=${found.set} />`}
      </div>
      <div class="people-column">
        ${agent.is_active && html`<${StatusPanel} agent=${agent} onSaved=${found.set} />`}
        <${AgentFigures} agentId=${agent.id} />
        ${can("admin") && html`<${ActivityPanel} agent=${agent} onSaved=${found.set} />`}
      </div>
    </div>
  <//>`;
}

/** @param {{agent: Agent, onSaved: (agent: Agent) => void}} props */
function DetailsPanel({ agent, onSaved }) {
  const [draft, setDraft] = useState(draftOf(agent));
  const groups = useGroups();
  const users = useFreeUsers(agent.user_id);
  const save = async () => {
    onSaved((await api.put(`/api/agents/${agent.id}`, sentOf(draft))).agent);
    notify(t("office.saved"));
  };
  return html`<${Panel} title=${t("people.details")}>
    <${PageForm} action=${t("office.save")} act=${save} isReady=${draft.name.trim() !== ""}>
      ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) =>
        html`<${AgentFields} draft=${draft} onChange=${setDraft} problemOf=${problemOf} groups=${groups} users=${users} />`}
    <//>
  <//>`;
}

/** Taking an agent off the floor for good, and back. @param {{agent: Agent, onSaved: (agent: Agent) => void}} props */
function ActivityPanel({ agent, onSaved }) {
  const deactivate = useAction(async () => {
    const question = {
      title: t("people.deactivate_title", { name: agent.name }),
      text: t("people.deactivate_text"),
      action: t("people.deactivate"),
      danger: true,
    };
    if (!(await confirm(question))) return;
    onSaved((await api.delete(`/api/agents/${agent.id}`)).agent);
    notify(t("people.deactivate_done", { name: agent.name }));
  });
  const reactivate = useAction(async () => {
    onSaved((await api.put(`/api/agents/${agent.id}`, { is_active: true })).agent);
    notify(t("people.reactivate_done", { name: agent.name }));
  });
  const doing = agent.is_active ? deactivate : reactivate;
  return html`<${Panel} title=${t("people.activity")}>
    <p class="field-help">${t(agent.is_active ? "people.activity_on" : "people.activity_off")}</p>
    <${Problem} error=${doing.error} />
    <div class="actions">
      <${Button} kind=${agent.is_active ? "danger" : "main"} isBusy=${doing.isBusy} onClick=${() => doing.run()}>
        ${t(agent.is_active ? "people.deactivate" : "people.reactivate")}
      <//>
    </div>
  <//>`;
}
