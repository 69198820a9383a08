import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Loading } from "../kit/components/loading.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useResource } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { SecondFactorSetUp } from "./second-factor-set-up.js";
import { TakeOffDialog } from "./take-off-dialog.js";

const FEW_CODES = 3;

/** @typedef {import("../kit/shapes.js").Schema<"FactorOut">} Factor */

/** How one stands with one's second factor, and what to do about it. @param {{onChanged: () => void}} props */
export function SecondFactorPanel({ onChanged }) {
  const [doing, setDoing] = useState(/** @type {"set-up" | "take-off" | null} */ (null));
  const { data, error, reload } = useResource(
    (signal) => /** @type {Promise<Factor>} */ (api.get("/api/auth/second-factor", { signal })),
  );
  const finish = () => {
    setDoing(null);
    reload();
    onChanged();
  };
  const badge =
    data &&
    html`<${Badge} tone=${data.is_enabled ? "ok" : "quiet"} icon=${data.is_enabled ? "✓" : "○"}>
    ${t(data.is_enabled ? "profile.factor.on" : "profile.factor.off")}
  <//>`;
  return html`<${Panel} class="factor" title=${t("profile.factor")} actions=${badge}>
    ${doing !== "set-up" && html`<p class="field-help">${t("profile.factor.hint")}</p>`}
    ${error && !data && html`<${Problem} title=${t("profile.factor.failed")} error=${error} onRetry=${reload} />`}
    ${!data && !error && html`<${Loading} lines=${3} />`}
    ${data && doing !== "set-up" && html`<${Standing} factor=${data} onDo=${setDoing} />`}
    ${doing === "set-up" && html`<${SecondFactorSetUp} onDone=${finish} onCancel=${() => setDoing(null)} />`}
    ${doing === "take-off" && html`<${TakeOffDialog} onDone=${finish} onClose=${() => setDoing(null)} />`}
  <//>`;
}

/** @param {{factor: Factor, onDo: (what: "set-up" | "take-off") => void}} props */
function Standing({ factor, onDo }) {
  if (!factor.is_enabled) {
    return html`${factor.is_required && html`<p class="profile-warning tone-warn">${t("profile.factor.required")}</p>`}
      <div class="actions"><${Button} kind="main" onClick=${() => onDo("set-up")}>${t("profile.factor.setUp")}<//></div>`;
  }
  const hasFew = factor.recovery_codes_left <= FEW_CODES;
  return html`<p>${t("profile.factor.codesLeft", { n: factor.recovery_codes_left })}</p>
    ${hasFew && html`<p class="profile-warning tone-warn">${t("profile.factor.fewCodes")}</p>`}
    <div class="actions"><${Button} onClick=${() => onDo("take-off")}>${t("profile.factor.takeOff")}<//></div>`;
}
