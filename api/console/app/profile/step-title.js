import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

/** The title of a step that has taken the place of another: gets the focus, so that nobody loses theirs. @param {{level?: 2 | 3, children?: any}} props */
export function StepTitle({ level = 3, children }) {
  const title = useRef(/** @type {HTMLHeadingElement | null} */ (null));
  useEffect(() => title.current?.focus(), []);
  return html`<${`h${level}`} ref=${title} tabindex="-1">${children}<//>`;
}
