import { html } from "htm/preact";
import { useId, useRef, useState } from "preact/hooks";

import { t } from "../kit/words.js";

/** Where a file is dropped or chosen. @param {{file: File | null, onFile: (file: File) => void, disabled?: boolean}} props */
export function FileDrop({ file, onFile, disabled = false }) {
  const id = useId();
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [isOver, setOver] = useState(false);
  /** @param {FileList | null | undefined} files */
  const take = (files) => {
    const first = files?.[0];
    if (first && !disabled) onFile(first);
  };
  return html`<div
    class=${`file-drop ${isOver ? "is-over" : ""}`}
    onDragOver=${(/** @type {DragEvent} */ event) => {
      event.preventDefault();
      setOver(true);
    }}
    onDragLeave=${() => setOver(false)}
    onDrop=${(/** @type {DragEvent} */ event) => {
      event.preventDefault();
      setOver(false);
      take(event.dataTransfer?.files);
    }}
  >
    <label for=${id}>
      <span class="icon" aria-hidden="true">⇪</span>
      <span class="file-drop-title">${file ? `${file.name} (${sizeOf(file.size)})` : t("imports.drop")}</span>
      <small>${file ? t("imports.drop_other") : t("imports.kinds")}</small>
    </label>
    <input
      ref=${input}
      id=${id}
      type="file"
      accept=".csv,.tsv,.txt,.xlsx"
      disabled=${disabled}
      onChange=${(/** @type {any} */ event) => {
        take(event.currentTarget.files);
        event.currentTarget.value = "";
      }}
    />
  </div>`;
}

/** @param {number} bytes */
export function sizeOf(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  const step = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step > 1 ? 1 : 0)} ${units[step]}`;
}
