import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

import { withInstants } from "../time.js";
import { t } from "../words.js";
import { Button } from "./button.js";

const SHOWN_MS = 6_000;
let last = 0;

/** @typedef {{id: number, text: string, tone: "ok" | "bad" | "info"}} Notice */

const notices = signal(/** @type {Notice[]} */ ([]));

/** Say what happened. What went wrong stays until it is dismissed. @param {string} text @param {"ok" | "bad" | "info"} [tone] */
export function notify(text, tone = "ok") {
  last += 1;
  const id = last;
  notices.value = [...notices.value.filter((notice) => notice.text !== text).slice(-3), { id, text, tone }];
  if (tone !== "bad") setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Where notices appear. Stands in the shell; there before the first notice, or readers of screens would not hear it. */
export function Notices() {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const shown = notices.value;
  useEffect(() => {
    if (!("popover" in HTMLElement.prototype)) return;
    // What is opened last lies on top: a notice over the dialog that it comes from.
    const isCovered = document.querySelector("dialog[open]") !== null && shown.length > 0;
    if (isCovered && box.current?.matches(":popover-open")) box.current.hidePopover();
    if (!box.current?.matches(":popover-open")) box.current?.showPopover();
  }, [shown]);
  return html`<div ref=${box} popover="manual" class="notices" role="status" aria-live="polite">
    ${shown.map(
      (notice) => html`<div key=${notice.id} class=${`notice tone-${notice.tone}`}>
        <span class="icon" aria-hidden="true">${{ ok: "✓", bad: "!", info: "i" }[notice.tone]}</span>
        <span>${withInstants(notice.text)}</span>
        <${Button} kind="quiet" icon="✕" label=${t("kit.dismiss")} onClick=${() => dismiss(notice.id)} />
      </div>`,
    )}
  </div>`;
}

/** @param {number} id */
function dismiss(id) {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}
