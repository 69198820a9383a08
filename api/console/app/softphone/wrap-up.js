import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { t } from "../kit/words.js";
import { extendWrapUp, finishWrapUp } from "./deeds.js";
import { desk, details, situation } from "./live-desk.js";
import { underWay } from "./press.js";
import { Refusal } from "./refusal.js";

const STEP_SECONDS = 60;

/** More time for the paperwork, or none. */
export function WrapUp() {
  if (situation.value.name !== "wrap-up") return null;
  const left = details.value.extensionLeft;
  const step = Math.min(STEP_SECONDS, left ?? STEP_SECONDS);
  const busy = underWay.value;
  const isNext = desk.value.agent?.declared === "available";
  return html`<div class="wrap-up">
    <div class="wrap-up-actions">
      <${Button} kind="main" isBusy=${busy.has("finish")} onClick=${() => void finishWrapUp()}>
        ${t(isNext ? "softphone.wrapUp.finish" : "softphone.wrapUp.finishTo")}<//>
      <${Button} disabled=${step <= 0} isBusy=${busy.has("extend")} onClick=${() => void extendWrapUp(step)}>
        ${step > 0 ? t("softphone.wrapUp.extendBy", { n: step }) : t("softphone.wrapUp.noMore")}<//>
    </div>
    <${Refusal} place="wrap-up" />
  </div>`;
}
