import { t } from "../kit/words.js";
import { deskAgent } from "./live-desk.js";

/** Where a transfer stands, as the one of the two sides is told who looks. @param {import("./desk-shapes.js").DeskTransfer} transfer */
export function transferWords(transfer) {
  return transfer.fromAgentId === deskAgent() ? wordsForGiver(transfer) : wordsForTaker(transfer);
}

/** @param {import("./desk-shapes.js").DeskTransfer} transfer */
function wordsForGiver({ state, isMerged, target }) {
  if (state === "requested" || state === "ringing") return t("softphone.transfer.ringing", { target });
  if (state === "consulting")
    return t(isMerged ? "softphone.transfer.merged" : "softphone.transfer.consulting", { target });
  if (state === "completed" || state === "cancelled" || state === "failed")
    return t(`softphone.transfer.${state}`, { target });
  return t("softphone.transfer.other", { target });
}

/** @param {import("./desk-shapes.js").DeskTransfer} transfer */
function wordsForTaker({ state, isOpen, isMerged, from }) {
  const word = isOpen
    ? isMerged
      ? "handedMerged"
      : "handedConsulting"
    : state === "completed"
      ? "handed"
      : "handedBack";
  return t(`softphone.transfer.${word}`, { name: from });
}
