import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { formatNumber, formatShare, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"ForecastOut">} Forecast */
/** @typedef {import("../kit/shapes.js").Schema<"PlanForecastOut">} Plan */

/** What so many agents would come to. @param {{campaign: import("./status.js").Campaign}} props */
export function ForecastPanel({ campaign }) {
  const [agents, setAgents] = useState("");
  const [found, setFound] = useState(/** @type {Forecast | null} */ (null));
  const ask = useAction(async () => {
    const wish = agents === "" ? {} : { agents: Number(agents) };
    setFound((await api.post(`/api/campaigns/${campaign.id}/forecast`, wish)).forecast);
  });
  return html`<${Panel} title=${t("campaigns.forecast")}>
    <form
      class="forecast-form"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void ask.run();
      }}
    >
      <${Field} label=${t("campaigns.forecast_agents")} type="number" min="1" value=${agents} onInput=${setAgents} error=${ask.error?.of("agents")} help=${t("campaigns.forecast_help")} />
      <${Button} type="submit" icon="≈" isBusy=${ask.isBusy}>${t("campaigns.forecast_ask")}<//>
    </form>
    <${Problem} error=${ask.error} />
    ${found && html`<${PlanFigures} plan=${found.what_if} /><ul class="assumptions">${found.assumptions.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
  <//>`;
}

/** @param {{plan: Plan}} props */
function PlanFigures({ plan }) {
  const rows = [
    [
      t("campaigns.occupancy"),
      formatShare(plan.occupancy.p50),
      formatShare(plan.occupancy.p10),
      formatShare(plan.occupancy.p90),
    ],
    [
      t("campaigns.abandonment"),
      formatShare(plan.abandonment_rate.p50, 2),
      formatShare(plan.abandonment_rate.p10, 2),
      formatShare(plan.abandonment_rate.p90, 2),
    ],
    [
      t("campaigns.connects_per_hour"),
      ...[plan.connects_per_hour.p50, plan.connects_per_hour.p10, plan.connects_per_hour.p90].map(rounded),
    ],
    [
      t("campaigns.calls_per_hour"),
      ...[plan.calls_per_hour.p50, plan.calls_per_hour.p10, plan.calls_per_hour.p90].map(rounded),
    ],
    ...(plan.hours_to_finish
      ? [
          [
            t("campaigns.hours_to_finish"),
            ...[plan.hours_to_finish.p50, plan.hours_to_finish.p10, plan.hours_to_finish.p90].map(rounded),
          ],
        ]
      : []),
  ];
  return html`<p>${t("campaigns.forecast_for", { n: plan.agents })}</p>
    <dl class="figures">
      ${rows.map(([name, middle, low, high]) => html`<div key=${name}><dt>${name}</dt><dd class="figure">${middle} <small>${t("campaigns.between", { low: low ?? "", high: high ?? "" })}</small></dd></div>`)}
    </dl>`;
}

/** @param {number} value */
const rounded = (value) => formatNumber(value, { maximumFractionDigits: 1 });
