import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Form } from "../entrance/form.js";
import { PasswordField } from "../entrance/password-field.js";
import { useForm } from "../entrance/refusals.js";
import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { t } from "../kit/words.js";
import { RecoveryCodes } from "./recovery-codes.js";
import { ScanStep } from "./scan-step.js";

/** @typedef {import("../kit/shapes.js").Schema<"EnrolmentAnswer">} Enrolment */

/**
 * Setting up an authenticator app, step by step: the password, the app and its first code, the recovery codes.
 * @param {{onDone: () => void, onCancel?: (() => void) | null, level?: 2 | 3}} props  `level` is that of its titles.
 */
export function SecondFactorSetUp({ onDone, onCancel, level = 3 }) {
  const [enrolment, setEnrolment] = useState(/** @type {Enrolment | null} */ (null));
  const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
  if (codes !== null) return html`<${RecoveryCodes} codes=${codes} onDone=${onDone} level=${level} />`;
  if (enrolment !== null)
    return html`<${ScanStep} enrolment=${enrolment} onCodes=${setCodes} onCancel=${onCancel} level=${level} />`;
  return html`<${OwnPassword} onEnrolment=${setEnrolment} onCancel=${onCancel} />`;
}

/** @param {{onEnrolment: (enrolment: Enrolment) => void, onCancel?: (() => void) | null}} props */
function OwnPassword({ onEnrolment, onCancel }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [password, setPassword] = useState("");
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  const form = useForm({
    check: () => ({ password: password === "" ? t("entrance.missing") : null }),
    act: async () => onEnrolment(await api.post("/api/auth/second-factor", { password })),
    told: (error) => ({ password: error.of("password") && t("profile.password.wrong") }),
  });
  const cancel = onCancel && html`<${Button} kind="quiet" onClick=${onCancel}>${t("profile.factor.notNow")}<//>`;
  return html`<div ref=${box}>
    <${Form} form=${form} action=${t("profile.factor.next")} after=${cancel}>
      <${PasswordField}
        label=${t("profile.password.current")}
        help=${t("profile.factor.passwordHint")}
        value=${password}
        onInput=${setPassword}
        error=${form.problems.password}
      />
    <//>
  </div>`;
}
