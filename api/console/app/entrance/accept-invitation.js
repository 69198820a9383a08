import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { Loading } from "../kit/components/loading.js";
import { Problem } from "../kit/components/problem.js";
import { useResource } from "../kit/resource.js";
import { changeQuery, href } from "../kit/router.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { JoinForm } from "./join-form.js";
import { missing, useForm } from "./refusals.js";

/** @typedef {import("../kit/shapes.js").Schema<"ShownInvitationAnswer">} Invitation */

/**
 * Joining a tenant by the link of a mail; without one, by the code that stands below it.
 * @param {{route: import("../kit/router.js").Route}} props
 */
export function AcceptInvitation({ route }) {
  const token = route.query.get("token");
  if (!token) return html`<${CodeForm} />`;
  return html`<${Linked} key=${token} token=${token} />`;
}

/** @param {{token: string}} props */
function Linked({ token }) {
  const [isNoGood, setNoGood] = useState(false);
  const { data, error, reload } = useResource(
    (signal) => /** @type {Promise<Invitation>} */ (api.post("/api/auth/invitations/show", { token }, { signal })),
    [token],
  );
  if (isNoGood || error?.of("token")) return html`<${NoGood} />`;
  if (error && !data) {
    return html`<${Frame} key="failed" title=${t("entrance.invited.titleLoading")} below=${html`<${BackLink} />`}>
      <${Problem} title=${t("entrance.invited.failed")} error=${error} onRetry=${reload} />
    <//>`;
  }
  if (!data)
    return html`<${Frame} key="loading" title=${t("entrance.invited.titleLoading")}><${Loading} lines=${8} /><//>`;
  if (data.is_registered) return html`<${Registered} email=${data.email} />`;
  return html`<${JoinForm} token=${token} invitation=${data} onNoGood=${() => setNoGood(true)} />`;
}

function NoGood() {
  return html`<${Frame}
    key="no-good"
    title=${t("entrance.invited.noLink")}
    lead=${t("entrance.invited.noLinkHint")}
    below=${html`<${BackLink} />`}
  />`;
}

/** @param {{email: string}} props */
function Registered({ email }) {
  return html`<${Frame}
    key="registered"
    title=${t("entrance.invited.registered", { email })}
    lead=${t("entrance.invited.registeredHint")}
    below=${html`<${BackLink} />`}
  />`;
}

function BackLink() {
  return html`<p><a href=${href("/sign-in")}>${t("entrance.forgot.back")}</a></p>`;
}

function CodeForm() {
  const [code, setCode] = useState("");
  const form = useForm({
    check: () => ({ code: missing(code) }),
    act: async () => changeQuery({ token: code.trim() }),
  });
  return html`<${Frame} key="code" title=${t("entrance.invited.titleLoading")} below=${html`<${BackLink} />`}>
    <${Form} form=${form} action=${t("entrance.code.do")}>
      <${Field}
        label=${t("entrance.reset.code")}
        help=${t("entrance.reset.codeHint")}
        autocomplete="off"
        spellcheck=${false}
        value=${code}
        onInput=${setCode}
        error=${form.problems.code}
      />
    <//>
  <//>`;
}
