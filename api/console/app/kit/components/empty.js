import { html } from "htm/preact";

/** Where there is nothing yet: says so, and what to do next. @param {{title: string, icon?: string, children?: any, action?: any}} props */
export function Empty({ title, icon = "○", children, action }) {
  return html`<div class="empty">
    <span class="icon" aria-hidden="true">${icon}</span>
    <p class="empty-title">${title}</p>
    ${children && html`<div class="empty-text">${children}</div>`}
    ${action && html`<div class="actions">${action}</div>`}
  </div>`;
}
