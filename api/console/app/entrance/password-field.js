import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { t } from "../kit/words.js";

/**
 * A password, hidden until its owner wants to see it. Pasting and password managers work.
 * @param {{
 *   label: string, value: string, onInput: (value: string) => void, error?: string | null, help?: any,
 *   kind?: "current" | "new", [other: string]: any,
 * }} props
 */
export function PasswordField({ kind = "current", help, ...rest }) {
  const [isShown, setShown] = useState(false);
  const [hasCapsLock, setCapsLock] = useState(false);
  const eye = html`<${Button}
    kind="quiet"
    class="show-password"
    label=${t(isShown ? "entrance.hidePassword" : "entrance.showPassword")}
    onClick=${() => setShown(!isShown)}
  >
    ${t(isShown ? "entrance.hide" : "entrance.show")}
  <//>`;
  return html`<${Field}
    name=${`${kind}-password`}
    autocomplete=${`${kind}-password`}
    autocapitalize="none"
    spellcheck=${false}
    maxlength="200"
    ...${rest}
    type=${isShown ? "text" : "password"}
    onKeyUp=${(/** @type {KeyboardEvent} */ event) => setCapsLock(event.getModifierState?.("CapsLock") ?? false)}
    help=${hasCapsLock ? t("entrance.signIn.capsLock") : help}
    after=${eye}
  />`;
}
