/** The headsets there are: an agent's standing one, and a supervisor's for one call. */

import { api } from "../kit/api.js";
import { onEvent } from "../kit/socket.js";
import { createDevice } from "./device.js";

/** @type {Map<string, import("./device.js").Device>} */
const ofAgents = new Map();

/**
 * The standing headset of an agent: one for each page load, however often it is asked for.
 * @param {string} agentId
 */
export function agentHeadset(agentId) {
  const known = ofAgents.get(agentId);
  if (known) return known;
  const device = createDevice({
    lock: `dialer.headset.${agentId}`,
    loadVoice: async () => (await api.post(`/api/agents/${agentId}/voice-token`, {})).voice,
  });
  onEvent("agent:audio", (event) => {
    if (event.agentId === agentId) device.hearAudio(event);
  });
  ofAgents.set(agentId, device);
  return device;
}

/** @typedef {"listen" | "whisper" | "barge"} SupervisionMode */

/**
 * A supervisor's headset on one call. `connect()` begins in the mode given; `setMode` changes it while he is on the call.
 * @param {string} callId
 * @param {SupervisionMode} mode
 */
export function supervisorHeadset(callId, mode) {
  const path = `/api/calls/${callId}/supervision`;
  let wanted = mode;
  const ask = async () => (await api.post(path, { mode: wanted })).voice;
  const device = createDevice({ lock: "dialer.headset.supervisor", loadVoice: ask, comesBack: false });
  return {
    ...device,
    /** @param {SupervisionMode} now */
    setMode: async (now) => {
      wanted = now;
      await ask();
    },
    takeOverCall: () => api.post(`/api/calls/${callId}/take-over`, {}),
    leave: async () => {
      device.disconnect();
      await api.delete(path);
    },
  };
}
