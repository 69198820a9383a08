/**
 * What the server sends, in the desk's own shapes: instants as milliseconds, names put together, nothing missing.
 */

/**
 * @typedef {Record<string, unknown>} Payload
 * @typedef {{id: string | null, key: string | null, name: string, allowedSeconds: number | null}} DeskBreak
 * @typedef {{id: string, key: string | null, name: string, allowedSeconds: number | null}} BreakReason
 * @typedef {object} DeskAgent
 * @property {string} id
 * @property {string} name
 * @property {"available" | "busy" | "offline" | "break"} declared
 * @property {"offline" | "available" | "reserved" | "talking" | "wrapping_up" | "paused"} state
 * @property {number} since when the state began
 * @property {number} at when this was so; older news is ignored
 * @property {DeskBreak | null} break
 * @property {number | null} wrapUpUntil
 * @property {number} extendedSeconds by how much wrap-up was extended so far
 * @property {string | null} groupId
 * @property {boolean} needsAudio false for somebody who works at a phone
 * @typedef {object} EarlierCall
 * @property {string} id
 * @property {number} at
 * @property {string | null} disposition
 * @property {string | null} agentName
 * @property {string | null} notes
 * @property {number | null} talkSeconds
 * @typedef {object} DeskLead
 * @property {string} leadId
 * @property {string} name empty if nobody knows it
 * @property {string} firstName
 * @property {string} phone
 * @property {string | null} email
 * @property {string | null} leadNotes
 * @property {string} campaignId
 * @property {string} campaignName
 * @property {Record<string, unknown>} fields
 * @property {string | null} zone
 * @typedef {object} CallFacts
 * @property {string} id
 * @property {number} startedAt when the agent got it
 * @property {boolean} isOver
 * @property {number | null} endedAt
 * @property {string | null} reason why it ended
 * @property {boolean} isHeld
 * @property {"on" | "paused" | "off"} recording
 * @property {string | null} disposition what the agent concluded
 * @property {string | null} dispositionLabel
 * @property {string | null} notes
 * @property {number} notesRevision
 * @typedef {DeskLead & CallFacts} DeskCall
 * @typedef {DeskLead & {id: string, offeredAt: number, expiresAt: number, callbackAt: number | null,
 *   callbackNote: string | null, attempts: number | null}} DeskPreview
 * @typedef {object} DeskCallback
 * @property {string} id
 * @property {string | null} agentId
 * @property {string} name
 * @property {string} phone
 * @property {number} dueAt
 * @property {string} zone
 * @property {string | null} note
 * @property {string} state
 * @typedef {object} DeskTransfer the one under way, or the last one
 * @property {string} id
 * @property {string} mode warm or cold
 * @property {string} state
 * @property {boolean} isOpen
 * @property {string} target
 * @property {string} from
 * @property {string | null} fromAgentId
 * @property {boolean} isMerged all three talk
 * @property {number} since
 * @property {string | null} reason
 * @typedef {{name: string, mode: string}} Listener
 */

/** @param {unknown} value an ISO instant @returns {number | null} */
export function instant(value) {
  const at = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** @param {unknown} value @returns {string | null} */
export function text(value) {
  return typeof value === "string" && value !== "" ? value : null;
}

/** @param {unknown} value @returns {number | null} */
export function number(value) {
  return typeof value === "number" ? value : null;
}

/**
 * @param {Payload} payload an agent, from wherever
 * @param {string} declared
 * @param {BreakReason[]} reasons
 * @returns {DeskBreak | null}
 */
export function breakOf(payload, declared, reasons) {
  if (declared !== "break") return null;
  const id = text(payload.break_reason_id);
  const known = reasons.find((reason) => reason.id === id);
  const minutes = number(payload.break_max_minutes);
  return {
    id,
    key: known?.key ?? null,
    name: text(payload.break_reason) ?? known?.name ?? "",
    allowedSeconds: minutes === null ? (known?.allowedSeconds ?? null) : minutes * 60,
  };
}

/** @param {Payload} payload @returns {DeskLead} */
export function leadOf(payload) {
  const firstName = text(payload.first_name) ?? "";
  return {
    leadId: text(payload.leadId ?? payload.lead_id) ?? "",
    name: [firstName, text(payload.last_name)].filter(Boolean).join(" "),
    firstName,
    phone: text(payload.phone) ?? "",
    email: text(payload.email),
    leadNotes: text(payload.notes),
    campaignId: text(payload.campaign_id) ?? "",
    campaignName: text(payload.campaign_name) ?? "",
    fields: /** @type {Record<string, unknown>} */ (payload.custom_fields ?? {}),
    zone: text(payload.time_zone ?? payload.zone),
  };
}

/** @param {Payload} payload of `incoming:call` @param {number} at @returns {DeskCall} */
export function callOfEvent(payload, at) {
  return {
    ...leadOf(payload),
    id: text(payload.callId) ?? "",
    startedAt: instant(payload.bridged_at ?? payload.answered_at) ?? at,
    isOver: false,
    endedAt: null,
    reason: null,
    isHeld: false,
    recording: "off",
    disposition: null,
    dispositionLabel: null,
    notes: null,
    notesRevision: 0,
  };
}

/** @param {Payload} payload of `preview:lead` @param {number} at @returns {DeskPreview} */
export function previewOfEvent(payload, at) {
  return {
    ...leadOf(payload),
    id: text(payload.previewId) ?? "",
    offeredAt: instant(payload.offered_at) ?? at,
    expiresAt: instant(payload.expires_at) ?? at,
    callbackAt: instant(payload.callback_due_at),
    callbackNote: text(payload.callback_note),
    attempts: typeof payload.call_attempts === "number" ? payload.call_attempts : null,
  };
}

/** @param {Payload} payload of a `callback:` event, or as the API lists it @returns {DeskCallback} */
export function callbackOf(payload) {
  return {
    id: text(payload.callbackId ?? payload.id) ?? "",
    agentId: text(payload.agentId ?? payload.agent_id),
    name: leadOf(payload).name,
    phone: text(payload.phone) ?? "",
    dueAt: instant(payload.due_at) ?? 0,
    zone: text(payload.time_zone) ?? "UTC",
    note: text(payload.note),
    state: text(payload.state) ?? "promised",
  };
}
