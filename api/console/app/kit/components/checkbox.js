import { html } from "htm/preact";
import { useId } from "preact/hooks";

/**
 * Yes or no.
 * @param {{label: any, checked: boolean, onChange: (checked: boolean) => void, help?: any, isSwitch?: boolean, [other: string]: any}} props
 */
export function Checkbox({ label, checked, onChange, help, isSwitch = false, ...rest }) {
  const id = useId();
  return html`<div class="field checkbox">
    <label for=${id}>
      <input
        ...${rest}
        id=${id}
        type="checkbox"
        role=${isSwitch ? "switch" : undefined}
        checked=${checked}
        onChange=${(/** @type {any} */ event) => onChange(event.currentTarget.checked)}
        aria-describedby=${help ? `${id}-help` : undefined}
      />
      <span>${label}</span>
    </label>
    ${help && html`<small id=${`${id}-help`} class="field-help">${help}</small>`}
  </div>`;
}
