import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { formatDuration, secondsSince } from "../kit/time.js";
import { t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"AgentOut">} Agent */

/** @type {Record<string, {tone: "ok" | "warn" | "bad" | "info" | "quiet", icon: string}>} */
const LOOKS = {
  offline: { tone: "quiet", icon: "○" },
  available: { tone: "ok", icon: "●" },
  reserved: { tone: "info", icon: "◔" },
  talking: { tone: "info", icon: "☎" },
  wrapping_up: { tone: "warn", icon: "✎" },
  paused: { tone: "warn", icon: "❚❚" },
};

/** What an agent is doing, and for how long. @param {{agent: Agent}} props */
export function AgentState({ agent }) {
  if (!agent.is_active) return html`<${Badge} icon="✕">${t("people.deactivated")}<//>`;
  const { tone, icon } = LOOKS[agent.state] ?? { tone: /** @type {"quiet"} */ ("quiet"), icon: "●" };
  const word = t(`people.state.${agent.state}`);
  return html`<span class="people-state">
    <${Badge} tone=${tone} icon=${icon}>${agent.state === "paused" && agent.break_reason ? `${word}: ${agent.break_reason}` : word}<//>
    ${agent.state !== "offline" && html`<${Since} at=${agent.since} />`}
  </span>`;
}

/** Counts by itself, so that the table around it need not. @param {{at: string}} props */
function Since({ at }) {
  return html`<span class="figure people-since">${formatDuration(secondsSince(at))}</span>`;
}

/** Where an agent takes calls. @param {Agent} agent */
export function workplaceOf(agent) {
  return agent.phone ?? t("people.console");
}
