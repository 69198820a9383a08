import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Form } from "../entrance/form.js";
import { useForm } from "../entrance/refusals.js";
import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { t } from "../kit/words.js";
import { copy } from "./copy.js";
import { QrCode } from "./qr-code.js";
import { StepTitle } from "./step-title.js";

const DIGITS = 6;

/**
 * The app is told the key, and tells its first code.
 * @param {{
 *   enrolment: import("./second-factor-set-up.js").Enrolment, onCodes: (codes: string[]) => void,
 *   onCancel?: (() => void) | null, level?: 2 | 3,
 * }} props
 */
export function ScanStep({ enrolment, onCodes, onCancel, level }) {
  const [code, setCode] = useState("");
  const form = useForm({
    check: () => ({ code: code.replace(/\D/g, "").length === DIGITS ? null : t("entrance.code.incomplete") }),
    act: async () => onCodes((await api.post("/api/auth/second-factor/confirm", { code })).recovery_codes),
    told: (error) => ({ code: error.of("code") && t("profile.factor.wrongCode") }),
  });
  const cancel = onCancel && html`<${Button} kind="quiet" onClick=${onCancel}>${t("profile.factor.notNow")}<//>`;
  return html`<div class="factor-step">
    <${StepTitle} level=${level}>${t("profile.factor.scan")}<//>
    <p class="field-help">${t("profile.factor.scanHint")}</p>
    <${QrCode} text=${enrolment.otpauth_url} label=${t("profile.factor.qr")} />
    <p class="factor-secret">
      ${t("profile.factor.secret")}
      <code>${inFours(enrolment.secret)}</code>
      <${Button} onClick=${() => copy(enrolment.secret)}>${t("profile.factor.copySecret")}<//>
    </p>
    <${Form} form=${form} action=${t("profile.factor.confirm")} after=${cancel}>
      <${Field}
        label=${t("profile.factor.code")}
        help=${t("profile.factor.codeHint")}
        name="code"
        class="one-time-code"
        autocomplete="one-time-code"
        inputmode="numeric"
        maxlength="12"
        value=${code}
        onInput=${setCode}
        error=${form.problems.code}
      />
    <//>
  </div>`;
}

/** Easier to type. @param {string} secret */
function inFours(secret) {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}
