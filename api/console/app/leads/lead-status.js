import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"LeadOut">} Lead */

/** @type {Record<string, {tone: "ok" | "warn" | "bad" | "info" | "quiet", icon: string}>} */
const LOOKS = {
  pending: { tone: "info", icon: "◷" },
  queued: { tone: "info", icon: "⇢" },
  calling: { tone: "ok", icon: "☎" },
  completed: { tone: "ok", icon: "✓" },
  failed: { tone: "warn", icon: "✕" },
  dnc: { tone: "bad", icon: "⊘" },
};

export const STATUSES = Object.keys(LOOKS);
export const PRIORITIES = ["high", "normal", "low"];

/** @param {{status: string}} props */
export function LeadStatus({ status }) {
  const look = LOOKS[status] ?? { tone: "quiet", icon: "●" };
  return html`<${Badge} tone=${look.tone} icon=${look.icon}>${t(`leads.status.${status}`)}<//>`;
}

/** Somebody's name, or the number where there is none. @param {{first_name: string | null, last_name: string | null, phone: string}} lead */
export function nameOf(lead) {
  return [lead.first_name, lead.last_name].filter(Boolean).join(" ") || lead.phone || t("leads.erased");
}
