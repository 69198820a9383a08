import { html } from "htm/preact";
import { useId } from "preact/hooks";

/** @typedef {{value: string, label: string, disabled?: boolean}} Option */

/**
 * A choice among a few.
 * @param {{
 *   label: string, value: string, options: Option[], onChange: (value: string) => void, error?: string | null,
 *   help?: any, class?: string, isLabelHidden?: boolean, [other: string]: any,
 * }} props
 */
export function Select({
  label,
  value,
  options,
  onChange,
  error,
  help,
  class: name = "",
  isLabelHidden = false,
  ...rest
}) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class=${`field ${name}`}>
    <label for=${id} class=${isLabelHidden ? "only-for-readers" : ""}>${label}</label>
    <select
      ...${rest}
      id=${id}
      value=${value}
      onChange=${(/** @type {any} */ event) => onChange(event.currentTarget.value)}
      aria-invalid=${error ? "true" : undefined}
      aria-describedby=${described}
    >
      ${options.map(
        (option) =>
          html`<option key=${option.value} value=${option.value} disabled=${option.disabled} selected=${option.value === value}>
            ${option.label}
          </option>`,
      )}
    </select>
    ${help && html`<small id=${`${id}-help`} class="field-help">${help}</small>`}
    ${error && html`<small id=${`${id}-error`} class="field-error" role="alert">${error}</small>`}
  </div>`;
}
