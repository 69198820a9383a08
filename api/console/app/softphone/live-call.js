/** What steering a live call is about: hold, recording, the transfer under way, supervisors on the line. */

import { instant, text } from "./desk-shapes.js";

/**
 * @typedef {import("./desk-shapes.js").DeskCall} DeskCall
 * @typedef {import("./desk-shapes.js").DeskTransfer} DeskTransfer
 * @typedef {import("./desk-shapes.js").Listener} Listener
 * @typedef {{isHeld: boolean, recording: DeskCall["recording"]}} Steering
 */

const OPEN = new Set(["requested", "ringing", "consulting"]);

/** @param {any} live a call as it stands, from a snapshot, an answer, or `call:changed` @returns {Steering} */
export function steeringOf(live) {
  return { isHeld: live?.is_on_hold === true, recording: recordingOf(live) };
}

/** @param {any} live @returns {DeskCall["recording"]} */
function recordingOf(live) {
  const { recording } = live ?? {};
  if (recording === "on" || recording === "paused") return recording;
  if (!live?.is_recording) return "off";
  return live.is_recording_paused ? "paused" : "on";
}

/** @param {any} live @param {number} now @returns {{transfer: DeskTransfer | null, listeners: Listener[]}} */
export function companyOf(live, now) {
  return {
    transfer: live?.transfer ? transferOf(live.transfer, now) : null,
    listeners: listenersOf(live?.supervision),
  };
}

/** @param {any} told @param {number} now @returns {DeskTransfer} */
export function transferOf(told, now) {
  const state = text(told.state) ?? "";
  return {
    id: text(told.transferId ?? told.id) ?? "",
    mode: text(told.kind) ?? "cold",
    state,
    isOpen: OPEN.has(state),
    target: text(told.to_agent_name) ?? text(told.to_phone) ?? "",
    from: text(told.from_agent_name) ?? "",
    fromAgentId: text(told.from_agent_id),
    isMerged: told.is_merged === true,
    since: instant(told.requested_at) ?? now,
    reason: text(told.reason),
  };
}

/** @param {any[] | undefined} told @returns {Listener[]} */
export function listenersOf(told) {
  return (told ?? []).map(listenerOf);
}

/** @param {any} told @returns {Listener} */
function listenerOf(told) {
  return { name: text(told.name) ?? "", mode: text(told.mode) ?? "listen" };
}
