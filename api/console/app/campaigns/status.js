/** How a campaign stands, in a badge, and what may be done with it. */

import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"CampaignOut">} Campaign */

/** @type {Record<string, {tone: "ok" | "warn" | "bad" | "info" | "quiet", icon: string}>} */
const LOOKS = {
  draft: { tone: "quiet", icon: "✎" },
  scheduled: { tone: "info", icon: "◷" },
  active: { tone: "ok", icon: "▶" },
  paused: { tone: "warn", icon: "❚❚" },
  completed: { tone: "info", icon: "✓" },
  cancelled: { tone: "bad", icon: "✕" },
};

/** @type {Record<string, string[]>} */
const ACTIONS = {
  draft: ["start", "cancel"],
  scheduled: ["start", "pause", "cancel"],
  active: ["pause", "complete", "cancel"],
  paused: ["resume", "complete", "cancel"],
  completed: ["restart"],
  cancelled: [],
};

/** @param {{status: string}} props */
export function CampaignStatus({ status }) {
  const look = LOOKS[status] ?? { tone: "quiet", icon: "●" };
  return html`<${Badge} tone=${look.tone} icon=${look.icon}>${t(`campaigns.status.${status}`)}<//>`;
}

/** What may be done with a campaign in this status. @param {string} status */
export const actionsFor = (status) => ACTIONS[status] ?? [];

/** Whether a campaign may be deleted. @param {string} status */
export const mayDelete = (status) => ["draft", "completed", "cancelled"].includes(status);

/** Every status, in the order of a campaign's life. */
export const STATUSES = Object.keys(LOOKS);
