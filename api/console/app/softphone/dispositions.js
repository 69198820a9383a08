import { html } from "htm/preact";
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { confirm } from "../kit/components/confirm.js";
import { Panel } from "../kit/components/panel.js";
import { recall, remember } from "../kit/memory.js";
import { useShortcut } from "../kit/shortcuts.js";
import { hasWord, t } from "../kit/words.js";
import { CallbackDialog } from "./callback-dialog.js";
import { conclude } from "./deeds.js";
import { press, underWay } from "./press.js";
import { Refusal } from "./refusal.js";

/**
 * @typedef {import("./desk-snapshot.js").DispositionChoice} DispositionChoice
 * @typedef {import("./desk-shapes.js").DeskCall} DeskCall
 */

/** Whether digits conclude while the call goes on; off, so that nobody does by chance. */
const digitsInCall = signal(/** @type {boolean} */ (recall("softphone.digits", false)));

/** What came of the call, by button or by digit. @param {{call: DeskCall, choices: DispositionChoice[], zone: string | null, hasKeys?: boolean}} props */
export function Dispositions({ call, choices, zone, hasKeys = true }) {
  const [promising, setPromising] = useState(/** @type {DispositionChoice | null} */ (null));
  const isSaving = underWay.value.has("conclude");

  /** @param {DispositionChoice} choice */
  async function choose(choice) {
    if (choice.outcome === "callback") setPromising(choice);
    else if (choice.outcome !== "do_not_call" || (await isSure(call))) {
      await press("conclude", "dispositions", () => conclude(call.id, choice));
    }
  }
  const digitsWork = hasKeys && (call.isOver || digitsInCall.value);
  return html`<${Panel} title=${t("softphone.dispositions")} class="dispositions">
    <div class="disposition-grid" aria-busy=${isSaving ? "true" : undefined}>
      ${choices.map(
        (choice) => html`<${Choice} key=${choice.key} choice=${choice} isChosen=${call.disposition === choice.key}
        hasKey=${digitsWork} onChoose=${() => void choose(choice)} />`,
      )}
    </div>
    <p class="disposition-state" role="status">${
      call.disposition !== null &&
      html`<span aria-hidden="true">✓</span> ${t("softphone.dispositions.saved", {
        name: dispositionName(
          choices.find(({ key }) => key === call.disposition) ?? {
            key: call.disposition,
            label: call.dispositionLabel ?? call.disposition,
            is_own: true,
          },
        ),
      })}`
    }</p>
    <${Refusal} place="dispositions" />
    ${
      hasKeys &&
      html`<${Checkbox} isSwitch label=${t("softphone.dispositions.digits")} help=${t("softphone.dispositions.digitsHint")}
      checked=${digitsInCall.value} onChange=${(/** @type {boolean} */ on) => {
        digitsInCall.value = on;
        remember("softphone.digits", on);
      }} />`
    }
    ${promising && html`<${CallbackDialog} call=${call} choice=${promising} zone=${zone} onClose=${() => setPromising(null)} />`}
  <//>`;
}

/** @param {{choice: DispositionChoice, isChosen: boolean, hasKey: boolean, onChoose: () => void}} props */
function Choice({ choice, isChosen, hasKey, onChoose }) {
  const name = dispositionName(choice);
  const { digit } = choice;
  useShortcut(`disposition.${choice.key}`, {
    keys: digit === null ? "" : String(digit),
    label: name,
    enabled: hasKey && digit !== null,
    run: onChoose,
  });
  return html`<${Button} class=${`disposition disposition-${choice.outcome}`} aria-pressed=${String(isChosen)} onClick=${onChoose}>
    ${digit !== null && html`<kbd aria-hidden="true">${digit}</kbd>`}<span>${name}</span>
  <//>`;
}

/** Those that the product brings along are called so in every language. @param {{key: string, label: string, is_own: boolean}} choice */
export function dispositionName({ key, label, is_own: isOwn }) {
  const word = `softphone.disposition.${key}`;
  return !isOwn && hasWord(word) ? t(word) : label;
}

/** @param {DeskCall} call */
function isSure({ phone }) {
  return confirm({
    title: t("softphone.dispositions.doNotCallTitle"),
    text: t("softphone.dispositions.doNotCallText", { phone }),
    action: t("softphone.dispositions.doNotCallAction"),
    danger: true,
  });
}
