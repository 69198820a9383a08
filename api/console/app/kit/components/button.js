import { html } from "htm/preact";

/**
 * A button that cannot be pressed twice while what it does is being done. It keeps its place and its focus then.
 * @param {{
 *   onClick?: (event: MouseEvent) => void, kind?: "main" | "plain" | "danger" | "quiet", type?: "button" | "submit",
 *   isBusy?: boolean, disabled?: boolean, icon?: string, label?: string, class?: string, children?: any,
 *   [other: string]: any,
 * }} props  `label` names a button that shows an icon alone; `icon` is a character.
 */
export function Button({
  onClick,
  kind = "plain",
  type = "button",
  isBusy = false,
  disabled = false,
  icon,
  label,
  class: name = "",
  children,
  ...rest
}) {
  /** @param {MouseEvent} event */
  const press = (event) => {
    if (isBusy) event.preventDefault();
    else onClick?.(event);
  };
  return html`<button
    ...${rest}
    type=${type}
    class=${`button button-${kind} ${name}`}
    disabled=${disabled}
    aria-busy=${isBusy ? "true" : undefined}
    aria-label=${label}
    title=${label}
    onClick=${press}
  >
    ${icon && html`<span class="icon" aria-hidden="true">${icon}</span>`}${children}
  </button>`;
}
