import { html } from "htm/preact";

import { Panel } from "../kit/components/panel.js";
import { user } from "../kit/session.js";
import { t } from "../kit/words.js";

/** Who is signed in. */
export function PersonPanel() {
  const person = user.value;
  if (!person) return null;
  return html`<${Panel} title=${t("profile.you")}>
    <dl class="profile-person">
      <dt>${t("profile.you.name")}</dt>
      <dd>${person.name}</dd>
      <dt>${t("profile.you.email")}</dt>
      <dd>${person.email}</dd>
      <dt>${t("profile.you.role")}</dt>
      <dd>${t(`kit.roles.${person.role}`)}</dd>
    </dl>
    <p class="field-help">${t("profile.you.hint")}</p>
  <//>`;
}
