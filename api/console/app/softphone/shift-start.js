import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { MicrophoneCheck } from "../device/microphone-check.js";
import { Button } from "../kit/components/button.js";
import { hasWord, t } from "../kit/words.js";
import { declare } from "./deeds.js";
import { headsetProblem, headsetState, takeOff, wear, wearHere } from "./headset.js";
import { desk } from "./live-desk.js";

/** The headset: how it is, and at the start of a shift how to begin. */
export function Headset() {
  const state = headsetState.value;
  const { agent, call } = desk.value;
  if (!agent || !agent.needsAudio) return null;
  if (state === "off" || state === "refused") return html`<${ShiftStart} isRefused=${state === "refused"} />`;
  return html`<section class="headset" aria-label=${t("softphone.headset")} data-headset=${state}>
    <p class="headset-state" role="status"><span class="icon" aria-hidden="true">${state === "on" ? "✓" : state === "connecting" || state === "proving" ? "…" : "!"}</span> ${t(`softphone.headset.${state}`)}</p>
    ${
      state === "elsewhere" &&
      html`<p class="hint">${t("softphone.headset.elsewhereHint")}</p>
      <${Button} kind="main" onClick=${wearHere}>${t("softphone.headset.useHere")}<//>`
    }
    ${
      state === "on" &&
      agent.declared === "offline" &&
      !call &&
      html`<${Button} kind="main" onClick=${() => void declare("available")}>${t("softphone.shift.begin")}<//>`
    }
    ${
      state !== "elsewhere" &&
      (!call || call.isOver) &&
      html`<${Button} kind="quiet" class="small" onClick=${takeOff}>${t("softphone.shift.disconnect")}<//>`
    }
  </section>`;
}

/** @param {{isRefused: boolean}} props */
function ShiftStart({ isRefused }) {
  const [isChecking, setChecking] = useState(false);
  return html`<section class="shift-start" aria-label=${t("softphone.shift.title")}>
    <h2>${t("softphone.shift.title")}</h2>
    <p>${t("softphone.shift.microphone")}</p>
    ${
      isChecking
        ? html`<${MicrophoneCheck} /><${Button} class="small" onClick=${() => setChecking(false)}>${t("softphone.shift.stopCheck")}<//>`
        : html`<${Button} onClick=${() => setChecking(true)}>${t("softphone.shift.check")}<//>`
    }
    <p>${t("softphone.shift.headset")}</p>
    <${Button} kind="main" icon="☊" onClick=${wear}>${t("softphone.shift.connect")}<//>
    ${isRefused && html`<p class="refusal" role="alert">${t("softphone.headset.failed", { problem: wordsOfProblem(headsetProblem.value) })}</p>`}
  </section>`;
}

/** @param {{code: string, text: string} | null} problem */
function wordsOfProblem(problem) {
  if (!problem) return "";
  const word = `device.${problem.code}`;
  return hasWord(word) ? t(word, { text: problem.text }) : problem.text || problem.code;
}
