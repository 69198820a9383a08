import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Problem } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { hasWord, t } from "../kit/words.js";
import { changeMode, leave, listening, mode, MODES, takeOver } from "./listening.js";

/** Says, for as long as it is so, to whom one listens and who hears one. */
export function ListeningBar() {
  const now = listening.value;
  const change = useAction(async (/** @type {import("./listening.js").Mode} */ wanted) => changeMode(wanted));
  const take = useAction(async (/** @type {import("./listening.js").Listening} */ call) => takeOver(call));
  if (now === null) return null;
  const state = now.headset.state.value;
  const problem = now.headset.problem.value;
  return html`<section class="wb-listening tone-info" aria-label=${t("wallboard.listening")} data-mode=${mode.value} data-device=${state}>
    <p role="status">
      <span class="icon" aria-hidden="true">◉</span>
      <strong>${t(now.hasTakenOver ? "wallboard.talking_to" : `wallboard.mode_to.${mode.value}`, { agent: now.agent, lead: now.lead })}</strong>
      ${now.hasTakenOver ? "" : ` ${t(`wallboard.heard_by.${mode.value}`)}`}
      ${state !== "ready" && html` <em>${deviceWords(state, problem)}</em>`}
    </p>
    <div class="actions">
      ${
        !now.hasTakenOver &&
        html`<div role="group" aria-label=${t("wallboard.mode")} class="wb-modes">
        ${MODES.map(
          (
            each,
          ) => html`<${Button} key=${each} kind=${each === mode.value ? "main" : "plain"} aria-pressed=${each === mode.value}
            isBusy=${change.isBusy} onClick=${() => void change.run(each)}>${t(`wallboard.mode.${each}`)}<//>`,
        )}
      </div>
      <${Button} isBusy=${take.isBusy} onClick=${async () => {
        if (await confirmTakeOver(now.agent)) void take.run(now);
      }}>${t("wallboard.take_over")}<//>`
      }
      <${Button} kind="danger" onClick=${() => void leave()}>${t("wallboard.stop_listening")}<//>
    </div>
    <${Problem} error=${change.error ?? take.error} />
  </section>`;
}

/** @param {string} agent */
export function confirmTakeOver(agent) {
  return confirm({
    title: t("wallboard.take_over_title"),
    text: t("wallboard.take_over_text", { agent }),
    action: t("wallboard.take_over"),
    danger: true,
  });
}

/** @param {string} state @param {{code: string, text: string} | null} problem */
function deviceWords(state, problem) {
  const key = problem && `device.${problem.code}`;
  if (key && hasWord(key)) return t(key);
  return t(state === "refused" || state === "off" ? "wallboard.device_refused" : "wallboard.device_connecting");
}
