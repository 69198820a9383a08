import { html } from "htm/preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { t } from "../words.js";
import { Button } from "./button.js";

/**
 * A window over the page, for as long as it is rendered. Esc, its cross and a click beside it call `onClose`; the focus
 * goes back to where it was.
 * @param {{title: string, onClose: () => void, actions?: any, class?: string, isAlert?: boolean, children?: any}} props
 */
export function Dialog({ title, onClose, actions, class: name = "", isAlert = false, children }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.current?.showModal();
    return () => {
      dialog.current?.close();
      before?.focus?.();
    };
  }, []);
  return html`<dialog
    ref=${dialog}
    class=${`dialog ${name}`}
    role=${isAlert ? "alertdialog" : undefined}
    aria-labelledby=${id}
    onCancel=${(/** @type {Event} */ event) => {
      event.preventDefault();
      onClose();
    }}
    onClick=${(/** @type {MouseEvent} */ event) => {
      if (event.target === dialog.current) onClose();
    }}
  >
    <article>
      <header class="dialog-head">
        <h2 id=${id}>${title}</h2>
        <${Button} kind="quiet" icon="✕" label=${t("kit.close")} onClick=${onClose} />
      </header>
      <div class="dialog-body">${children}</div>
      ${actions && html`<footer class="actions">${actions}</footer>`}
    </article>
  </dialog>`;
}
