/** A desk as the server would answer it: Ben's, available, with his headset on. */

export const AT = Date.parse("2026-11-22T15:00:00Z");
export const BEN = "ben";

/** @param {number} seconds after the snapshot */
export const at = (seconds) => new Date(AT + seconds * 1000).toISOString();

/** @param {any} [told] */
export function snapshot({ agent = {}, ...rest } = {}) {
  return {
    server_time: at(0),
    agent: {
      id: BEN, name: "Ben", agent_group_id: null, state: "available", declared_status: "available", status: "available", since: at(-60),
      break_reason_id: null, break_reason: null, break_max_minutes: null, wrap_up: null, works_by: "console",
      has_audio: true, updated_at: at(-60), ...agent,
    },
    call: null, last_call: null, preview: null, lead: null, campaign: null, history: [], script: null, dispositions: [],
    callbacks: [], break_reasons: [{ id: "r1", key: "lunch", name: "Lunch", max_minutes: 60 }],
    ...rest,
  };
}
