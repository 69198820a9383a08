import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { href, navigate } from "../kit/router.js";
import { signIn } from "../kit/session.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { PasswordField } from "./password-field.js";
import { PersonFields } from "./person-fields.js";
import { emailProblem, missing, newPasswordProblem, passwordWords, useForm } from "./refusals.js";

const CONFLICT = 409;

/** Founding a tenant: its first user is its owner. */
export function Register() {
  const [company, setCompany] = useState("");
  const [names, setNames] = useState({ first: "", last: "" });
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({
      company: missing(company),
      first: missing(names.first),
      email: emailProblem(email),
      password: newPasswordProblem(password),
    }),
    act: async () => {
      const said = { email: email.trim(), password, company, first_name: names.first, last_name: names.last };
      signIn(await api.post("/api/auth/register", said));
      navigate("/first-steps", { replace: true });
    },
    told: (error) => ({
      email: error.status === CONFLICT ? t("entrance.register.taken") : error.of("email") && t("entrance.noEmail"),
      password: passwordWords(error.of("password")),
      company: error.of("company"),
      first: error.of("first_name"),
    }),
  });
  const below = html`<p>${t("entrance.register.have")} <a href=${href("/sign-in")}>${t("entrance.register.haveLink")}</a></p>`;
  return html`<${Frame} title=${t("entrance.register.title")} lead=${t("entrance.register.hint")} below=${below}>
    <${Form} form=${form} action=${t("entrance.register.do")}>
      <${Field}
        label=${t("entrance.register.company")}
        help=${t("entrance.register.companyHint")}
        name="company"
        autocomplete="organization"
        maxlength="100"
        value=${company}
        onInput=${setCompany}
        error=${form.problems.company}
      />
      <${PersonFields} names=${names} onChange=${setNames} error=${form.problems.first} />
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
      <${PasswordField}
        kind="new"
        label=${t("entrance.password")}
        help=${t("entrance.passwordHint")}
        value=${password}
        onInput=${setPassword}
        error=${form.problems.password}
      />
    <//>
  <//>`;
}
