import { html } from "htm/preact";

import { withInstants } from "../time.js";
import { t } from "../words.js";
import { Button } from "./button.js";

/**
 * What went wrong and what to try.
 * @param {{error: import("../api.js").ApiError | null | undefined, onRetry?: () => void, title?: string}} props
 */
export function Problem({ error, onRetry, title }) {
  if (!error || error.code === "cancelled") return null;
  return html`<div class="problem tone-bad" role="alert">
    <p><span class="icon" aria-hidden="true">!</span> <strong>${title ?? t("kit.problem.title")}</strong> ${wordsOf(error)}</p>
    ${
      error.fields.length > 0 &&
      html`<ul>
      ${error.fields.map((field) => html`<li key=${field.field}><strong>${field.field}</strong>: ${withInstants(field.message)}</li>`)}
    </ul>`
    }
    ${onRetry && html`<${Button} onClick=${onRetry}>${t("kit.try_again")}<//>`}
  </div>`;
}

/** What an error says to somebody who cannot look into the server. @param {import("../api.js").ApiError} error */
export function wordsOf(error) {
  if (error.code === "network") return t("kit.problem.network");
  if (error.code === "timeout") return t("kit.problem.timeout");
  if (error.status === 401) return t("kit.problem.signed_out");
  if (error.status === 403 && error.code === "forbidden") return `${t("kit.problem.forbidden")} ${error.message}`;
  if (error.status === 429)
    return t("kit.problem.too_many", { n: Math.max(1, Math.ceil(error.retryAfterSeconds ?? 60)) });
  if (error.status >= 500) return t("kit.problem.server");
  return withInstants(error.message);
}
