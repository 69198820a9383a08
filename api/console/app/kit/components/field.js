import { html } from "htm/preact";
import { useId } from "preact/hooks";

/**
 * One thing to fill in, with its label, help, and what is wrong with it.
 * @param {{
 *   label: string, value?: any, onInput?: (value: string) => void, error?: string | null, help?: any, type?: string,
 *   rows?: number, required?: boolean, class?: string, after?: any, [other: string]: any,
 * }} props  With `rows` it is a text of several lines. `after` stands beside it: a unit, a button.
 */
export function Field({
  label,
  value = "",
  onInput,
  error,
  help,
  type = "text",
  rows,
  class: name = "",
  after,
  ...rest
}) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const shared = {
    ...rest,
    id,
    value,
    onInput: (/** @type {any} */ event) => onInput?.(event.currentTarget.value),
    "aria-invalid": error ? "true" : undefined,
    "aria-describedby": described,
  };
  return html`<div class=${`field ${name}`}>
    <label for=${id}>${label}</label>
    <div class="field-line">
      ${rows ? html`<textarea ...${shared} rows=${rows}></textarea>` : html`<input ...${shared} type=${type} />`}
      ${after}
    </div>
    ${help && html`<small id=${`${id}-help`} class="field-help">${help}</small>`}
    ${error && html`<small id=${`${id}-error`} class="field-error" role="alert">${error}</small>`}
  </div>`;
}
