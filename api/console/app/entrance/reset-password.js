import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { href, navigate } from "../kit/router.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { PasswordField } from "./password-field.js";
import { missing, newPasswordProblem, passwordWords, useForm } from "./refusals.js";

/**
 * Choosing a new password with the link of a mail; without one, with the code that stands below it.
 * @param {{route: import("../kit/router.js").Route}} props
 */
export function ResetPassword({ route }) {
  const linked = route.query.get("token");
  const [code, setCode] = useState("");
  const [password, setPassword] = useState("");
  const [isNoGood, setNoGood] = useState(false);
  const form = useForm({
    check: () => ({ code: linked ? null : missing(code), password: newPasswordProblem(password) }),
    act: async () => {
      await api.post("/api/auth/password-reset/confirm", { token: linked ?? code.trim(), new_password: password });
      navigate("/sign-in", { query: { reset: "done" }, replace: true });
    },
    told: (error) => {
      if (error.of("token")) setNoGood(true);
      return { code: error.of("token"), password: passwordWords(error.of("new_password")) };
    },
  });
  const back = html`<p><a href=${href("/sign-in")}>${t("entrance.forgot.back")}</a></p>`;
  if (isNoGood) {
    return html`<${Frame} key="no-good" title=${t("entrance.reset.noLink")} lead=${t("entrance.reset.noLinkHint")} below=${back}>
      <a role="button" class="entrance-do" href=${href("/forgot-password")}>${t("entrance.reset.ask")}</a>
    <//>`;
  }
  return html`<${Frame} title=${t("entrance.reset.title")} lead=${t("entrance.reset.hint")} below=${back}>
    <${Form} form=${form} action=${t("entrance.reset.do")}>
      ${
        !linked &&
        html`<${Field}
        label=${t("entrance.reset.code")}
        help=${t("entrance.reset.codeHint")}
        autocomplete="off"
        spellcheck=${false}
        value=${code}
        onInput=${setCode}
        error=${form.problems.code}
      />`
      }
      <${PasswordField}
        kind="new"
        label=${t("entrance.newPassword")}
        help=${t("entrance.passwordHint")}
        value=${password}
        onInput=${setPassword}
        error=${form.problems.password}
      />
    <//>
  <//>`;
}
