import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { user } from "../kit/session.js";
import { t } from "../kit/words.js";
import { copy } from "./copy.js";
import { StepTitle } from "./step-title.js";

/** The recovery codes, shown once: to be copied, saved or printed before going on. @param {{codes: string[], onDone: () => void, level?: 2 | 3}} props */
export function RecoveryCodes({ codes, onDone, level }) {
  const [isKept, setKept] = useState(false);
  const sheet = `${t("profile.factor.sheet", { email: user.value?.email ?? "" })}\n\n${codes.join("\n")}\n`;
  return html`<div class="factor-step recovery">
    <${StepTitle} level=${level}>${t("profile.factor.codes")}<//>
    <p class="field-help">${t("profile.factor.codesHint")}</p>
    <p class="recovery-owner">${t("profile.factor.sheet", { email: user.value?.email ?? "" })}</p>
    <ol class="recovery-codes">
      ${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}
    </ol>
    <div class="actions">
      <${Button} onClick=${() => copy(sheet)}>${t("profile.factor.copy")}<//>
      <${Button} onClick=${() => save(sheet)}>${t("profile.factor.download")}<//>
      <${Button} onClick=${() => print()}>${t("profile.factor.print")}<//>
    </div>
    <${Checkbox} label=${t("profile.factor.kept")} checked=${isKept} onChange=${setKept} />
    <div class="actions">
      <${Button} kind="main" disabled=${!isKept} onClick=${onDone}>${t("profile.factor.done")}<//>
    </div>
  </div>`;
}

/** @param {string} text */
function save(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "dialer-recovery-codes.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
