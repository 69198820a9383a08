import { html } from "htm/preact";

import { Panel } from "../kit/components/panel.js";
import { useResource } from "../kit/resource.js";
import { formatDuration, formatTime, now, zoneName } from "../kit/time.js";
import { formatNumber, formatShare, t } from "../kit/words.js";
import { loadToday } from "./deeds.js";
import { dispositionName } from "./dispositions.js";
import { desk } from "./live-desk.js";

/** What the agent has done today. */
export function Figures() {
  // A call that is over or concluded changes them; otherwise a look each minute does.
  const { call, ended } = desk.value;
  const { data } = useResource(loadToday, [ended.length, ended.at(-1), call?.disposition], { everySeconds: 60 });
  /** @type {[string, string][]} */
  const lines = [
    ["calls", data ? formatNumber(data.calls) : "–"],
    ["conversations", data ? formatNumber(data.conversations) : "–"],
    ["talk", formatDuration(data?.talk_seconds)],
    ["occupancy", formatShare(data?.occupancy, 0)],
    ["handle", formatDuration(data?.average_handle_seconds)],
  ];
  return html`<${Panel} title=${t("softphone.figures")} class="own-figures">
    <dl class="figure-list">
      ${lines.map(([name, value]) => html`<div key=${name}><dt>${t(`softphone.figures.${name}`)}</dt><dd class="figure">${value}</dd></div>`)}
    </dl>
    ${
      data?.dispositions.length > 0 &&
      html`<h3>${t("softphone.figures.dispositions")}</h3>
      <ul class="figure-dispositions">${data.dispositions.map(
        (/** @type {any} */ line) => html`<li key=${line.key ?? line.label}>
        <span>${dispositionName(line)}</span> <span class="figure">${formatNumber(line.count)}</span>
      </li>`,
      )}</ul>`
    }
  <//>`;
}

/** Whom the agent has promised to call today. */
export function OwnCallbacks() {
  const { callbacks } = desk.value;
  return html`<${Panel} title=${t("softphone.callbacks")} class="own-callbacks">
    ${
      callbacks.length === 0
        ? html`<p class="hint">${t("softphone.callbacks.none")}</p>`
        : html`<ul>${callbacks.map(
            (callback) => html`<li key=${callback.id} class=${callback.dueAt <= now.value ? "is-due" : ""}>
          <strong class="figure">${formatTime(callback.dueAt)}</strong>
          <span>${callback.name || callback.phone}</span>
          <small>${formatTime(callback.dueAt, { zone: callback.zone })} ${zoneName(callback.zone)}${callback.dueAt <= now.value ? ` · ${t("softphone.callbacks.due")}` : ""}</small>
          ${callback.note && html`<small class="callback-note">${callback.note}</small>`}
        </li>`,
          )}</ul>`
    }
  <//>`;
}
