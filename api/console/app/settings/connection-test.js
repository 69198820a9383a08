import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { api, ApiError } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Panel } from "../kit/components/panel.js";
import { wordsOf } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { hasWord, t } from "../kit/words.js";

/** @typedef {import("../kit/shapes.js").Schema<"StepOut">} Step */

/** The parts of the test, each a request of its own so that its steps appear as soon as they are known. */
const PARTS = /** @type {const} */ ({
  carrier: ["credentials", "numbers", "api_key", "console_app"],
  address: ["public_url", "signature"],
  mail: ["mail"],
});
const ALL = Object.values(PARTS).flat();
const LOOKS = /** @type {const} */ ({
  ok: ["ok", "✓"],
  warning: ["warn", "!"],
  failed: ["bad", "✕"],
  skipped: ["quiet", "–"],
});

/** Tries everything that the product needs of the world outside, and says what to do. */
export function ConnectionTest() {
  const [steps, setSteps] = useState(/** @type {Record<string, Step>} */ ({}));
  const [problems, setProblems] = useState(/** @type {ApiError[]} */ ([]));
  const [running, setRunning] = useState(/** @type {string[]} */ ([]));
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  const run = () => {
    setSteps({});
    setProblems([]);
    setRunning(Object.keys(PARTS));
    for (const part of Object.keys(PARTS)) {
      api
        .post("/api/carrier-account/test", { parts: [part] })
        .then(
          (answer) =>
            isShown.current &&
            setSteps((known) => ({
              ...known,
              ...Object.fromEntries(answer.steps.map((/** @type {Step} */ step) => [step.name, step])),
            })),
        )
        .catch((error) => isShown.current && setProblems((known) => [...known, error]))
        .finally(() => isShown.current && setRunning((rest) => rest.filter((each) => each !== part)));
    }
  };
  const known = Object.values(steps);
  const hasBegun = running.length > 0 || known.length > 0 || problems.length > 0;
  const start = html`<${Button} kind="main" icon="▷" isBusy=${running.length > 0} onClick=${run}>${t(hasBegun ? "settings.test.again" : "settings.test.do")}<//>`;
  return html`<${Panel} title=${t("settings.test")} actions=${start} class="connection-test">
    <p class="field-help">${t("settings.test.lead")}</p>
    ${running.length > 0 && html`<${Progress} label=${t("settings.test.running")} value=${known.length} max=${ALL.length} text=${`${known.length} / ${ALL.length}`} />`}
    <div role="status">${hasBegun && running.length === 0 && html`<${Summary} steps=${known} hasProblem=${problems.length > 0} />`}</div>
    ${problems[0] && html`<p class="office-note tone-bad" role="alert">${wordsOf(problems[0])}</p>`}
    ${
      hasBegun &&
      html`<ol class="test-steps">
      ${Object.entries(PARTS).flatMap(([part, names]) =>
        names.map(
          (name) =>
            html`<${StepLine} key=${name} name=${name} step=${steps[name]} isRunning=${running.includes(part)} />`,
        ),
      )}
    </ol>`
    }
  <//>`;
}

/** @param {{steps: Step[], hasProblem: boolean}} props */
function Summary({ steps, hasProblem }) {
  const failed = steps.filter((step) => step.outcome === "failed").length;
  const warned = steps.filter((step) => step.outcome === "warning").length;
  if (hasProblem && steps.length === 0) return null;
  if (failed > 0)
    return html`<p class="office-note tone-bad"><strong>${t("settings.test.failed", { n: failed })}</strong></p>`;
  if (warned > 0)
    return html`<p class="office-note tone-warn"><strong>${t("settings.test.warned", { n: warned })}</strong></p>`;
  return html`<p class="office-note tone-ok"><strong>${t("settings.test.good")}</strong></p>`;
}

/** @param {{name: string, step: Step | undefined, isRunning: boolean}} props */
function StepLine({ name, step, isRunning }) {
  const [tone, icon] = step ? LOOKS[step.outcome] : /** @type {const} */ (["info", "…"]);
  const word = step
    ? t(`settings.test.is.${step.outcome}`)
    : t(isRunning ? "settings.test.is.running" : "settings.test.is.unknown");
  const advice = step && inWords(step, "advice");
  return html`<li data-step=${name} data-outcome=${step?.outcome ?? "pending"}>
    <${Badge} tone=${tone} icon=${icon}>${word}<//>
    <div>
      <strong>${t(`settings.step.${name}`)}</strong>
      ${step && html`<p>${inWords(step, "message")}</p>`}
      ${advice && html`<p class="test-advice"><span aria-hidden="true">→ </span>${advice}</p>`}
    </div>
  </li>`;
}

/** What was found, in the reader's language where there are words for it. @param {Step} step @param {"message" | "advice"} which */
function inWords(step, which) {
  const key = `settings.finding.${step.code}${which === "advice" ? ".advice" : ""}`;
  if (hasWord(key)) return t(key, { ...step.facts, n: Number(step.facts.count ?? 0) });
  return step[which];
}
