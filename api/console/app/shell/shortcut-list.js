import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Dialog } from "../kit/components/dialog.js";
import {
  allowSingleKeys,
  chooseKeys,
  chosenKeys,
  keysOfEvent,
  shortcuts,
  singleKeys,
  useShortcut,
} from "../kit/shortcuts.js";
import { t } from "../kit/words.js";

const isShown = signal(false);

/** Open the list. */
export function showShortcuts() {
  isShown.value = true;
}

/** What can be done by keys here, and other keys for it. Opens by `?`. */
export function ShortcutList() {
  useShortcut("help", { keys: "?", label: t("kit.shortcuts.help"), run: showShortcuts });
  const [waiting, setWaiting] = useState(/** @type {string | null} */ (null));
  if (!isShown.value) return null;
  const close = () => {
    setWaiting(null);
    isShown.value = false;
  };
  return html`<${Dialog} title=${t("kit.shortcuts.title")} onClose=${close}>
    <p>${t("kit.shortcuts.lead")}</p>
    <table class="shortcut-table">
      <thead>
        <tr><th scope="col">${t("kit.shortcuts.what")}</th><th scope="col">${t("kit.shortcuts.keys")}</th></tr>
      </thead>
      <tbody>
        ${shortcuts.value.map(
          (shortcut) => html`<tr key=${shortcut.id}>
            <td>${shortcut.label}</td>
            <td class="shortcut-keys">
              ${
                waiting === shortcut.id
                  ? html`<${KeyCatcher} id=${shortcut.id} onDone=${() => setWaiting(null)} />`
                  : html`<kbd>${shortcut.keys || "–"}</kbd>
                    <${Button}
                      kind="quiet"
                      icon="✎"
                      label=${t("kit.shortcuts.change", { what: shortcut.label })}
                      onClick=${() => setWaiting(shortcut.id)}
                    />
                    ${
                      chosenKeys.value[shortcut.id] !== undefined &&
                      html`<${Button}
                      kind="quiet"
                      icon="↺"
                      label=${t("kit.shortcuts.restore", { what: shortcut.label })}
                      onClick=${() => chooseKeys(shortcut.id, null)}
                    />`
                    }`
              }
            </td>
          </tr>`,
        )}
      </tbody>
    </table>
    <${Checkbox}
      isSwitch
      label=${t("kit.shortcuts.single")}
      help=${t("kit.shortcuts.single_help")}
      checked=${singleKeys.value}
      onChange=${allowSingleKeys}
    />
  <//>`;
}

/** Takes the next keys for a shortcut. Esc leaves it as it is. @param {{id: string, onDone: () => void}} props */
function KeyCatcher({ id, onDone }) {
  const [taken, setTaken] = useState(/** @type {string | null} */ (null));
  /** @param {KeyboardEvent} event */
  const take = (event) => {
    if (event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return onDone();
    const keys = keysOfEvent(event);
    if (keys === null) return;
    const other = shortcuts.value.find((each) => each.keys === keys && each.id !== id);
    if (other) return setTaken(other.label);
    chooseKeys(id, keys);
    onDone();
  };
  return html`<input
      class="key-catcher"
      readonly
      ref=${(/** @type {HTMLElement | null} */ input) => input?.focus()}
      value=${t("kit.shortcuts.press")}
      aria-label=${t("kit.shortcuts.press")}
      onKeyDown=${take}
      onBlur=${onDone}
    />
    ${taken && html`<small class="field-error" role="alert">${t("kit.shortcuts.taken", { by: taken })}</small>`}`;
}
