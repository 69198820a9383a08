import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { t } from "../kit/words.js";
import { deskAgent } from "./live-desk.js";
import { underWay } from "./press.js";
import { Refusal } from "./refusal.js";
import { transferWords } from "./transfer-words.js";
import { moveTransfer } from "./transfers.js";

/** Where a transfer stands, and what whoever hands over can do with it. @param {{transfer: import("./desk-shapes.js").DeskTransfer}} props */
export function TransferState({ transfer }) {
  const { state, isMerged, isOpen } = transfer;
  const busy = underWay.value;
  const isConsulting = state === "consulting";
  /** @param {"complete" | "cancel" | "merge"} what @param {"main" | "plain"} kind */
  const action = (what, kind) => html`<${Button} kind=${kind} isBusy=${busy.has(`transfer-${what}`)}
    onClick=${() => void moveTransfer(transfer.id, what)}>${t(`softphone.transfer.${what}`)}<//>`;
  return html`<div class="transfer-state" data-state=${state}>
    <p role="status"><span aria-hidden="true">⇄</span> ${transferWords(transfer)}</p>
    ${
      isOpen &&
      transfer.fromAgentId === deskAgent() &&
      html`<div class="transfer-actions">
      ${isConsulting && action("complete", "main")}
      ${isConsulting && !isMerged && action("merge", "plain")}
      ${action("cancel", "plain")}
    </div>`
    }
    <${Refusal} place="transfer" />
  </div>`;
}
