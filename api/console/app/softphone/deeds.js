/** What an agent does at his desk, as requests. What comes of it is told by events as well; whoever is first is shown. */

import { api } from "../kit/api.js";
import { viewerZone } from "../kit/time.js";
import { withConclusion } from "./desk-state.js";
import { desk, deskAgent, details, learned, soon } from "./live-desk.js";
import { flushNotes } from "./notes.js";
import { press } from "./press.js";
import { saidInWords } from "./refusal-words.js";

const agentPath = () => `/api/agents/${deskAgent()}`;

/** @param {any} agent as the API shows one */
function agentTold(agent) {
  learned("agent:status:updated", { ...agent, agentId: agent.id, at: agent.updated_at });
}

/** @param {any} answer with a live call */
export function callTold({ call }) {
  learned("call:changed", { ...call, callId: call.call_id ?? call.id });
}

/** @param {"available" | "break" | "offline"} status @param {string | null} [reasonId] */
export function declare(status, reasonId = null) {
  return press("status", "status", async () => {
    const body = reasonId === null ? { status } : { status, break_reason_id: reasonId };
    agentTold((await api.put(`${agentPath()}/status`, body)).agent);
  });
}

/** @param {number} seconds */
export function extendWrapUp(seconds) {
  return press("extend", "wrap-up", async () => {
    const answer = await api.post(`${agentPath()}/wrap-up/extend`, { seconds });
    details.value = { ...details.value, extensionLeft: answer.wrap_up.extension_left_seconds };
    agentTold(answer.agent);
  });
}

export function finishWrapUp() {
  return press("finish", "wrap-up", async () => {
    const { call } = desk.value;
    if (call) await flushNotes(call.id);
    agentTold((await api.post(`${agentPath()}/wrap-up/finish`)).agent);
  });
}

/** @param {string} callId */
export function hangUp(callId) {
  return press("hang-up", "controls", async () => {
    void flushNotes(callId);
    await api.post(`/api/calls/${callId}/hangup`);
  });
}

/** @param {string} callId @param {boolean} on */
export function hold(callId, on) {
  return press("hold", "controls", async () => {
    callTold(await api.post(`/api/calls/${callId}/${on ? "hold" : "resume"}`));
  });
}

/** @param {string} callId @param {boolean} on */
export function pauseRecording(callId, on) {
  return press("recording", "controls", async () => {
    callTold(await api.post(`/api/calls/${callId}/recording/${on ? "pause" : "resume"}`));
  });
}

/**
 * @param {string} callId
 * @param {{key: string, label: string}} choice
 * @param {Record<string, unknown>} [more] of a callback
 */
export async function conclude(callId, choice, more = {}) {
  await flushNotes(callId);
  await api.put(`/api/calls/${callId}/disposition`, { disposition_key: choice.key, ...more });
  desk.value = withConclusion(desk.value, callId, { disposition: choice.key, label: choice.label });
  soon(500);
}

/** @param {string | null} campaignId @returns {Promise<string | null>} why there is no lead, if there is none */
export async function askForLead(campaignId) {
  const { preview, message } = await api.post(`${agentPath()}/preview`, { campaign_id: campaignId });
  if (preview) soon(0);
  return preview ? null : saidInWords(message);
}

/** @param {string} previewId */
export function dialPreview(previewId) {
  return press("dial", "preview", async () => {
    const { call } = await api.post(`${agentPath()}/preview/dial`, { preview_id: previewId });
    learned("preview:ended", { previewId, state: "dialled", callId: call.id });
  });
}

/** @param {string} previewId @param {string} reason */
export function skipPreview(previewId, reason) {
  return press("skip", "preview", async () => {
    await api.post(`${agentPath()}/preview/skip`, { preview_id: previewId, reason });
    learned("preview:ended", { previewId, state: "skipped", callId: null });
  });
}

/** Today's own figures. @param {AbortSignal} signal */
export async function loadToday(signal) {
  return (await api.get(`${agentPath()}/today`, { query: { zone: viewerZone }, signal })).today;
}
