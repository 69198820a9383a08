import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { t } from "../kit/words.js";
import { waitSentence, waitWords } from "./refusals.js";

/**
 * The fields and the one button of a page at the entrance, with what is wrong above them.
 * @param {{form: ReturnType<typeof import("./refusals.js").useForm>, action: string, children?: any, after?: any}} props
 */
export function Form({ form, action, children, after }) {
  return html`<form class="entrance-form" method="post" onSubmit=${form.submit} novalidate>
    <${Trouble} form=${form} />
    ${children}
    <${Button} type="submit" kind="main" class="entrance-do" isBusy=${form.isBusy} disabled=${form.waits > 0}>
      ${form.waits > 0 ? waitWords(form.waits) : action}
    <//>
    ${after}
  </form>`;
}

/**
 * Told once to readers of screens: the wait is named as it was when it began, and the button counts it down.
 * @param {{form: ReturnType<typeof import("./refusals.js").useForm>}} props
 */
export function Trouble({ form }) {
  const wait = form.waits > 0 ? waitSentence(form.waitSeconds) : null;
  const isOver = form.waitSeconds > 0 && form.waits === 0;
  const text = form.trouble ?? wait ?? (isOver ? t("entrance.waitOver") : null);
  return html`<div role="alert">
    ${
      text &&
      html`<p class=${`entrance-trouble ${isOver ? "tone-info" : "tone-bad"}`}>
      <span class="icon" aria-hidden="true">${isOver ? "i" : "!"}</span> ${text}
    </p>`
    }
  </div>`;
}
