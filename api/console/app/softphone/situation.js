/**
 * What the big box says: one situation made from what the server declared, the calls, the headset and the network.
 */

/**
 * @typedef {import("./desk-state.js").Desk} Desk
 * @typedef {"available" | "dialling" | "preview" | "talking" | "held" | "wrap-up" | "break" | "no-audio" | "offline"
 *   | "connection-lost" | "loading"} SituationName
 * @typedef {object} Situation
 * @property {SituationName} name
 * @property {number | null} since milliseconds; the timer counts up from here
 * @property {number | null} until milliseconds; the timer counts down to here
 * @property {number | null} span milliseconds between `since` and `until`, for the ring
 */

/**
 * @param {Desk} desk
 * @param {{isOnline: boolean, offlineSince: number | null}} network
 * @returns {Situation}
 */
export function situationOf(desk, network) {
  const { agent, call } = desk;
  if (!agent) return plain("loading", null);
  // A call outlives the network: what is said goes over the headset, and the agent needs the person on the screen.
  if (call && !call.isOver) return plain(isOnHold(desk) ? "held" : "talking", call.startedAt);
  if (!network.isOnline) return plain("connection-lost", network.offlineSince);
  if (agent.state === "wrapping_up") return wrapUp(desk);
  if (desk.dialling) return plain("dialling", desk.dialling.since);
  if (agent.state === "reserved" || agent.state === "talking") return plain("dialling", agent.since);
  if (agent.declared === "break" || agent.declared === "busy") return onBreak(agent);
  if (agent.declared === "offline") return plain("offline", agent.since);
  if (!desk.hasAudio && agent.needsAudio) return plain("no-audio", agent.since);
  if (desk.preview) {
    return {
      name: "preview",
      since: desk.preview.offeredAt,
      until: desk.preview.expiresAt,
      span: spanOf(desk.preview),
    };
  }
  return plain("available", agent.since);
}

/** While two colleagues confer, the callee is on hold and they are not. @param {Desk} desk */
function isOnHold({ call, transfer }) {
  return call?.isHeld === true && transfer?.state !== "consulting";
}

/** @param {SituationName} name @param {number | null} since @returns {Situation} */
function plain(name, since) {
  return { name, since, until: null, span: null };
}

/** @param {{offeredAt: number, expiresAt: number}} preview */
function spanOf({ offeredAt, expiresAt }) {
  return Math.max(1, expiresAt - offeredAt);
}

/** @param {Desk} desk @returns {Situation} */
function wrapUp({ agent, call }) {
  const since = call?.endedAt ?? agent?.since ?? null;
  const until = agent?.wrapUpUntil ?? null;
  return { name: "wrap-up", since, until, span: since !== null && until !== null ? Math.max(1, until - since) : null };
}

/** @param {NonNullable<Desk["agent"]>} agent @returns {Situation} */
function onBreak(agent) {
  const { since } = agent;
  const allowed = agent.break?.allowedSeconds ?? null;
  const until = allowed === null ? null : since + allowed * 1000;
  return { name: "break", since, until, span: allowed === null ? null : allowed * 1000 };
}

/**
 * How far the ring of a countdown has come, from 0 to 1; null when nothing counts down.
 * @param {Situation} situation
 * @param {number} now
 */
export function elapsedShare({ until, span }, now) {
  if (until === null || span === null) return null;
  return Math.min(1, Math.max(0, 1 - (until - now) / span));
}
