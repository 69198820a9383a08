import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { navigate } from "../kit/router.js";
import { signIn, signOut, user } from "../kit/session.js";
import { formatInstant } from "../kit/time.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { PasswordField } from "./password-field.js";
import { PersonFields } from "./person-fields.js";
import { missing, newPasswordProblem, passwordWords, useForm } from "./refusals.js";

/**
 * Who invites, and what the invited says of themselves.
 * @param {{token: string, invitation: import("./accept-invitation.js").Invitation, onNoGood: () => void}} props
 */
export function JoinForm({ token, invitation, onNoGood }) {
  const [names, setNames] = useState({ first: "", last: "" });
  const [password, setPassword] = useState("");
  const form = useForm({
    check: () => ({ first: missing(names.first), password: newPasswordProblem(password) }),
    act: async () => {
      const said = { token, password, first_name: names.first, last_name: names.last };
      const answer = await api.post("/api/auth/invitations/accept", said);
      if (user.value) await signOut();
      signIn(answer);
      navigate("/", { replace: true });
    },
    told: (error) => {
      if (error.of("token")) onNoGood();
      return { first: error.of("first_name"), password: passwordWords(error.of("password")) };
    },
  });
  const below = html`<p>${t("entrance.invited.until", { time: formatInstant(invitation.expires_at) })}</p>`;
  return html`<${Frame}
    key="join"
    title=${t("entrance.invited.title", { tenant: invitation.tenant_name })}
    lead=${leadOf(invitation)}
    below=${below}
  >
    ${user.value && html`<p class="entrance-note">${t("entrance.invited.otherUser", { email: user.value.email })}</p>`}
    <${Form} form=${form} action=${t("entrance.invited.do")}>
      <p class="entrance-login">
        ${t("entrance.invited.email")} <strong>${invitation.email}</strong>
        <input hidden readonly type="text" name="email" autocomplete="username" value=${invitation.email} />
      </p>
      <${PersonFields} names=${names} onChange=${setNames} error=${form.problems.first} />
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

/** @param {import("./accept-invitation.js").Invitation} invitation */
function leadOf({ invited_by_name: name, tenant_name: tenant, role, is_agent: isAgent }) {
  const asRole = t(`entrance.role.${role}`);
  const who = name
    ? t("entrance.invited.by", { name, tenant, role: asRole })
    : t("entrance.invited.byNobody", { tenant, role: asRole });
  return isAgent ? `${who} ${t("entrance.invited.agent")}` : who;
}
