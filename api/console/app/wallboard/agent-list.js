import { useComputed, useSignal } from "@preact/signals";
import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { Panel } from "../kit/components/panel.js";
import { href } from "../kit/router.js";
import { t } from "../kit/words.js";
import { Age } from "./age.js";
import { AGENT_STATES } from "./thresholds.js";
import { WindowOfRows } from "./window-of-rows.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./board.js").BoardAgent} Agent */

const ORDER = Object.keys(AGENT_STATES);

/** Agents by state, in each the one first who has been in it longest. @param {{board: Board}} props */
export function AgentList({ board }) {
  const state = useSignal("");
  const order = useComputed(() => {
    if (board.agents.revision.value < 0) return [];
    return board.agents.all
      .filter((agent) => state.value === "" || agent.state === state.value)
      .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || Date.parse(a.since) - Date.parse(b.since))
      .map((agent) => agent.id);
  });
  return html`<${Panel} title=${t("wallboard.agents")} class="wb-list" actions=${html`<${StateFilter} state=${state} />`}>
    ${
      order.value.length === 0
        ? html`<p class="wb-none">${t(state.value ? "wallboard.no_agents_in_state" : "wallboard.no_agents")}</p>`
        : html`<${WindowOfRows} name="agents" caption=${t("wallboard.agents_caption")} columns=${5} ids=${order} head=${HEAD()}
          row=${(/** @type {string} */ id, /** @type {number} */ index) => html`<${AgentRow} key=${id} id=${id} index=${index} board=${board} />`} />`
    }
  <//>`;
}

const HEAD = () => html`<tr>
  <th scope="col" class="wb-col-state">${t("wallboard.state")}</th>
  <th scope="col" class="number wb-col-age">${t("wallboard.age")}</th>
  <th scope="col" class="wb-col-name">${t("wallboard.name")}</th>
  <th scope="col" class="wb-col-name">${t("wallboard.group")}</th>
  <th scope="col" class="wb-col-audio">${t("wallboard.audio")}</th>
</tr>`;

/** @param {{state: import("@preact/signals").Signal<string>}} props */
function StateFilter({ state }) {
  return html`<select class="wb-filter" aria-label=${t("wallboard.filter_state")} value=${state.value}
    onChange=${(/** @type {any} */ event) => (state.value = event.currentTarget.value)}>
    <option value="">${t("wallboard.all_states")}</option>
    ${ORDER.map((each) => html`<option key=${each} value=${each}>${t(`wallboard.agent.${each}`)}</option>`)}
  </select>`;
}

/** @param {{id: string, index: number, board: Board}} props */
function AgentRow({ id, index, board }) {
  const agent = board.agents.of(id)?.value;
  if (!agent) return null;
  const look = AGENT_STATES[agent.state] ?? { tone: "quiet", icon: "?", warnAfter: null, badAfter: null };
  return html`<tr data-agent=${id} data-state=${agent.state} aria-rowindex=${index + 2}>
    <td><${Badge} tone=${look.tone} icon=${look.icon}>${t(`wallboard.agent.${agent.state}`)}<//>
      ${agent.break_reason && html` <span class="wb-reason">${agent.break_reason}</span>`}</td>
    <td class="number"><${Age} since=${agent.since} warnAfter=${look.warnAfter} badAfter=${look.badAfter} /></td>
    <td class="wide"><a href=${href(`/agents/${id}`)}>${agent.name}</a></td>
    <td>${agent.agent_group ?? "–"}</td>
    <td>${audioOf(agent)}</td>
  </tr>`;
}

/** Whether calls reach the agent, and by what. @param {Agent} agent */
function audioOf(agent) {
  if (agent.state === "offline") return html`<span class="wb-quiet">–</span>`;
  if (agent.has_audio && agent.has_socket)
    return html`<span class="wb-ok"><span aria-hidden="true">✓</span> ${t("wallboard.audio_console")}</span>`;
  if (agent.has_audio)
    return html`<span class="wb-bad"><span aria-hidden="true">✕</span> ${t("wallboard.no_socket")}</span>`;
  if (agent.is_reachable)
    return html`<span class="wb-ok"><span aria-hidden="true">✓</span> ${t("wallboard.audio_phone")}</span>`;
  return html`<span class="wb-bad"><span aria-hidden="true">✕</span> ${t("wallboard.no_audio")}</span>`;
}
