/** A snapshot of the desk as the server answers it, read into what the page knows. */

import { breakOf, callbackOf, instant, leadOf, number, previewOfEvent, text } from "./desk-shapes.js";
import { emptyDesk } from "./desk-state.js";
import { companyOf, steeringOf } from "./live-call.js";

/**
 * @typedef {import("./desk-shapes.js").Payload} Payload
 * @typedef {import("./desk-state.js").Desk} Desk
 * @typedef {import("./desk-shapes.js").DeskCall} DeskCall
 * @typedef {{text: string, bold: boolean, field: string | null, is_missing: boolean}} Span
 * @typedef {{kind: "heading" | "paragraph" | "bullet" | "number", level: number, spans: Span[]}} Block
 * @typedef {{key: string, label: string, outcome: string, digit: number | null, is_own: boolean}} DispositionChoice
 * @typedef {object} Details about one lead: that of the call, or of the preview
 * @property {string} leadId
 * @property {string | null} zone
 * @property {string | null} email
 * @property {number | null} attempts
 * @property {string | null} leadNotes
 * @property {Record<string, unknown>} fields
 * @property {Block[] | null} script
 * @property {EarlierCall[]} history
 * @property {DispositionChoice[]} dispositions
 * @property {string} dispositionsOf the campaign they belong to
 * @property {number | null} extensionLeft seconds by which wrap-up may still be extended
 * @property {boolean} isRead
 * @typedef {{id: string, at: number, agentName: string | null, disposition: string | null, label: string | null,
 *   notes: string | null, talkSeconds: number | null}} EarlierCall
 */

/** @type {Details} */
export const noDetails = {
  leadId: "",
  zone: null,
  email: null,
  attempts: null,
  leadNotes: null,
  fields: {},
  script: null,
  history: [],
  dispositions: [],
  dispositionsOf: "",
  extensionLeft: null,
  isRead: false,
};

const UNANSWERED = new Set(["planned", "placing", "placed", "ringing", "unresolved"]);

/**
 * @param {{desk: any}} answer of `GET /api/agents/:id/desk`
 * @param {number} now
 * @returns {{desk: Desk, details: Details}}
 */
export function readSnapshot({ desk: told }, now) {
  const breakReasons = told.break_reasons.map(reasonOf);
  const agent = agentOf(told.agent, breakReasons, now);
  const call = told.call && !UNANSWERED.has(told.call.state) ? callOf(told, agent) : null;
  const lead = told.lead ? leadOf(told.lead) : null;
  return {
    desk: {
      ...emptyDesk,
      at: instant(told.server_time) ?? now,
      agent,
      call,
      breakReasons,
      hasAudio: told.agent.has_audio === true,
      lastCall: lastCallOf(told),
      preview: told.preview ? previewOf(told.preview) : null,
      dialling:
        told.call && !call
          ? { callId: told.call.id, name: lead?.name ?? "", phone: told.call.phone ?? "", since: agent.since }
          : null,
      ...companyOf(told.call?.live ?? null, now),
      callbacks: told.callbacks.map(callbackOf),
    },
    details: detailsOf(told),
  };
}

/** @param {any} told @returns {import("./desk-shapes.js").BreakReason} */
function reasonOf(told) {
  return { id: told.id, key: told.key, name: told.name, allowedSeconds: told.max_minutes && told.max_minutes * 60 };
}

/** @param {any} told @param {import("./desk-shapes.js").BreakReason[]} reasons @param {number} now */
function agentOf(told, reasons, now) {
  return {
    id: told.id,
    name: told.name,
    declared: told.declared_status,
    state: told.state,
    since: instant(told.since) ?? now,
    at: instant(told.updated_at) ?? 0,
    break: breakOf(told, told.declared_status, reasons),
    wrapUpUntil: instant(told.wrap_up?.until),
    extendedSeconds: told.wrap_up?.extended_seconds ?? 0,
    groupId: told.agent_group_id,
    needsAudio: told.works_by === "console",
  };
}

/** @param {any} told @param {{since: number}} agent @returns {DeskCall} */
function callOf(told, agent) {
  const { call, lead, campaign } = told;
  const base = leadOf({
    ...lead,
    lead_id: call.lead_id,
    phone: call.phone,
    campaign_id: call.campaign_id,
    campaign_name: campaign?.name,
  });
  return {
    ...base,
    ...conclusionOf(call),
    id: call.id,
    startedAt: instant(call.bridged_at) ?? instant(call.answered_at) ?? agent.since,
    isOver: call.is_over,
    endedAt: instant(call.ended_at) ?? (call.is_over ? agent.since : null),
    reason: call.is_over ? call.disposition : null,
    ...steeringOf(call.is_over ? null : call.live),
  };
}

/** @param {any} told */
function conclusionOf(told) {
  return {
    disposition: told.disposition_key ?? told.agent_disposition,
    dispositionLabel: told.disposition_label,
    notes: told.notes,
    notesRevision: told.notes_revision ?? 0,
  };
}

/** An earlier call matters as long as nobody has concluded it. @param {any} told @returns {DeskCall | null} */
function lastCallOf({ last_call: last }) {
  if (!last || last.agent_disposition !== null) return null;
  return {
    ...leadOf({ ...last, notes: null }),
    ...conclusionOf(last),
    id: last.id,
    isOver: true,
    isHeld: false,
    recording: "off",
    startedAt: instant(last.ended_at) ?? 0,
    endedAt: instant(last.ended_at),
    reason: null,
  };
}

/** @param {any} told as the API lists previews */
function previewOf(told) {
  const { lead } = told;
  return previewOfEvent({ ...lead, ...told, previewId: told.id, leadId: lead.id, lead: undefined }, 0);
}

/** @param {any} told @returns {Details} */
function detailsOf(told) {
  const { lead } = told;
  return {
    leadId: lead?.id ?? "",
    zone: text(lead?.time_zone),
    email: text(lead?.email),
    attempts: number(lead?.call_attempts),
    leadNotes: text(lead?.notes),
    fields: lead?.custom_fields ?? {},
    script: told.script?.blocks?.length ? told.script.blocks : null,
    history: told.history.map(earlierOf),
    dispositions: told.dispositions,
    dispositionsOf: told.campaign?.id ?? "",
    extensionLeft: told.agent.wrap_up?.extension_left_seconds ?? null,
    isRead: true,
  };
}

/** @param {any} told @returns {EarlierCall} */
function earlierOf(told) {
  return {
    id: told.call_id,
    at: instant(told.at) ?? 0,
    agentName: told.agent_name,
    disposition: told.agent_disposition ?? told.disposition,
    label: told.disposition_label,
    notes: told.notes,
    talkSeconds: told.talk_seconds,
  };
}
