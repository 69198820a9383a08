import { html } from "htm/preact";

import { t } from "../words.js";

/** Something is on its way. `lines` keeps as much room as it will take. @param {{lines?: number, label?: string}} props */
export function Loading({ lines = 3, label }) {
  return html`<div class="loading" role="status">
    <span class="only-for-readers">${label ?? t("kit.loading")}</span>
    ${Array.from({ length: lines }, (_, i) => html`<span key=${i} class="loading-line" aria-hidden="true"></span>`)}
  </div>`;
}
