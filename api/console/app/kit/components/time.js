import { html } from "htm/preact";

import { formatDate, formatInstant, formatTime, viewerZone } from "../time.js";

/**
 * An instant in the viewer's zone; with `zone`, that of the person it is about beside it.
 * @param {{at: string | null | undefined, zone?: string | null, kind?: "instant" | "date" | "time"}} props
 */
export function Time({ at, zone, kind = "instant" }) {
  if (!at) return html`<span>–</span>`;
  const write = { instant: formatInstant, date: formatDate, time: formatTime }[kind];
  const isElsewhere = zone && zone !== viewerZone;
  return html`<time datetime=${at}>
    ${write(at)}${isElsewhere && html` <span class="other-zone">${write(at, { zone, withZone: true })}</span>`}
  </time>`;
}
