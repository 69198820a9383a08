import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { href } from "../kit/router.js";
import { hasExpired } from "../kit/session.js";
import { moment } from "../kit/time.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { PasswordField } from "./password-field.js";
import { missing, useForm } from "./refusals.js";

/**
 * @param {{
 *   email: string, onEmail: (email: string) => void, isLate: boolean, isReset: boolean,
 *   onDone: (answer: import("../kit/session.js").Session) => void,
 *   onChallenge: (challenge: import("./sign-in.js").Challenge) => void,
 * }} props
 */
export function PasswordStep({ email, onEmail, isLate, isReset, onDone, onChallenge }) {
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({ email: missing(email), password: password === "" ? t("entrance.missing") : null }),
    act: async () => {
      const answer = await api.post("/api/auth/login", { email: email.trim(), password });
      if (!answer.second_factor_required) return onDone(answer);
      const until = moment() + answer.expires_in * 1_000;
      return onChallenge({ token: answer.challenge_token, email: email.trim(), until });
    },
    told: (error) => (error.status === 401 ? { email: null, password: t("entrance.signIn.wrong") } : {}),
  });
  const below = html`
    <p><a href=${href("/forgot-password")}>${t("entrance.signIn.forgotten")}</a></p>
    <p>${t("entrance.signIn.found")} <a href=${href("/register")}>${t("entrance.signIn.foundLink")}</a></p>
  `;
  return html`<${Frame} title=${t("entrance.signIn.title")} lead=${leadOf(isLate, isReset)} below=${below}>
    <${Form} form=${form} action=${t("entrance.signIn.do")}>
      <${Field}
        label=${t("entrance.email")}
        type="email"
        name="email"
        autocomplete="username"
        autocapitalize="none"
        spellcheck=${false}
        value=${email}
        onInput=${onEmail}
        error=${form.problems.email}
      />
      <${PasswordField}
        label=${t("entrance.password")}
        value=${password}
        onInput=${setPassword}
        error=${form.problems.password}
      />
    <//>
  <//>`;
}

/** @param {boolean} isLate @param {boolean} isReset */
function leadOf(isLate, isReset) {
  if (isLate) return t("entrance.code.late");
  if (isReset) return t("entrance.signIn.changed");
  return hasExpired.value ? t("entrance.signIn.expired") : null;
}
