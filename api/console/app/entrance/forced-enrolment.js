import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { navigate } from "../kit/router.js";
import { signOut } from "../kit/session.js";
import { t } from "../kit/words.js";
import { SecondFactorSetUp } from "../profile/second-factor-set-up.js";
import { openGate } from "../shell/second-factor-gate.js";
import { Frame } from "./frame.js";

/**
 * Instead of any other page, for whoever has to have a second factor and has none: the server lets them do no more than
 * an agent until then.
 */
export function ForcedEnrolment() {
  const leave = async () => {
    const ended = signOut();
    navigate("/sign-in", { replace: true });
    await ended;
  };
  const below = html`<p><${Button} kind="quiet" onClick=${leave}>${t("entrance.forced.signOut")}<//></p>`;
  return html`<${Frame} title=${t("entrance.forced.title")} lead=${t("entrance.forced.hint")} below=${below}>
    <${SecondFactorSetUp} onDone=${openGate} level=${2} />
  <//>`;
}
