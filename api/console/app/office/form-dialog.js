import { html } from "htm/preact";
import { useId } from "preact/hooks";

import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { Problem } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { t } from "../kit/words.js";

/** @typedef {(field: string) => string | null} ProblemOf  What the server said of a field. */

/**
 * A window with something to fill in. It closes when `act` has succeeded; a refusal is shown at the field it is about,
 * or above the buttons if no field shows it.
 * @param {{
 *   title: string, action: string, onClose: () => void, act: () => Promise<unknown>, danger?: boolean,
 *   isReady?: boolean, class?: string, children: (problemOf: ProblemOf) => any,
 * }} props
 */
export function FormDialog({ title, action, onClose, act, danger = false, isReady = true, class: name, children }) {
  const id = useId();
  const doing = useAction(act);
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (await doing.run()) onClose();
  };
  const { content, rest } = withProblems(doing.error, children);
  const actions = html`
    <${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button} type="submit" form=${id} kind=${danger ? "danger" : "main"} isBusy=${doing.isBusy} disabled=${!isReady}>
      ${action}
    <//>
  `;
  return html`<${Dialog} title=${title} onClose=${onClose} actions=${actions} class=${name}>
    <form id=${id} class="office-form" onSubmit=${submit} novalidate>
      ${content}
      <${Problem} error=${rest} />
    </form>
  <//>`;
}

/**
 * A form that stays on its page. Its button stands below, its refusals at the fields.
 * @param {{
 *   action: string, act: () => Promise<unknown>, isReady?: boolean, more?: any, children: (problemOf: ProblemOf) => any,
 * }} props
 */
export function PageForm({ action, act, isReady = true, more, children }) {
  const doing = useAction(act);
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    void doing.run();
  };
  const { content, rest } = withProblems(doing.error, children);
  return html`<form class="office-form" onSubmit=${submit} novalidate>
    ${content}
    <${Problem} error=${rest} />
    <div class="actions">
      <${Button} type="submit" kind="main" isBusy=${doing.isBusy} disabled=${!isReady}>${action}<//>
      ${more}
    </div>
  </form>`;
}

/**
 * What the fields show of an error, and the error itself if they show nothing of it.
 * @param {import("../kit/api.js").ApiError | null} error
 * @param {(problemOf: ProblemOf) => any} render
 */
function withProblems(error, render) {
  let isShown = false;
  const content = render((field) => {
    const message = error?.of(field) ?? null;
    isShown ||= message !== null;
    return message;
  });
  return { content, rest: isShown ? null : error };
}
