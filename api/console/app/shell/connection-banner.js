import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { connection } from "../kit/socket.js";
import { t } from "../kit/words.js";

const PATIENCE_MS = 1_500;

/** Says that what is shown may be old, once the connection has been gone for a moment. Lies over the page, moves nothing. */
export function ConnectionBanner() {
  const isGone = connection.value !== "online";
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!isGone) return undefined;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isGone]);
  return html`<div class="connection-banner" role="status" data-connection=${connection.value}>
    ${isGone && isLong && html`<p class="tone-warn"><span class="icon" aria-hidden="true">⟳</span> ${t("kit.connection_lost")}</p>`}
  </div>`;
}
