import { html } from "htm/preact";

import { t } from "../words.js";
import { Button } from "./button.js";

/**
 * One page of a list back and forth.
 * @param {{text?: any, onPrevious?: (() => void) | null, onNext?: (() => void) | null, isBusy?: boolean}} props
 */
export function Pager({ text, onPrevious, onNext, isBusy = false }) {
  return html`<nav class="pager" aria-label=${t("kit.pages")}>
    <${Button} icon="‹" disabled=${!onPrevious} isBusy=${isBusy} onClick=${() => onPrevious?.()}>${t("kit.previous")}<//>
    <span class="pager-text" role="status">${text}</span>
    <${Button} disabled=${!onNext} isBusy=${isBusy} onClick=${() => onNext?.()}>${t("kit.next")} <span aria-hidden="true">›</span><//>
  </nav>`;
}
