import { html } from "htm/preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

/** @typedef {{key: string, title: any}} Tab */

/**
 * Parts of a page, one of which is shown. Arrow keys, Home and End go from tab to tab.
 * @param {{label: string, tabs: Tab[], current: string, onChange: (key: string) => void, children?: any}} props
 */
export function Tabs({ label, tabs, current, onChange, children }) {
  const id = useId();
  const list = useRef(/** @type {HTMLDivElement | null} */ (null));
  // Where the row of tabs is wider than the screen, the chosen one is brought into sight.
  useLayoutEffect(() => {
    const row = list.current;
    /** @type {HTMLElement | null | undefined} */
    const chosen = row?.querySelector("[aria-selected=true]");
    if (row && chosen) row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }, [current]);
  /** @param {KeyboardEvent} event */
  const move = (event) => {
    const at = tabs.findIndex((tab) => tab.key === current);
    const places = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const place = places[/** @type {keyof typeof places} */ (event.key)];
    if (place === undefined) return;
    event.preventDefault();
    const next = (place + tabs.length) % tabs.length;
    onChange(tabs[next]?.key ?? current);
    /** @type {HTMLElement | undefined} */ (list.current?.children[next])?.focus();
  };
  return html`<div class="tabs">
    <div ref=${list} role="tablist" aria-label=${label} onKeyDown=${move}>
      ${tabs.map(
        (tab) => html`<button
          key=${tab.key}
          type="button"
          role="tab"
          id=${`${id}-${tab.key}`}
          aria-selected=${tab.key === current ? "true" : "false"}
          aria-controls=${`${id}-panel`}
          tabindex=${tab.key === current ? 0 : -1}
          onClick=${() => onChange(tab.key)}
        >
          ${tab.title}
        </button>`,
      )}
    </div>
    <div role="tabpanel" id=${`${id}-panel`} aria-labelledby=${`${id}-${current}`}>${children}</div>
  </div>`;
}
