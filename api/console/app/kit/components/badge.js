import { html } from "htm/preact";

/**
 * A state: a colour, an icon and a word, so that none of them alone has to tell it.
 * @param {{tone?: "ok" | "warn" | "bad" | "info" | "quiet", icon?: string, title?: string, children?: any}} props
 */
export function Badge({ tone = "quiet", icon = "●", title, children }) {
  return html`<span class=${`badge tone-${tone}`} title=${title}>
    <span class="icon" aria-hidden="true">${icon}</span>${children}
  </span>`;
}
