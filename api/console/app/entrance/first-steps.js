import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Page } from "../kit/components/page.js";
import { Panel } from "../kit/components/panel.js";
import { Progress } from "../kit/components/progress.js";
import { navigate } from "../kit/router.js";
import { t } from "../kit/words.js";
import { useSteps } from "./steps.js";

/** What a new tenant needs before its first call, each with its state from the API and the way to it. */
export function FirstSteps() {
  const steps = useSteps();
  const done = steps.filter((step) => step.state === "done").length;
  const isAllDone = done === steps.length;
  return html`<${Page} title=${t("entrance.steps.title")} lead=${t("entrance.steps.hint")}>
    <${Panel}>
      <${Progress}
        label=${isAllDone ? t("entrance.steps.allDone") : t("entrance.steps.done", { done, all: steps.length })}
        value=${done}
        max=${steps.length}
        text=""
      />
      ${
        isAllDone &&
        html`<p>${t("entrance.steps.allDoneHint")}</p>
        <div class="actions">
          <${Button} kind="main" onClick=${() => navigate("/wallboard")}>${t("entrance.steps.toWallboard")}<//>
        </div>`
      }
    <//>
    <ol class="steps">
      ${steps.map((step, i) => html`<${Step} key=${step.key} step=${step} isNext=${isNext(steps, i)} />`)}
    </ol>
  <//>`;
}

/** The first that is open gets the button that stands out. @param {import("./steps.js").Step[]} steps @param {number} i */
function isNext(steps, i) {
  return steps.findIndex((step) => step.state === "open" && !step.blocked) === i;
}

/** @param {{step: import("./steps.js").Step, isNext: boolean}} props */
function Step({ step, isNext: isFirst }) {
  return html`<li class="step panel" data-step=${step.key} data-state=${step.state}>
    <div class="step-words">
      <h2>${t(`entrance.steps.${step.key}`)}</h2>
      <p>${t(`entrance.steps.${step.key}Hint`)}</p>
      <p class="step-found">${step.found ?? step.blocked ?? "\u00a0"}</p>
    </div>
    <${StepState} state=${step.state} />
    <${Button} kind=${isFirst ? "main" : "plain"} disabled=${Boolean(step.blocked)} onClick=${() => navigate(step.path, { query: step.query })}>
      ${t(`entrance.steps.${step.key}Do`)}
    <//>
  </li>`;
}

/** @param {{state: import("./steps.js").Step["state"]}} props */
function StepState({ state }) {
  if (state === "done") return html`<${Badge} tone="ok" icon="✓">${t("entrance.steps.state.done")}<//>`;
  if (state === "open") return html`<${Badge} tone="info" icon="○">${t("entrance.steps.state.open")}<//>`;
  if (state === "failed") return html`<${Badge} tone="warn" icon="?">${t("entrance.steps.state.unknown")}<//>`;
  return html`<${Badge} icon="…">${t("kit.loading")}<//>`;
}
