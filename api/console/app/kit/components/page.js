import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

// The first page is announced by the browser itself; each one after it by the focus on its title.
const ADDRESS_AT_START = location.hash;
let isFirstPage = true;

/**
 * A page: its title, which becomes the tab's as well, what can be done on all of it, and its content.
 * @param {{title: string, lead?: any, actions?: any, wide?: boolean, children?: any}} props
 */
export function Page({ title, lead, actions, wide = false, children }) {
  const heading = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => {
    document.title = `${title} · Dialer`;
  }, [title]);
  useEffect(() => {
    if (!isFirstPage || location.hash !== ADDRESS_AT_START) heading.current?.focus();
    isFirstPage = false;
  }, []);
  return html`<div class=${wide ? "page page-wide" : "page"}>
    <header class="page-head">
      <div>
        <h1 ref=${heading} tabindex="-1">${title}</h1>
        ${lead && html`<p class="page-lead">${lead}</p>`}
      </div>
      ${actions && html`<div class="actions">${actions}</div>`}
    </header>
    ${children}
  </div>`;
}
