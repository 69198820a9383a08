import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */

const CHOICES = /** @type {const} */ (["available", "break", "offline"]);

/** What a supervisor can set for an agent. @param {{agent: Agent, onSaved: (agent: Agent) => void}} props */
export function StatusPanel({ agent, onSaved }) {
  const change = useAction(async (/** @type {string} */ status) => {
    onSaved((await api.put(`/api/agents/${agent.id}/status`, { status })).agent);
    notify(t("people.status_done", { name: agent.name, status: t(`people.status.${status}`) }));
  });
  return html`<${Panel} title=${t("people.status")}>
    <p class="field-help">${t(agent.current_calls > 0 ? "people.status_later" : "people.status_help")}</p>
    <${Problem} error=${change.error} />
    <div class="actions">
      ${CHOICES.map(
        (status) => html`<${Button}
          key=${status}
          kind=${agent.declared_status === status ? "main" : "plain"}
          aria-pressed=${agent.declared_status === status ? "true" : "false"}
          isBusy=${change.isBusy}
          onClick=${() => change.run(status)}
        >
          ${t(`people.status.${status}`)}
        <//>`,
      )}
    </div>
  <//>`;
}
