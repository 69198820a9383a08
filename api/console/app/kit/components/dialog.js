import { html } from "htm/preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { t } from "../words.js";
import { Button } from "./button.js";

const FILLABLE = ":is(input, select, textarea):not([hidden], [disabled], [readonly], [type=checkbox], [type=radio])";

/**
 * A window over the page, for as long as it is rendered. Esc, its cross and a click beside it call `onClose`; the focus
 * goes back to where it was.
 * @param {{title: string, onClose: () => void, actions?: any, class?: string, isAlert?: boolean, children?: any}} props
 */
export function Dialog({ title, onClose, actions, class: name = "", isAlert = false, children }) {
  const id = useId();
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // A text that is selected by dragging may end beside the window: only what began there closes it.
  const hasBegunBeside = useRef(false);
  const isOpen = useRef(true);
  useEffect(() => {
    const shown = dialog.current;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    shown?.showModal();
    // The first thing to fill in rather than the cross, unless its owner says where to begin.
    /** @type {HTMLElement | null | undefined} */ (
      shown?.querySelector(`[autofocus], .dialog-body ${FILLABLE}`)
    )?.focus();
    isOpen.current = true;
    return () => {
      isOpen.current = false;
      shown?.close();
      // What opened it may be gone with what was decided.
      const back = before?.isConnected && before !== document.body ? before : document.querySelector("h1");
      /** @type {HTMLElement | null} */ (back)?.focus();
    };
  }, []);
  // Browsers close it without asking when Esc is pressed twice; if its owner keeps it, it is shown again.
  const closed = () => {
    if (!isOpen.current) return;
    onClose();
    setTimeout(() => isOpen.current && !dialog.current?.open && dialog.current?.showModal());
  };
  return html`<dialog
    ref=${dialog}
    class=${`dialog ${name}`}
    role=${isAlert ? "alertdialog" : undefined}
    aria-labelledby=${id}
    onCancel=${(/** @type {Event} */ event) => {
      // A file chooser inside that is left without a choice says so to everything around it.
      if (event.target !== dialog.current) return;
      event.preventDefault();
      onClose();
    }}
    onClose=${closed}
    onPointerDown=${(/** @type {PointerEvent} */ event) => {
      hasBegunBeside.current = event.target === dialog.current;
    }}
    onClick=${(/** @type {MouseEvent} */ event) => {
      if (event.target === dialog.current && hasBegunBeside.current) onClose();
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
