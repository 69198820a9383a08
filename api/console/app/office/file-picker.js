import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";

import { formatNumber, t } from "../kit/words.js";

/**
 * One file: chosen, or dropped on the field.
 * @param {{label: string, accept: string, file: File | null, onPick: (file: File | null) => void, error?: string | null, help?: string}} props
 */
export function FilePicker({ label, accept, file, onPick, error, help }) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  /** @param {DragEvent} event */
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    onPick(event.dataTransfer?.files[0] ?? null);
  };
  /** @param {boolean} isOn @returns {(event: DragEvent) => void} */
  const drag = (isOn) => (event) => {
    event.preventDefault();
    setOver(isOn);
  };
  return html`<div class=${isOver ? "field file-picker file-over" : "field file-picker"} onDragOver=${drag(true)} onDragLeave=${drag(false)} onDrop=${drop}>
    <label for=${id}>${label} <span class="field-help-inline">${t("office.dropped")}</span></label>
    <input
      id=${id}
      type="file"
      accept=${accept}
      aria-invalid=${error ? "true" : undefined}
      aria-describedby=${described}
      onChange=${(/** @type {any} */ event) => onPick(event.currentTarget.files[0] ?? null)}
    />
    ${file && html`<p class="file-name"><strong>${file.name}</strong> <span class="figure">${size(file.size)}</span></p>`}
    ${help && html`<small id=${`${id}-help`} class="field-help">${help}</small>`}
    ${error && html`<small id=${`${id}-error`} class="field-error" role="alert">${error}</small>`}
  </div>`;
}

/** @param {number} bytes */
function size(bytes) {
  const unit = bytes < 1_000 ? "byte" : bytes < 1_000_000 ? "kilobyte" : "megabyte";
  const value = bytes / { byte: 1, kilobyte: 1_000, megabyte: 1_000_000 }[unit];
  return formatNumber(value, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
}
