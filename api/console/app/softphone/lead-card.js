import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import { Badge } from "../kit/components/badge.js";
import { formatTime, now, zoneName } from "../kit/time.js";
import { hasWord, t } from "../kit/words.js";
import { HistoryList } from "./history-list.js";
import { isZone } from "./zone-time.js";

/**
 * Who is on the line, or would be dialled: drawn from the event at once, completed by the snapshot.
 * @param {{
 *   lead: import("./desk-shapes.js").DeskLead, details: import("./desk-snapshot.js").Details,
 *   call?: import("./desk-shapes.js").DeskCall | null, attempts?: number | null,
 * }} props
 */
export function LeadCard({ lead, details, call = null, attempts = null }) {
  const isRead = details.isRead && details.leadId === lead.leadId;
  const more = isRead ? details : null;
  const fields = Object.entries(more?.fields ?? lead.fields);
  const leadNotes = more?.leadNotes ?? lead.leadNotes;
  const email = more?.email ?? lead.email;
  const tried = more?.attempts ?? attempts;
  return html`<article class="lead-card panel">
    <${LeadHead} lead=${lead} call=${call} zone=${more?.zone ?? lead.zone} />
    ${leadNotes && html`<div class="lead-notes"><h3>${t("softphone.call.leadNotes")}</h3><p>${leadNotes}</p></div>`}
    <h3>${t("softphone.call.fields")}</h3>
    <dl class="lead-fields">
      <div><dt>${t("softphone.call.campaign")}</dt><dd>${lead.campaignName || "–"}</dd></div>
      ${email && html`<div><dt>${t("softphone.call.email")}</dt><dd>${email}</dd></div>`}
      ${tried !== null && html`<div><dt>${t("softphone.call.attempts")}</dt><dd class="figure">${tried}</dd></div>`}
      ${fields.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${wordsOf(value)}</dd></div>`)}
    </dl>
    <${HistoryList} calls=${more?.history ?? []} isRead=${isRead} />
  </article>`;
}

/**
 * @param {{lead: import("./desk-shapes.js").DeskLead, call: import("./desk-shapes.js").DeskCall | null, zone: string | null}} props
 */
function LeadHead({ lead, call, zone }) {
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  const isLive = call !== null && !call.isOver;
  useLayoutEffect(() => {
    if (!isLive || call === null) return;
    // Whoever types keeps the keyboard; everybody else is led to the person who is on the line.
    if (!isTyping()) head.current?.focus({ preventScroll: true });
    tellShown(call.id);
  }, [call?.id, isLive]);
  const name = lead.name || t("softphone.call.unnamed");
  return html`<div class="lead-head" ref=${head} tabindex="-1" role=${isLive ? "alertdialog" : "group"}
    aria-label=${isLive ? t("softphone.call.incoming", { name }) : name} data-call-id=${call?.id}>
    <div>
      <h2 class="lead-name">${name}</h2>
      <p class="lead-phone figure">${lead.phone}</p>
    </div>
    <div class="lead-facts">
      <${LocalTime} zone=${zone} />
      ${call && !isLive && html`<${Badge} icon="■">${overText(call.reason)}<//>`}
    </div>
  </div>`;
}

/** @param {{zone: string | null}} props */
function LocalTime({ zone }) {
  if (!zone || !isZone(zone)) return html`<p class="local-time">${t("softphone.call.localUnknown")}</p>`;
  return html`<p class="local-time"><span>${t("softphone.call.localTime")}</span>
    <strong class="figure">${formatTime(now.value, { zone })}</strong> <span>${zoneName(zone)}</span></p>`;
}

/** @param {string | null} reason */
export function overText(reason) {
  if (reason === null || reason === "answered") return t("softphone.call.overPlain");
  const word = `softphone.ended.${reason}`;
  return t("softphone.call.over", { reason: hasWord(word) ? t(word) : reason.replaceAll("_", " ") });
}

/** Said once the call is drawn: measured by `bench console`, waited for by tests. @param {string} callId */
function tellShown(callId) {
  requestAnimationFrame(() => {
    document.documentElement.dataset.shownCall = callId;
    window.dispatchEvent(new CustomEvent("desk:shown", { detail: { callId, at: Date.now() } }));
  });
}

function isTyping() {
  const { activeElement: on } = document;
  return (
    on instanceof HTMLTextAreaElement ||
    on instanceof HTMLSelectElement ||
    on instanceof HTMLInputElement ||
    document.querySelector("dialog[open]") !== null
  );
}

/** @param {unknown} value */
function wordsOf(value) {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
