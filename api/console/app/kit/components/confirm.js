import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { t } from "../words.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";

/**
 * @typedef {{title: string, text: any, action: string, danger?: boolean, typed?: string}} Question
 * With `typed`, that word has to be typed before the action can be chosen.
 */

/** @type {import("@preact/signals").Signal<(Question & {answer: (yes: boolean) => void}) | null>} */
const open = signal(null);

/** Ask before something is done that cannot be undone. @param {Question} question @returns {Promise<boolean>} */
export function confirm(question) {
  open.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (/** @type {boolean} */ yes) => {
      open.value = null;
      resolve(yes);
    };
    open.value = { ...question, answer };
  });
}

/** Where questions appear. Stands in the shell. */
export function ConfirmDialog() {
  const question = open.value;
  return question && html`<${OpenQuestion} key=${question.title} ...${question} />`;
}

/** @param {Question & {answer: (yes: boolean) => void}} props */
function OpenQuestion({ title, text, action, danger = false, typed, answer }) {
  const [word, setWord] = useState("");
  const isReady = typed === undefined || word.trim() === typed;
  const actions = html`
    <${Button} onClick=${() => answer(false)} autofocus=${danger}>${t("kit.cancel")}<//>
    <${Button} kind=${danger ? "danger" : "main"} disabled=${!isReady} autofocus=${!danger} onClick=${() => answer(true)}>
      ${action}
    <//>
  `;
  return html`<${Dialog} title=${title} isAlert onClose=${() => answer(false)} actions=${actions}>
    <div class="confirm-text">${text}</div>
    ${
      typed !== undefined &&
      html`<${Field} label=${t("kit.type_to_confirm", { word: typed })} value=${word} onInput=${setWord} autocomplete="off" />`
    }
  <//>`;
}
