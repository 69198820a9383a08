import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Loading } from "../kit/components/loading.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Time } from "../kit/components/time.js";
import { useResource } from "../kit/resource.js";
import { withInstants } from "../kit/time.js";
import { t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"LeadDialabilityOut">} Dialability */

const GATES = [
  "campaign",
  "list",
  "finished",
  "dnc",
  "no_phone",
  "not_permitted",
  "in_flight",
  "cap",
  "retry",
  "callback",
  "hours",
];

/** Whether somebody may be called now, gate by gate. @param {{leadId: string, version: string}} props */
export function LeadWhy({ leadId, version }) {
  const found = useResource((signal) => api.get(`/api/leads/${leadId}/dialability`, { signal }), [leadId, version], {
    everySeconds: 60,
  });
  /** @type {Dialability | undefined} */
  const why = found.data?.dialability;
  const again = html`<${Button} kind="quiet" icon="↻" isBusy=${found.isLoading} onClick=${found.reload}>${t("leads.look_again")}<//>`;
  return html`<${Panel} title=${t("leads.why")} actions=${again} class="lead-why">
    <${Problem} error=${found.error} onRetry=${found.reload} />
    ${why ? html`<${Verdict} why=${why} />` : !found.error && html`<${Loading} lines=${6} />`}
  <//>`;
}

/** @param {{why: Dialability}} props */
function Verdict({ why }) {
  const zone = why.time_zones[0] ?? null;
  return html`
    <p>
      ${
        why.dialable
          ? html`<${Badge} tone="ok" icon="✓">${t("leads.dialable")}<//>`
          : html`<${Badge} tone="warn" icon="⊘">${t("leads.not_dialable")}<//> ${why.next_dialable_at ? html`${t("leads.dialable_from")} <${Time} at=${why.next_dialable_at} zone=${zone} />` : t("leads.never_by_itself")}`
      }
    </p>
    <ul class="gates">
      ${GATES.map((name) => {
        const closed = why.gates.filter((gate) => gate.gate === name);
        return html`<li key=${name} data-gate=${name} class=${closed.length > 0 ? "gate-closed" : "gate-open"}>
          <span class="gate-name"><span class="icon" aria-hidden="true">${closed.length > 0 ? "✕" : "✓"}</span> ${t(`leads.gate.${name}`)}<span class="only-for-readers">: ${t(closed.length > 0 ? "leads.gate_closed" : "leads.gate_open")}</span></span>
          ${closed.map(
            (gate) => html`<div key=${gate.code} class="gate-reason">
              ${withInstants(gate.message)}
              ${gate.rule && html`<small>${t("leads.rule")}: ${gate.rule}</small>`}
              <small>${gate.clears_at ? html`${t("leads.until")} <${Time} at=${gate.clears_at} zone=${zone} />` : t("leads.never_by_itself")}</small>
            </div>`,
          )}
        </li>`;
      })}
    </ul>
    <p class="section-help">${t("leads.places", { places: why.jurisdictions.join(", ") || "–", zones: why.time_zones.join(", ") || "–" })}</p>
  `;
}
