/** After how many seconds a state deserves a look, and when somebody should do something: told in docs/wallboard.md. */

/** @typedef {"ok" | "warn" | "bad" | "info" | "quiet"} Tone */
/** @typedef {{tone: Tone, icon: string, warnAfter: number | null, badAfter: number | null}} Look */

/** In the order in which they are shown. @type {Record<string, Look>} */
export const AGENT_STATES = {
  talking: { tone: "info", icon: "☎", warnAfter: 900, badAfter: 1_800 },
  reserved: { tone: "info", icon: "⇢", warnAfter: 10, badAfter: 20 },
  wrapping_up: { tone: "info", icon: "✎", warnAfter: 60, badAfter: 180 },
  available: { tone: "ok", icon: "●", warnAfter: 120, badAfter: 300 },
  paused: { tone: "quiet", icon: "❚❚", warnAfter: 900, badAfter: 1_800 },
  offline: { tone: "quiet", icon: "○", warnAfter: null, badAfter: null },
};

/** In the order in which they are shown. @type {Record<string, Look>} */
export const CALL_STATES = {
  waiting: { tone: "warn", icon: "◔", warnAfter: 1, badAfter: 2 },
  answered: { tone: "warn", icon: "⇢", warnAfter: 1, badAfter: 2 },
  bridged: { tone: "ok", icon: "☎", warnAfter: 900, badAfter: 1_800 },
  ringing: { tone: "info", icon: "◌", warnAfter: 40, badAfter: 90 },
  placed: { tone: "info", icon: "→", warnAfter: 20, badAfter: 60 },
  placing: { tone: "quiet", icon: "→", warnAfter: 10, badAfter: 30 },
  planned: { tone: "quiet", icon: "…", warnAfter: 30, badAfter: 60 },
  unresolved: { tone: "warn", icon: "?", warnAfter: 30, badAfter: 120 },
};

export const HELD = { warnAfter: 60, badAfter: 120 };

/** How an abandonment account looks. @param {{is_exhausted: boolean, budget_left: number, rate: number | null, max_rate: number}} account @returns {Tone} */
export function toneOfAccount({ is_exhausted, budget_left, rate, max_rate }) {
  if (is_exhausted || (rate ?? 0) > max_rate) return "bad";
  return (rate ?? 0) > 0 && budget_left <= 2 ? "warn" : "ok";
}
