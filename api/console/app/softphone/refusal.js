import { html } from "htm/preact";

import { t } from "../kit/words.js";
import { clearRefusal, refusals } from "./press.js";
import { Button } from "../kit/components/button.js";

/** Why the last thing was not done, beside where it was tried. @param {{place: import("./press.js").Place}} props */
export function Refusal({ place }) {
  const text = refusals.value[place];
  return html`<div role="alert" class="refusal-place">
    ${
      text &&
      html`<div class="refusal">
      <span><span class="icon" aria-hidden="true">!</span> <strong>${t("softphone.controls.failed")}.</strong> ${text}</span>
      <${Button} kind="quiet" icon="✕" label=${t("kit.dismiss")} onClick=${() => clearRefusal(place)} />
    </div>`
    }
  </div>`;
}
