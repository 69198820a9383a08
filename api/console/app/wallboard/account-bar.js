import { html } from "htm/preact";
import { useId } from "preact/hooks";

import { formatShare, t } from "../kit/words.js";
import { toneOfAccount } from "./thresholds.js";

/** @typedef {import("../kit/shapes.js").Schema<"WallboardAbandonmentOut">} Account */

/**
 * A campaign's abandonments against what its limit allows, and what is left.
 * @param {{account: Account, name?: string}} props
 */
export function AccountBar({ account, name }) {
  const id = useId();
  const { rate, max_rate, budget_left, abandoned, live_answers, is_exhausted } = account;
  const used = max_rate > 0 ? Math.min(1, (rate ?? 0) / max_rate) : 1;
  const left = is_exhausted
    ? t("wallboard.budget_gone")
    : live_answers === 0
      ? t("wallboard.budget_unknown")
      : t("wallboard.budget_left", { n: budget_left });
  return html`<div class="wb-account" data-tone=${toneOfAccount(account)}>
    <p id=${id} class="wb-note figure">
      ${name && html`<strong>${name}</strong> `}${t("wallboard.rate_of_limit", { rate: formatShare(rate), limit: formatShare(max_rate) })}
      ${" "}<span class="wb-ledger">${t("wallboard.abandoned_of", { abandoned, answers: live_answers })}</span>
    </p>
    <div class="wb-bar" role="meter" aria-labelledby=${id} aria-valuemin="0" aria-valuemax="100"
      aria-valuenow=${Math.round(used * 100)} aria-valuetext=${left}>
      <span style=${{ width: `${used * 100}%` }}></span>
    </div>
    <p class="wb-budget figure" data-figure="budget-left">${left}</p>
  </div>`;
}
