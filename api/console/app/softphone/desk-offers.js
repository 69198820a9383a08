/** What is offered at the desk besides calls: leads to look at, promised callbacks; and the news of both. Pure. */

import { callbackOf, previewOfEvent, text } from "./desk-shapes.js";

/**
 * @typedef {import("./desk-state.js").Desk} Desk
 * @typedef {import("./desk-state.js").News} News
 * @typedef {import("./desk-shapes.js").Payload} Payload
 */

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
export function previewLead(desk, payload, at) {
  return {
    ...desk,
    preview: previewOfEvent(payload, at),
    call: desk.call?.isOver ? null : desk.call,
    lastCall: unconcluded(desk),
  };
}

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
export function previewEnded(desk, payload, at) {
  const { preview } = desk;
  const state = text(payload.state) ?? "";
  if (!preview || preview.id !== payload.previewId) return desk;
  if (state === "dialled") {
    if (desk.ended.includes(String(payload.callId))) return { ...desk, preview: null };
    const { name, phone } = preview;
    return { ...desk, preview: null, dialling: { callId: text(payload.callId), name, phone, since: at } };
  }
  return {
    ...desk,
    preview: null,
    news: state === "skipped" ? desk.news : newsOf(desk, "preview-over", state, preview.name),
  };
}

/** @param {Desk} desk @param {Payload} payload @returns {Desk} */
export function callbackPromised(desk, payload) {
  const callback = callbackOf(payload);
  const others = desk.callbacks.filter((other) => other.id !== callback.id);
  if (callback.agentId !== desk.agent?.id) return { ...desk, callbacks: others };
  return { ...desk, callbacks: [...others, callback].sort((one, other) => one.dueAt - other.dueAt) };
}

/** @param {Desk} desk @param {Payload} payload @returns {Desk} */
export function callbackGone(desk, payload) {
  const callback = callbackOf(payload);
  const callbacks = desk.callbacks.filter((other) => other.id !== callback.id);
  const kind = payload.state === "missed" ? "callback-missed" : "callback-away";
  return { ...desk, callbacks, news: newsOf(desk, kind, text(payload.reason) ?? "", callback.name) };
}

/** @param {Desk} desk */
export function unconcluded({ call, lastCall }) {
  return call?.isOver && call.disposition === null ? call : lastCall;
}

/** @param {Desk} desk @param {News["kind"]} kind @param {string} detail @param {string} name @returns {News} */
export function newsOf(desk, kind, detail, name) {
  return { id: (desk.news?.id ?? 0) + 1, kind, detail, name };
}
