/** What stops leads from being called, in words. */

import { html } from "htm/preact";

import { Time } from "../kit/components/time.js";
import { formatNumber, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"GateCountOut">} GateCount */

/** Leads by what stops them first. @param {{gates: GateCount[]}} props */
export function GateCounts({ gates }) {
  return html`<dl class="gate-counts">
    ${gates.map(
      (gate) => html`<div key=${gate.gate} data-gate=${gate.gate}>
        <dt>${t(`campaigns.gate.${gate.gate}`)}</dt>
        <dd>
          <span class="figure">${formatNumber(gate.count)}</span>
          ${gate.earliest_clears_at && html`<small>${t("campaigns.first_open")} <${Time} at=${gate.earliest_clears_at} /></small>`}
        </dd>
      </div>`,
    )}
  </dl>`;
}
