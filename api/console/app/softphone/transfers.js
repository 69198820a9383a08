/** Handing a call over to somebody else, as requests. */

import { api } from "../kit/api.js";
import { callTold } from "./deeds.js";
import { press } from "./press.js";
import { inWords } from "./refusal-words.js";

/**
 * @typedef {{kind: "agent" | "group" | "phone", id: string}} Target
 * @typedef {{id: string, name: string, available?: number}} Person one, or a team with how many of it are free
 * @typedef {{agents: Person[], groups: Person[]}} Targets
 */

/** Who could take the call now. @param {string} callId @param {AbortSignal} signal @returns {Promise<Targets>} */
export async function loadTargets(callId, signal) {
  const answer = await api.get(`/api/calls/${callId}/transfer-targets`, { signal });
  return { agents: answer.agents, groups: answer.groups };
}

/** @param {string} callId @param {Target} target @param {"warm" | "cold"} how */
export async function startTransfer(callId, target, how) {
  const field = { agent: "agent_id", group: "agent_group_id", phone: "phone" }[target.kind];
  try {
    callTold(await api.post(`/api/calls/${callId}/transfers`, { kind: how, to: { [field]: target.id } }));
  } catch (error) {
    throw inWords(error);
  }
}

/** @param {string} transferId @param {"complete" | "cancel" | "merge"} what */
export function moveTransfer(transferId, what) {
  return press(`transfer-${what}`, "transfer", async () =>
    callTold(await api.post(`/api/transfers/${transferId}/${what}`)),
  );
}
