import { html } from "htm/preact";

import { api, ApiError } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Loading } from "../kit/components/loading.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useResource } from "../kit/resource.js";
import { session } from "../kit/session.js";
import { hasWord, t } from "../kit/words.js";

/** The pages' own version: it is part of their addresses. */
const RELEASE = /\/assets\/(\w{1,12})/.exec(import.meta.url)?.[1] ?? "–";

/** @typedef {{name: string, ok: boolean, why: string | null}} Check */

/** Which installation this is, and whether all its parts run. */
export function AboutTab() {
  const ready = useResource(askReadiness, [], { everySeconds: 30 });
  return html`<${Panel} title=${t("settings.tab.about")}>
    <dl class="office-facts settings-facts">
      <div><dt>${t("settings.about.version")}</dt><dd class="figure">${RELEASE}</dd></div>
      <div><dt>${t("settings.about.address")}</dt><dd class="figure">${location.origin}</dd></div>
      <div><dt>${t("settings.about.tenant")}</dt><dd class="figure settings-id">${session.value?.user.tenant_id}</dd></div>
      <div><dt>${t("settings.about.docs")}</dt><dd><a href="/api/docs" target="_blank" rel="noopener">${t("settings.about.docs_link")}</a></dd></div>
    </dl>
    <h3>${t("settings.about.parts")}</h3>
    <${Problem} error=${ready.error} onRetry=${ready.reload} />
    ${
      ready.data
        ? html`<ul class="about-parts">
          ${ready.data.map(
            (check) => html`<li key=${check.name}>
            ${check.ok ? html`<${Badge} tone="ok" icon="✓">${t("settings.about.runs")}<//>` : html`<${Badge} tone="bad" icon="✕">${t("settings.about.stands")}<//>`}
            <span>${nameOf(check.name)}${check.why ? `: ${check.why}` : ""}</span>
          </li>`,
          )}
        </ul>`
        : !ready.error && html`<${Loading} lines=${4} />`
    }
  <//>`;
}

/** An installation that is not whole answers 503, and says what is missing. @param {AbortSignal} signal @returns {Promise<Check[]>} */
async function askReadiness(signal) {
  try {
    return (await api.get("/readyz", { signal })).checks;
  } catch (error) {
    const checks = error instanceof ApiError ? /** @type {any} */ (error.body)?.checks : undefined;
    if (checks === undefined) throw error;
    return checks;
  }
}

/** @param {string} name */
function nameOf(name) {
  const key = `settings.about.part.${name}`;
  return hasWord(key) ? t(key) : name;
}
