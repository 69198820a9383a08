import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { href } from "../kit/router.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { emailProblem, useForm } from "./refusals.js";

/** Asking for a link to choose a new password. The answer is the same for every address. */
export function ForgotPassword() {
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  const form = useForm({
    check: () => ({ email: emailProblem(email) }),
    act: async () => {
      await api.post("/api/auth/password-reset", { email: email.trim() });
      setSent(true);
    },
    told: (error) => ({ email: error.of("email") }),
  });
  const back = html`<p><a href=${href("/sign-in")}>${t("entrance.forgot.back")}</a></p>`;
  if (isSent) {
    const lead = t("entrance.forgot.sentHint", { email: email.trim() });
    return html`<${Frame} key="sent" title=${t("entrance.forgot.sent")} lead=${lead} below=${back}>
      <p>${t("entrance.forgot.nothing")}</p>
      <${Button} onClick=${() => setSent(false)}>${t("entrance.forgot.again")}<//>
    <//>`;
  }
  return html`<${Frame} key="ask" title=${t("entrance.forgot.title")} lead=${t("entrance.forgot.hint")} below=${back}>
    <${Form} form=${form} action=${t("entrance.forgot.do")}>
      <${Field}
        label=${t("entrance.email")}
        type="email"
        name="email"
        autocomplete="username"
        autocapitalize="none"
        spellcheck=${false}
        value=${email}
        onInput=${setEmail}
        error=${form.problems.email}
      />
    <//>
  <//>`;
}
