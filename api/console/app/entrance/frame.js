import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

import { LANGUAGES, language, speak, t } from "../kit/words.js";

/**
 * A page for somebody who is not in yet: one thing to do, and the language to do it in. The focus goes to the first
 * field, or to the title where there is nothing to fill in.
 * @param {{title: string, lead?: any, children?: any, below?: any, isWide?: boolean}} props
 */
export function Frame({ title, lead, children, below, isWide = false }) {
  const card = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    document.title = `${title} · ${t("entrance.brand")}`;
  }, [title]);
  useEffect(() => {
    const field = card.current?.querySelector("input:not([hidden]):not([readonly])");
    const target = field ?? card.current?.querySelector("h1");
    /** @type {HTMLElement | null | undefined} */ (target)?.focus();
  }, []);
  return html`<div class="entrance">
    <p class="entrance-brand"><span class="entrance-mark" aria-hidden="true"></span>${t("entrance.brand")}</p>
    <div ref=${card} class=${isWide ? "entrance-card entrance-wide" : "entrance-card"}>
      <h1 tabindex="-1">${title}</h1>
      ${lead && html`<p class="entrance-lead">${lead}</p>`} ${children}
      ${below && html`<div class="entrance-below">${below}</div>`}
    </div>
    <${LanguageChoice} />
  </div>`;
}

/** Each language by its own name, so that whoever cannot read this one finds theirs. */
function LanguageChoice() {
  return html`<nav class="entrance-languages" aria-label=${t("entrance.language")}>
    ${Object.entries(LANGUAGES).map(
      ([tag, name]) => html`<button
        key=${tag}
        type="button"
        lang=${tag}
        aria-pressed=${language.value === tag ? "true" : "false"}
        onClick=${() => speak(/** @type {import("../kit/words.js").Language} */ (tag))}
      >
        ${name}
      </button>`,
    )}
  </nav>`;
}
