import { html } from "htm/preact";
import { useId } from "preact/hooks";

/**
 * A part of a page under a heading of its own.
 * @param {{title?: string, actions?: any, level?: 2 | 3, class?: string, children?: any}} props
 */
export function Panel({ title, actions, level = 2, class: name = "", children }) {
  const id = useId();
  return html`<section class=${`panel ${name}`} aria-labelledby=${title ? id : undefined}>
    ${
      (title || actions) &&
      html`<header class="panel-head">
      ${title && html`<${`h${level}`} id=${id}>${title}<//>`}
      ${actions && html`<div class="actions">${actions}</div>`}
    </header>`
    }
    ${children}
  </section>`;
}
