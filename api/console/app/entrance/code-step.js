import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { moment } from "../kit/time.js";
import { t } from "../kit/words.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { useForm } from "./refusals.js";

const DIGITS = 6;
const RECOVERY_LENGTH = 16;
// The server takes so many codes for one password.
const MAX_TRIES = 5;

/**
 * The second step of a login: a code of the app, or a recovery code.
 * @param {{
 *   challenge: import("./sign-in.js").Challenge, onBack: () => void, onLate: () => void,
 *   onDone: (answer: import("../kit/session.js").Session) => void,
 * }} props
 */
export function CodeStep(props) {
  const [isRecovery, setRecovery] = useState(false);
  const tries = useRef(0);
  return html`<${CodeForm}
    ...${props}
    key=${isRecovery}
    tries=${tries}
    isRecovery=${isRecovery}
    onChange=${() => setRecovery(!isRecovery)}
  />`;
}

/**
 * @param {{
 *   challenge: import("./sign-in.js").Challenge, onBack: () => void, onLate: () => void, isRecovery: boolean,
 *   onDone: (answer: import("../kit/session.js").Session) => void, onChange: () => void, tries: {current: number},
 * }} props
 */
function CodeForm({ challenge, onDone, onBack, onLate, isRecovery, onChange, tries }) {
  const [code, setCode] = useState("");
  const form = useForm({
    check: () => ({ code: codeProblem(code, isRecovery) }),
    act: async () =>
      onDone(await api.post("/api/auth/login/second-factor", { challenge_token: challenge.token, code })),
    told: (error) => {
      if (error.status !== 401) return {};
      tries.current += 1;
      if (tries.current >= MAX_TRIES || moment() >= challenge.until) onLate();
      return { code: t(isRecovery ? "entrance.code.wrongRecovery" : "entrance.code.wrong") };
    },
  });
  const lead = isRecovery ? t("entrance.code.recoveryHint") : t("entrance.code.hint", { email: challenge.email });
  const below = html`
    <p><${Button} kind="quiet" onClick=${onChange}>${t(isRecovery ? "entrance.code.useApp" : "entrance.code.useRecovery")}<//></p>
    <p><${Button} kind="quiet" onClick=${onBack}>${t("entrance.code.back")}<//></p>
  `;
  return html`<${Frame} title=${t("entrance.code.title")} lead=${lead} below=${below}>
    <${Form} form=${form} action=${t("entrance.code.do")}>
      <${Field}
        label=${t(isRecovery ? "entrance.code.recovery" : "entrance.code.app")}
        name="code"
        class="one-time-code"
        autocomplete=${isRecovery ? "off" : "one-time-code"}
        inputmode=${isRecovery ? "text" : "numeric"}
        autocapitalize="characters"
        spellcheck=${false}
        maxlength="40"
        value=${code}
        onInput=${setCode}
        error=${form.problems.code}
      />
    <//>
  <//>`;
}

/** Spaces and dashes are the reader's own. @param {string} code @param {boolean} isRecovery */
function codeProblem(code, isRecovery) {
  const length = code.replace(/[^0-9a-z]/gi, "").length;
  if (isRecovery) return length === RECOVERY_LENGTH ? null : t("entrance.code.incompleteRecovery");
  return length === DIGITS ? null : t("entrance.code.incomplete");
}
