import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { formatInstant, withInstants } from "../kit/time.js";
import { formatNumber, t } from "../kit/words.js";
import { GateCounts } from "./gates.js";

/**
 * What would happen, before it does: who could be called now, why others cannot, what to mend first.
 * @param {{campaign: import("./status.js").Campaign, onChange: (campaign: any) => void, onClose: () => void}} props
 */
export function StartDialog({ campaign, onChange, onClose }) {
  const trial = useResource((signal) => api.post(`/api/campaigns/${campaign.id}/dry-run`, { days: 2 }, { signal }));
  /** @type {import("../kit/shapes.js").Schema<"DryRunOut"> | undefined} */
  const found = trial.data?.dry_run;
  const start = useAction(async () => {
    const answer = await api.post(`/api/campaigns/${campaign.id}/start`);
    onChange(answer.campaign);
    notify([answer.message, ...answer.warnings].join(" "));
    onClose();
  });
  const actions = html`
    <${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button} kind="main" icon="▶" isBusy=${start.isBusy} disabled=${trial.isLoading} data-action="confirm-start" onClick=${() => start.run()}>
      ${t(found && found.callable_now > 0 ? "campaigns.start_now" : "campaigns.start_anyway")}
    <//>
  `;
  return html`<${Dialog} title=${t("campaigns.start_title", { name: campaign.name })} onClose=${onClose} actions=${actions} class="start-dialog">
    ${found ? html`<${Trial} found=${found} />` : trial.error ? html`<${Problem} error=${trial.error} onRetry=${trial.reload} />` : html`<${Loading} lines=${6} />`}
    <${Problem} error=${start.error} title=${t("campaigns.not_started")} />
  <//>`;
}

/** @param {{found: import("../kit/shapes.js").Schema<"DryRunOut">}} props */
function Trial({ found }) {
  const next = found.callable_now === 0 ? found.hours.find((hour) => hour.callable > 0) : undefined;
  return html`
    <p class="trial-now">
      <strong class="figure">${formatNumber(found.callable_now)}</strong> ${t("campaigns.trial_now", { n: found.callable_now, total: found.total })}
    </p>
    ${next && html`<p>${t("campaigns.trial_next", { n: next.callable, at: formatInstant(next.starts_at) })}</p>`}
    ${
      found.warnings.length > 0 &&
      html`<div class="trial-warnings tone-warn">
      <h3><span class="icon" aria-hidden="true">⚠</span> ${t("campaigns.trial_warnings")}</h3>
      <ul>${found.warnings.map((warning) => html`<li key=${warning}>${withInstants(warning)}</li>`)}</ul>
    </div>`
    }
    ${found.blocked.length > 0 && html`<h3>${t("campaigns.trial_blocked")}</h3><${GateCounts} gates=${found.blocked} />`}
  `;
}
