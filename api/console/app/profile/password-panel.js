import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Form } from "../entrance/form.js";
import { PasswordField } from "../entrance/password-field.js";
import { newPasswordProblem, passwordWords, useForm } from "../entrance/refusals.js";
import { api } from "../kit/api.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { user } from "../kit/session.js";
import { t } from "../kit/words.js";

/** Choosing another password. @param {{onChanged: () => void}} props */
export function PasswordPanel({ onChanged }) {
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const form = useForm({
    check: () => ({
      current: current === "" ? t("entrance.missing") : null,
      fresh: newPasswordProblem(fresh) ?? (fresh === current ? t("profile.password.same") : null),
    }),
    act: async () => {
      await api.put("/api/auth/password", { current_password: current, new_password: fresh });
      setCurrent("");
      setFresh("");
      notify(t("profile.password.done"));
      onChanged();
    },
    told: (error) => ({
      current: error.of("current_password") && t("profile.password.wrong"),
      fresh: passwordWords(error.of("new_password")),
    }),
  });
  return html`<${Panel} title=${t("profile.password")}>
    <p class="field-help">${t("profile.password.hint")}</p>
    <${Form} form=${form} action=${t("profile.password.do")}>
      <input hidden readonly type="text" name="email" autocomplete="username" value=${user.value?.email} />
      <${PasswordField}
        label=${t("profile.password.current")}
        value=${current}
        onInput=${setCurrent}
        error=${form.problems.current}
      />
      <${PasswordField}
        kind="new"
        label=${t("profile.password.new")}
        help=${t("profile.password.newHint")}
        value=${fresh}
        onInput=${setFresh}
        error=${form.problems.fresh}
      />
    <//>
  <//>`;
}
