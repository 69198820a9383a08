import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";

import { Trouble } from "../entrance/form.js";
import { PasswordField } from "../entrance/password-field.js";
import { useForm, waitWords } from "../entrance/refusals.js";
import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { notify } from "../kit/components/notify.js";
import { t } from "../kit/words.js";

/** Taking one's second factor off, with one's password. @param {{onDone: () => void, onClose: () => void}} props */
export function TakeOffDialog({ onDone, onClose }) {
  const id = useId();
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({ password: password === "" ? t("entrance.missing") : null }),
    act: async () => {
      await api.post("/api/auth/second-factor/disable", { password });
      notify(t("profile.factor.takenOff"));
      onDone();
    },
    told: (error) => ({ password: error.of("password") && t("profile.password.wrong") }),
  });
  const actions = html`
    <${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button} type="submit" form=${id} kind="danger" isBusy=${form.isBusy} disabled=${form.waits > 0}>
      ${form.waits > 0 ? waitWords(form.waits) : t("profile.factor.takeOff")}
    <//>
  `;
  return html`<${Dialog} title=${t("profile.factor.takeOffTitle")} onClose=${onClose} actions=${actions}>
    <p>${t("profile.factor.takeOffText")}</p>
    <form id=${id} class="entrance-form" method="post" onSubmit=${form.submit} novalidate>
      <${Trouble} form=${form} />
      <${PasswordField}
        label=${t("profile.password.current")}
        value=${password}
        onInput=${setPassword}
        error=${form.problems.password}
        autofocus
      />
    </form>
  <//>`;
}
