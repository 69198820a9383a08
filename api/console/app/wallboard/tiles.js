import { html } from "htm/preact";

import { formatNumber, formatShare, t } from "../kit/words.js";
import { Age } from "./age.js";
import { AccountBar } from "./account-bar.js";
import { AGENT_STATES, CALL_STATES, toneOfAccount } from "./thresholds.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./board.js").BoardTotals} Totals */

/** Everything in one look. @param {{board: Board}} props */
export function Tiles({ board }) {
  const totals = board.totals.value;
  if (totals === null)
    return html`<div class="wb-tiles" aria-busy="true">${Array.from({ length: 12 }, (_, i) => html`<div key=${i} class="wb-tile wb-awaited"></div>`)}</div>`;
  return html`<div class="wb-tiles">
    <${AgentTiles} board=${board} totals=${totals} />
    <${WaitingTile} totals=${totals} />
    <${AbandonmentTile} board=${board} totals=${totals} />
    <${Figure} name="occupancy" title=${t("wallboard.occupancy")} value=${formatShare(totals.occupancy_now, 0)}
      note=${t("wallboard.last_hour_value", { value: formatShare(totals.occupancy_last_hour, 0) })} />
    <${Figure} name="answer-rate" title=${t("wallboard.answer_rate")} value=${formatShare(totals.last_hour.answer_rate, 0)}
      note=${t("wallboard.answered_of", { answered: totals.last_hour.answered, placed: totals.last_hour.placed })} />
    <${Figure} name="dialing-rate" title=${t("wallboard.dialing_rate")} value=${formatNumber(totals.dialing_rate)}
      note=${t("wallboard.calls_last_minute")} />
    <${CallsTile} totals=${totals} />
  </div>`;
}

/** @param {{board: Board, totals: Totals}} props */
function AgentTiles({ board, totals }) {
  const longest = longestByState(board);
  return Object.entries(AGENT_STATES).map(([state, look]) => {
    const count = totals.agents_by_state[/** @type {keyof Totals["agents_by_state"]} */ (state)] ?? 0;
    const since = longest.get(state);
    return html`<section key=${state} class=${`wb-tile wb-tone-${count ? look.tone : "quiet"}`} data-figure=${`agents-${state}`}>
      <h3><span class="icon" aria-hidden="true">${look.icon}</span> ${t(`wallboard.agent.${state}`)}</h3>
      <p class="wb-figure figure">${formatNumber(count)}</p>
      <p class="wb-note">
        ${
          since && state !== "offline"
            ? html`${t("wallboard.longest")} <${Age} key=${since} since=${since} warnAfter=${look.warnAfter} badAfter=${look.badAfter} />`
            : "\u00a0"
        }
      </p>
    </section>`;
  });
}

/** Since when the one who has been in a state longest has been in it. @param {Board} board */
function longestByState(board) {
  /** @type {Map<string, string>} */
  const longest = new Map();
  if (board.agents.revision.value < 0) return longest;
  for (const { state, since } of board.agents.all) {
    const before = longest.get(state);
    if (before === undefined || Date.parse(since) < Date.parse(before)) longest.set(state, since);
  }
  return longest;
}

/** @param {{totals: Totals}} props */
function WaitingTile({ totals }) {
  const { waiting, waiting_since: since } = totals.lines;
  return html`<section class=${`wb-tile wb-tone-${waiting ? "bad" : "ok"}`} data-figure="waiting">
    <h3><span class="icon" aria-hidden="true">◔</span> ${t("wallboard.waiting")}</h3>
    <p class="wb-figure figure">${formatNumber(waiting)}</p>
    <p class="wb-note">
      ${since ? html`${t("wallboard.longest")} <${Age} key=${since} since=${since} warnAfter=${1} badAfter=${2} />` : t("wallboard.nobody_waits")}
    </p>
  </section>`;
}

/** The account that is nearest to its limit, for that is the one to look at. @param {{board: Board, totals: Totals}} props */
function AbandonmentTile({ board, totals }) {
  const worst = nearestToLimit(board);
  const tone = worst ? toneOfAccount(worst.abandonment) : "quiet";
  return html`<section class=${`wb-tile wb-tile-double wb-tone-${tone}`} data-figure="abandonment">
    <h3><span class="icon" aria-hidden="true">⚑</span> ${t("wallboard.abandonment")}</h3>
    <p class="wb-figure figure">${formatShare(totals.last_hour.abandonment_rate)} <small>${t("wallboard.last_hour")}</small></p>
    ${
      worst
        ? html`<${AccountBar} account=${worst.abandonment} name=${worst.name} />`
        : html`<p class="wb-note">${t("wallboard.no_campaigns")}</p>`
    }
  </section>`;
}

/** @param {Board} board */
function nearestToLimit(board) {
  if (board.campaigns.revision.value < 0) return null;
  const dialling = board.campaigns.all.filter(
    (campaign) => campaign.status === "active" || campaign.status === "paused",
  );
  const used = (/** @type {import("./board.js").BoardCampaign} */ { abandonment }) =>
    (abandonment.rate ?? 0) / abandonment.max_rate;
  return dialling.sort((a, b) => used(b) - used(a) || a.abandonment.budget_left - b.abandonment.budget_left)[0] ?? null;
}

/** @param {{totals: Totals}} props */
function CallsTile({ totals }) {
  return html`<section class="wb-tile wb-tile-row" data-figure="calls">
    <h3><span class="icon" aria-hidden="true">☎</span> ${t("wallboard.calls")}</h3>
    <dl class="wb-states">
      ${Object.entries(CALL_STATES).map(([state, look]) => {
        const count = totals.calls_by_state[/** @type {keyof Totals["calls_by_state"]} */ (state)] ?? 0;
        return html`<div key=${state} data-figure=${`calls-${state}`}>
          <dt><span class="icon" aria-hidden="true">${look.icon}</span> ${t(`wallboard.call.${state}`)}</dt>
          <dd class="figure">${formatNumber(count)}</dd>
        </div>`;
      })}
    </dl>
  </section>`;
}

/** @param {{name: string, title: string, value: string, note: string}} props */
function Figure({ name, title, value, note }) {
  return html`<section class="wb-tile" data-figure=${name}>
    <h3>${title}</h3>
    <p class="wb-figure figure">${value}</p>
    <p class="wb-note figure">${note}</p>
  </section>`;
}
