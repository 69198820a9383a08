import { html } from "htm/preact";

import { formatDuration, formatInstant } from "../kit/time.js";
import { hasWord, t } from "../kit/words.js";

/** How earlier calls with this lead went. @param {{calls: import("./desk-snapshot.js").EarlierCall[], isRead: boolean}} props */
export function HistoryList({ calls, isRead }) {
  return html`<section class="history">
    <h3>${t("softphone.call.history")}</h3>
    ${
      calls.length === 0
        ? html`<p class="hint">${t(isRead ? "softphone.call.noHistory" : "softphone.call.historyLoading")}</p>`
        : html`<ol class="history-list">
          ${calls.map(
            (call) => html`<li key=${call.id}>
            <p class="history-line"><strong>${outcomeName(call)}</strong> <span>${formatInstant(call.at)}</span>
              ${call.agentName && html`<span>${call.agentName}</span>`}
              ${call.talkSeconds !== null && call.talkSeconds > 0 && html`<span class="figure">${formatDuration(call.talkSeconds)}</span>`}
            </p>
            ${call.notes && html`<p class="history-notes">${call.notes}</p>`}
          </li>`,
          )}
        </ol>`
    }
  </section>`;
}

/** @param {{disposition: string | null, label: string | null}} call */
function outcomeName({ disposition, label }) {
  for (const word of [`softphone.disposition.${disposition}`, `softphone.ended.${disposition}`]) {
    if (disposition !== null && hasWord(word)) return t(word);
  }
  return label ?? disposition ?? t("softphone.ended.answered");
}
