import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Loading } from "../kit/components/loading.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { formatDuration, moment } from "../kit/time.js";
import { formatNumber, formatShare, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentStatsOut">} Stats */

const STATES = /** @type {const} */ (["available", "reserved", "talking", "wrapping_up", "paused"]);

/** Calls and time of an agent. @param {{agentId: string}} props */
export function AgentFigures({ agentId }) {
  const [days, setDays] = useState("1");
  const found = useResource(
    async (signal) =>
      /** @type {Stats} */ (
        (await api.get(`/api/agents/${agentId}/stats`, { query: { date_from: since(Number(days)) }, signal })).stats
      ),
    [agentId, days],
    { everySeconds: 60 },
  );
  const options = ["1", "7", "30"].map((value) => ({ value, label: t(`people.days.${value}`) }));
  const choice = html`<${Select} label=${t("people.days")} isLabelHidden value=${days} options=${options} onChange=${setDays} />`;
  return html`<${Panel} title=${t("people.figures")} actions=${choice}>
    <${Problem} error=${found.error} onRetry=${found.reload} />
    ${found.data ? html`<${Figures} stats=${found.data} />` : !found.error && html`<${Loading} lines=${6} />`}
  <//>`;
}

/** @param {{stats: Stats}} props */
function Figures({ stats }) {
  const breaks = stats.breaks.filter((each) => each.seconds >= 1);
  return html`
    <dl class="office-facts">
      <${Fact} name=${t("people.calls")} value=${formatNumber(stats.total_calls)} />
      <${Fact} name=${t("people.answered")} value=${formatNumber(stats.answered_calls)} />
      <${Fact} name=${t("people.talk_average")} value=${formatDuration(stats.avg_talk_time)} />
      <${Fact} name=${t("people.talk_total")} value=${formatDuration(stats.total_talk_time)} />
      <${Fact} name=${t("people.occupancy")} value=${formatShare(stats.occupancy)} />
    </dl>
    <h3>${t("people.time")}</h3>
    <dl class="office-facts">
      ${STATES.map((state) => html`<${Fact} key=${state} name=${t(`people.state.${state}`)} value=${formatDuration(stats.seconds_by_state[state] ?? 0)} />`)}
    </dl>
    ${
      breaks.length > 0 &&
      html`<h3>${t("people.breaks")}</h3>
      <dl class="office-facts">
        ${breaks.map((each) => html`<${Fact} key=${each.break_reason_id} name=${each.name ?? t("people.break_other")} value=${formatDuration(each.seconds)} />`)}
      </dl>`
    }
  `;
}

/** @param {{name: string, value: string}} props */
function Fact({ name, value }) {
  return html`<div><dt>${name}</dt><dd class="figure">${value}</dd></div>`;
}

/** Midnight of the viewer, so many days back, today being the first. @param {number} days */
function since(days) {
  const midnight = new Date(moment());
  midnight.setHours(0, 0, 0, 0);
  midnight.setDate(midnight.getDate() - days + 1);
  return midnight.toISOString();
}
