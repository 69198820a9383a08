import { html } from "htm/preact";
import { useId } from "preact/hooks";

import { formatShare } from "../words.js";

/**
 * How far something is. `value` and `max` in any unit; null for "nobody knows".
 * @param {{label: string, value: number | null, max?: number, text?: string, isLabelHidden?: boolean}} props
 */
export function Progress({ label, value, max = 1, text, isLabelHidden = false }) {
  const id = useId();
  const share = value === null ? null : max > 0 ? Math.min(1, value / max) : 0;
  return html`<div class="progress">
    <div class=${isLabelHidden ? "only-for-readers" : "progress-words"}>
      <span id=${id}>${label}</span> <span class="figure">${text ?? (share === null ? "" : formatShare(share, 0))}</span>
    </div>
    <progress aria-labelledby=${id} value=${share ?? undefined} max="1"></progress>
  </div>`;
}
