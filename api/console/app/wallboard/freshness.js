import { useComputed } from "@preact/signals";
import { html } from "htm/preact";

import { connection } from "../kit/socket.js";
import { formatDuration, now } from "../kit/time.js";
import { t } from "../kit/words.js";
import { SILENCE_MS } from "./board.js";

/** @typedef {import("./board.js").Board} Board */

/** As of when the board is true: small while it is fresh, and not to be overlooked when it is not. @param {{board: Board}} props */
export function Freshness({ board }) {
  const seconds = useComputed(() =>
    board.at.value ? Math.max(0, Math.floor((now.value - Date.parse(board.at.value)) / 1_000)) : null,
  );
  const trouble = useComputed(() => {
    if (board.problem.value) return board.problem.value;
    if (board.at.value === null) return null;
    if (connection.value !== "online") return "connection";
    return now.value - board.heardAt.value > SILENCE_MS ? "silence" : null;
  });
  const age = useComputed(() => (seconds.value === null ? "–" : formatDuration(seconds.value)));
  return html`<div class="wb-freshness">
    <p class="wb-as-of figure" data-figure="as-of" data-at=${board.at.value}>${t("wallboard.as_of")} <span>${age}</span></p>
    <div role="status">
      ${
        trouble.value !== null &&
        html`<p class="wb-stale tone-bad" data-stale=${trouble.value}>
        <span class="icon" aria-hidden="true">!</span> <strong>${t("wallboard.stale")}</strong> ${t(`wallboard.stale.${trouble.value}`)}
      </p>`
      }
    </div>
  </div>`;
}
