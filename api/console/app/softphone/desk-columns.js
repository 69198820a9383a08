import { html } from "htm/preact";
import { useEffect } from "preact/hooks";

import { notify } from "../kit/components/notify.js";
import { hasNotifications, hasSound } from "../kit/preferences.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { hasWord, t } from "../kit/words.js";
import { alertOfCall, chooseNotifications } from "./alerts.js";
import { CallControls } from "./call-controls.js";
import { Dispositions } from "./dispositions.js";
import { Figures, OwnCallbacks } from "./figures.js";
import { LastCall } from "./last-call.js";
import { LeadCard } from "./lead-card.js";
import { desk, details, network, situation } from "./live-desk.js";
import { NotesPanel } from "./notes-panel.js";
import { NextLead, PreviewPanel } from "./preview-panel.js";
import { ScriptPanel } from "./script-panel.js";
import { Headset } from "./shift-start.js";
import { StateBox } from "./state-box.js";
import { StatusControl } from "./status-control.js";
import { WrapUp } from "./wrap-up.js";

/** State and controls, the lead and what to say, what came of it. */
export function DeskColumns() {
  const { call, lastCall } = desk.value;
  useCallAlert();
  useNews();
  const isLive = call !== null && !call.isOver;
  return html`<div class=${`desk ${isLive ? "desk-live" : ""} desk-is-${situation.value.name}`}>
    <div class="desk-own">
      <${StateBox}>
        ${isLive && !network.value.isOnline && html`<p class="tone-warn state-note" role="alert">${t("softphone.banner.offline")}</p>`}
        <${WrapUp} />
      <//>
      <${CallControls} />
      <${Headset} />
      <${StatusControl} />
      <${Alerts} />
    </div>
    <div class="desk-lead">
      ${lastCall && html`<${LastCall} key=${lastCall.id} call=${lastCall} />`}
      <${Person} />
    </div>
    <div class="desk-result">
      ${
        call &&
        html`<${NotesPanel} key=${call.id} call=${call} />
            <${Dispositions} key=${`d${call.id}`} call=${call} zone=${zoneOf(call)}
              choices=${details.value.dispositionsOf === call.campaignId ? details.value.dispositions : []} />`
      }
      <${OwnCallbacks} />
      <${Figures} />
    </div>
  </div>`;
}

/** Who is on the line, or on the screen. */
function Person() {
  const { call, preview } = desk.value;
  const lead = call ?? preview;
  if (lead === null) return html`<${NextLead} />`;
  const isRead = details.value.isRead && details.value.leadId === lead.leadId;
  const script = html`<${ScriptPanel} blocks=${isRead ? details.value.script : null} isRead=${isRead} />`;
  if (call) return html`<${LeadCard} lead=${call} call=${call} details=${details.value} />${script}`;
  return preview && html`<${PreviewPanel} key=${preview.id} preview=${preview} />${script}`;
}

/** @param {import("./desk-shapes.js").DeskCall} call */
function zoneOf(call) {
  return details.value.leadId === call.leadId ? details.value.zone : call.zone;
}

/** A new call is told by title, sound and system, until it is over or the page is left. */
function useCallAlert() {
  const { call } = desk.value;
  const live = call && !call.isOver ? call : null;
  useEffect(() => {
    if (live === null) return undefined;
    return alertOfCall(live.name || live.phone, live.id);
  }, [live?.id]);
}

/** What happened by itself is told once. */
function useNews() {
  const { news } = desk.value;
  useEffect(() => {
    if (news === null) return;
    const over = `softphone.preview.over.${news.detail}`;
    const reason = `softphone.ended.${news.detail}`;
    if (news.kind === "preview-over")
      notify(t(hasWord(over) ? over : "softphone.preview.over.other", { name: news.name }), "info");
    else
      notify(
        t(`softphone.news.${news.kind}`, { name: news.name, reason: hasWord(reason) ? t(reason) : news.detail }),
        "info",
      );
  }, [news?.id]);
}

/** How calls are told besides the screen. */
function Alerts() {
  const notifications = async (/** @type {boolean} */ on) => {
    if (!(await chooseNotifications(on))) notify(t("softphone.alerts.denied"), "bad");
  };
  return html`<details class="alerts panel">
    <summary>${t("softphone.alerts")}</summary>
    <${Checkbox} isSwitch label=${t("softphone.alerts.sound")} checked=${hasSound.value}
      onChange=${(/** @type {boolean} */ on) => {
        hasSound.value = on;
      }} />
    <${Checkbox} isSwitch label=${t("softphone.alerts.browser")} checked=${hasNotifications.value} onChange=${notifications} />
  </details>`;
}
