/**
 * The desk as it is known: a snapshot of the server, and the events since, folded in one by one. Pure: nothing here asks
 * for anything, so an event is on the screen as soon as it has arrived.
 */

import { breakOf, callOfEvent, instant, text } from "./desk-shapes.js";
import { callbackGone, callbackPromised, newsOf, previewEnded, previewLead, unconcluded } from "./desk-offers.js";
import { companyOf, listenersOf, steeringOf, transferOf } from "./live-call.js";

/**
 * @typedef {import("./desk-shapes.js").DeskAgent} DeskAgent
 * @typedef {import("./desk-shapes.js").DeskCall} DeskCall
 * @typedef {import("./desk-shapes.js").DeskPreview} DeskPreview
 * @typedef {import("./desk-shapes.js").DeskCallback} DeskCallback
 * @typedef {import("./desk-shapes.js").DeskTransfer} DeskTransfer
 * @typedef {import("./desk-shapes.js").Listener} Listener
 * @typedef {import("./desk-shapes.js").BreakReason} BreakReason
 * @typedef {import("./desk-shapes.js").Payload} Payload
 * @typedef {{id: number, kind: "preview-over" | "unreached" | "callback-away" | "callback-missed", detail: string,
 *   name: string}} News something that happened and needs no decision
 * @typedef {object} Desk
 * @property {number} at milliseconds; what is older is known already
 * @property {DeskAgent | null} agent
 * @property {boolean} hasAudio
 * @property {DeskCall | null} call the one that goes on, or is being concluded
 * @property {DeskCall | null} lastCall an earlier one that nobody has concluded
 * @property {DeskPreview | null} preview
 * @property {{callId: string | null, name: string, phone: string, since: number} | null} dialling
 * @property {DeskTransfer | null} transfer
 * @property {Listener[]} listeners supervisors on the line
 * @property {DeskCallback[]} callbacks
 * @property {BreakReason[]} breakReasons those on offer
 * @property {string[]} ended calls that are over, so that a late event does not bring them back
 * @property {News | null} news
 */

const MAX_ENDED = 20;

/** @type {Desk} */
export const emptyDesk = {
  at: 0,
  agent: null,
  hasAudio: false,
  call: null,
  lastCall: null,
  preview: null,
  dialling: null,
  transfer: null,
  listeners: [],
  callbacks: [],
  breakReasons: [],
  ended: [],
  news: null,
};

/**
 * The desk as a snapshot has it. What happened since it was taken is folded in again by whoever took it.
 * @param {Desk} before
 * @param {Desk} snapshot
 * @returns {Desk}
 */
export function withSnapshot(before, snapshot) {
  const isNewer = before.agent !== null && snapshot.agent !== null && before.agent.at > snapshot.agent.at;
  return {
    ...snapshot,
    // A status that was told after the snapshot was read.
    agent: isNewer ? before.agent : snapshot.agent,
    ended: before.ended,
    news: before.news,
  };
}

/**
 * @param {Desk} desk
 * @param {string} name of the socket's event
 * @param {Payload} payload
 * @param {number} now milliseconds on the server's clock, for events that do not say when they happened
 * @returns {Desk} the same object if nothing changes
 */
export function withEvent(desk, name, payload, now) {
  const at = instant(payload.at) ?? now;
  // A status is compared with the one that is known: it may say of a moment before the snapshot what was committed after
  // it, the end of a wrap-up that a sweep found a second later, for one.
  if (instant(payload.at) !== null && at < desk.at && name !== "agent:status:updated") return desk;
  const fold = folds[name];
  return fold ? fold(desk, payload, at) : desk;
}

/** @type {Record<string, (desk: Desk, payload: Payload, at: number) => Desk>} */
const folds = {
  "incoming:call": incomingCall,
  "call:ended": callEnded,
  "call:changed": callChanged,
  "agent:status:updated": statusUpdated,
  "agent:audio": audioChanged,
  "preview:lead": previewLead,
  "preview:ended": previewEnded,
  "callback:promised": callbackPromised,
  "callback:handed_over": callbackGone,
  "callback:missed": callbackGone,
  "transfer:changed": transferChanged,
  "supervision:changed": supervisionChanged,
};

/** Names of all events that the desk listens to. */
export const eventNames = Object.keys(folds);

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
function incomingCall(desk, payload, at) {
  const call = callOfEvent(payload, at);
  if (desk.ended.includes(call.id)) return desk;
  if (desk.call?.id === call.id && !desk.call.isOver) return desk;
  const handed = /** @type {Payload | undefined} */ (payload.transferred_from);
  const transfer = handed === undefined ? null : handedOver(handed, at);
  return { ...desk, call, lastCall: unconcluded(desk), preview: null, dialling: null, transfer, listeners: [] };
}

/** A colleague hands the call over: at once, or after a word. @param {Payload} handed @param {number} at */
function handedOver(handed, at) {
  const state = handed.kind === "warm" ? "consulting" : "completed";
  return transferOf({ ...handed, state, from_agent_id: handed.agent_id, from_agent_name: handed.agent_name }, at);
}

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
function callEnded(desk, payload, at) {
  const callId = String(payload.callId);
  const known = { ...desk, ended: [...desk.ended.filter((id) => id !== callId), callId].slice(-MAX_ENDED) };
  const wrapUpUntil = instant(payload.wrap_up_until);
  if (desk.call?.id === callId) {
    if (desk.call.isOver) return { ...known, agent: withWrapUp(desk.agent, wrapUpUntil, at) };
    const call = { ...desk.call, isOver: true, endedAt: at, isHeld: false, reason: text(payload.reason) };
    return { ...known, call, transfer: null, listeners: [], agent: withWrapUp(desk.agent, wrapUpUntil, at) };
  }
  if (desk.dialling && (desk.dialling.callId === callId || desk.dialling.callId === null)) {
    const news = newsOf(desk, "unreached", text(payload.reason) ?? "", desk.dialling.name);
    return { ...known, dialling: null, news };
  }
  return known;
}

/** @param {DeskAgent | null} agent @param {number | null} until @param {number} at @returns {DeskAgent | null} */
function withWrapUp(agent, until, at) {
  if (!agent || until === null || agent.at > at) return agent;
  return { ...agent, state: "wrapping_up", since: at, wrapUpUntil: until };
}

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
function callChanged(desk, payload, at) {
  const { call } = desk;
  if (!call || call.isOver || call.id !== (payload.callId ?? payload.call_id)) return desk;
  return { ...desk, call: { ...call, ...steeringOf(payload) }, ...companyOf(payload, at) };
}

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
function transferChanged(desk, payload, at) {
  const { call } = desk;
  if (!call || call.isOver || call.id !== payload.callId) return desk;
  return { ...desk, transfer: transferOf(payload, at) };
}

/** @param {Desk} desk @param {Payload} payload @returns {Desk} */
function supervisionChanged(desk, payload) {
  const { call } = desk;
  if (!call || call.isOver || call.id !== payload.callId) return desk;
  return { ...desk, listeners: listenersOf(/** @type {any} */ (payload.supervision)) };
}

/** @param {Desk} desk @param {Payload} payload @param {number} at @returns {Desk} */
function statusUpdated(desk, payload, at) {
  const { agent } = desk;
  if (!agent || payload.agentId !== agent.id || at < agent.at) return desk;
  const state = /** @type {DeskAgent["state"]} */ (payload.state);
  const declared = /** @type {DeskAgent["declared"]} */ (payload.declared_status);
  /** @type {DeskAgent} */
  const changed = {
    ...agent,
    state,
    declared,
    at,
    since: instant(payload.since) ?? (state === agent.state ? agent.since : at),
    wrapUpUntil: instant(payload.wrap_up_until),
    extendedSeconds: typeof payload.wrap_up_extended_seconds === "number" ? payload.wrap_up_extended_seconds : 0,
    break: breakOf(payload, declared, desk.breakReasons),
  };
  const dialling = state === "reserved" || state === "talking" ? desk.dialling : null;
  const next = { ...desk, agent: changed, dialling: desk.dialling?.callId === null ? desk.dialling : dialling };
  return state !== "wrapping_up" && desk.call?.isOver ? { ...next, call: null, lastCall: unconcluded(desk) } : next;
}

/** @param {Desk} desk @param {Payload} payload @returns {Desk} */
function audioChanged(desk, payload) {
  if (payload.agentId !== desk.agent?.id) return desk;
  return { ...desk, hasAudio: payload.connected === true };
}

/**
 * A call is concluded: its own, or the earlier one that was left.
 * @param {Desk} desk
 * @param {string} callId
 * @param {{disposition: string, label: string | null}} conclusion
 * @returns {Desk}
 */
export function withConclusion(desk, callId, { disposition, label }) {
  const lastCall = desk.lastCall?.id === callId ? null : desk.lastCall;
  if (desk.call?.id !== callId) return { ...desk, lastCall };
  return { ...desk, lastCall, call: { ...desk.call, disposition, dispositionLabel: label } };
}
