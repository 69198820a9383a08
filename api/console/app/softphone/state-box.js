import { html } from "htm/preact";

import { formatDuration, now } from "../kit/time.js";
import { t } from "../kit/words.js";
import { reasonName } from "./break-names.js";
import { desk, network, situation } from "./live-desk.js";
import { elapsedShare } from "./situation.js";
import { transferWords } from "./transfer-words.js";

const ICONS = {
  loading: "…",
  available: "✓",
  dialling: "☎",
  preview: "◉",
  talking: "☎",
  held: "‖",
  "wrap-up": "✎",
  break: "◔",
  "no-audio": "!",
  offline: "○",
  "connection-lost": "⚡",
};
const TONES = {
  loading: "quiet",
  available: "ok",
  dialling: "info",
  preview: "info",
  talking: "busy",
  held: "warn",
  "wrap-up": "warn",
  break: "quiet",
  "no-audio": "bad",
  offline: "quiet",
  "connection-lost": "bad",
};
const RADIUS = 34;
const ROUND = 2 * Math.PI * RADIUS;

/** In what state the agent is, big enough for the corner of an eye. @param {{children?: any}} props */
export function StateBox({ children }) {
  const { name } = situation.value;
  const tone = isOverdue() ? "bad" : TONES[name];
  return html`<section class=${`state-box state-tone-${tone}`} data-testid="agent-state" data-state=${name} aria-label=${t("softphone.state")}>
    <div class="state-line">
      <${Ring} icon=${ICONS[name]} />
      <div class="state-words">
        <strong class="state-word" role="status">${t(`softphone.state.${name}`)}</strong>
        <${StateTimer} />
      </div>
    </div>
    <p class="state-explain">${explain(name)}</p>
    ${children}
  </section>`;
}

/** The icon, and around it how much of the time has gone. @param {{icon: string}} props */
function Ring({ icon }) {
  const share = elapsedShare(situation.value, now.value);
  return html`<svg class="state-ring" viewBox="0 0 80 80" aria-hidden="true">
    <circle class="ring-track" cx="40" cy="40" r=${RADIUS} />
    ${
      share !== null &&
      html`<circle class="ring-left" cx="40" cy="40" r=${RADIUS} stroke-dasharray=${ROUND} stroke-dashoffset=${ROUND * share}
      transform="rotate(-90 40 40)" />`
    }
    <text x="40" y="41" text-anchor="middle" dominant-baseline="central">${icon}</text>
  </svg>`;
}

/** Counts up since the state began, or down to its end; from instants, so that a tab that slept is right at once. */
function StateTimer() {
  const { name, since, until } = situation.value;
  if (since === null && until === null) return html`<span class="state-timer figure">–</span>`;
  const counted = name === "wrap-up" || name === "preview";
  const seconds =
    counted && until !== null ? Math.ceil((until - now.value) / 1000) : (now.value - (since ?? now.value)) / 1000;
  return html`<span class="state-timer figure" role="timer" aria-live="off">${formatDuration(Math.max(0, Math.floor(seconds)))}</span>`;
}

function isOverdue() {
  const { name, until } = situation.value;
  return name === "break" && until !== null && now.value > until;
}

/** @param {import("./situation.js").SituationName} name */
function explain(name) {
  const { call, dialling, agent, transfer } = desk.value;
  if (transfer?.isOpen && (name === "talking" || name === "held")) return transferWords(transfer);
  const person = call?.name || call?.phone || t("softphone.call.unnamed");
  if (name === "dialling")
    return dialling
      ? t("softphone.explain.dialling", { name: dialling.name, phone: dialling.phone })
      : t("softphone.explain.diallingBlind");
  if (name === "break") return explainBreak();
  if (name === "wrap-up")
    return agent?.declared === "available" ? t("softphone.explain.wrap-up") : t("softphone.wrapUp.unconcluded");
  if (name === "loading") return network.value.isOnline ? "" : t("softphone.explain.connection-lost");
  return t(`softphone.explain.${name}`, { name: person });
}

function explainBreak() {
  const reason = desk.value.agent?.break;
  const { since, until, span } = situation.value;
  const name = reason ? reasonName(reason) : t("softphone.status.plainBreak");
  if (span === null || until === null || since === null) return `${name}. ${t("softphone.explain.breakPlain")}`;
  const allowed = formatDuration(span / 1000);
  const time =
    now.value > until
      ? t("softphone.explain.breakOver", { over: formatDuration((now.value - until) / 1000), allowed })
      : t("softphone.explain.breakOf", { elapsed: formatDuration((now.value - since) / 1000), allowed });
  return `${name}: ${time}`;
}
