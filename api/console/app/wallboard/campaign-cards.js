import { useComputed } from "@preact/signals";
import { html } from "htm/preact";

import { Badge } from "../kit/components/badge.js";
import { Panel } from "../kit/components/panel.js";
import { Progress } from "../kit/components/progress.js";
import { href } from "../kit/router.js";
import { withInstants } from "../kit/time.js";
import { formatNumber, formatShare, hasWord, t } from "../kit/words.js";
import { AccountBar } from "./account-bar.js";
import { Age } from "./age.js";

/** @typedef {import("./board.js").Board} Board */
/** @typedef {import("./board.js").BoardCampaign} Campaign */

/** @type {Record<string, {tone: "ok" | "warn" | "bad" | "info" | "quiet", icon: string}>} */
const STATUSES = {
  active: { tone: "ok", icon: "▶" },
  paused: { tone: "warn", icon: "❚❚" },
  scheduled: { tone: "info", icon: "◷" },
  completed: { tone: "quiet", icon: "✓" },
  cancelled: { tone: "quiet", icon: "✕" },
};

/** The campaigns on the floor, each with what it does and why. @param {{board: Board}} props */
export function CampaignCards({ board }) {
  const order = useComputed(() =>
    board.campaigns.revision.value < 0 ? [] : board.campaigns.all.map((each) => each.id),
  );
  return html`<${Panel} title=${t("wallboard.campaigns")}>
    ${
      order.value.length === 0
        ? html`<p class="wb-none">${t("wallboard.no_campaigns_text")} <a href=${href("/campaigns")}>${t("wallboard.to_campaigns")}</a></p>`
        : html`<div class="wb-cards">${order.value.map((id) => html`<${CampaignCard} key=${id} id=${id} board=${board} />`)}</div>`
    }
  <//>`;
}

/** @param {{id: string, board: Board}} props */
function CampaignCard({ id, board }) {
  const campaign = board.campaigns.of(id)?.value;
  if (!campaign) return null;
  const look = STATUSES[campaign.status] ?? { tone: "quiet", icon: "○" };
  const { lines, last_hour: hour } = campaign;
  return html`<article class="wb-card" data-campaign=${id} aria-label=${campaign.name}>
    <header>
      <h3><a href=${href(`/campaigns/${id}`)}>${campaign.name}</a></h3>
      <${Badge} tone=${look.tone} icon=${look.icon}>${t(`wallboard.status.${campaign.status}`)}<//>
      <span class="wb-quiet">${t(`wallboard.dial.${campaign.dial_mode}`)}</span>
    </header>
    <${Leads} leads=${campaign.leads} />
    <dl class="wb-states">
      <${Pair} name=${t("wallboard.dialling")} value=${formatNumber(lines.dialling)} />
      <${Pair} name=${t("wallboard.talking")} value=${formatNumber(lines.talking)} />
      <${Pair} name=${t("wallboard.waiting")} value=${formatNumber(lines.waiting)} />
      <${Pair} name=${t("wallboard.per_minute")} value=${formatNumber(campaign.dialing_rate)} />
      <${Pair} name=${t("wallboard.answer_rate")} value=${formatShare(hour.answer_rate, 0)} />
    </dl>
    <${AccountBar} account=${campaign.abandonment} />
    <${Decision} campaign=${campaign} />
  </article>`;
}

/** @param {{name: string, value: string}} props */
function Pair({ name, value }) {
  return html`<div><dt>${name}</dt><dd class="figure">${value}</dd></div>`;
}

/** @param {{leads: Campaign["leads"]}} props */
function Leads({ leads }) {
  if (!leads) return html`<p class="wb-note">${t("wallboard.leads_uncounted")}</p>`;
  return html`<div>
    <${Progress} label=${t("wallboard.progress")} value=${leads.done} max=${leads.total} />
    <p class="wb-note figure">
      ${t("wallboard.leads_words", { done: leads.done, total: leads.total, ready: leads.ready, waiting: leads.waiting, attempts: leads.attempts })}
    </p>
  </div>`;
}

/** Why it dials as it does, in words. @param {{campaign: Campaign}} props */
function Decision({ campaign }) {
  const decision = campaign.last_decision;
  const note = campaign.note && withInstants(campaign.note);
  if (!decision)
    return html`<p class="wb-decision wb-note" title=${note ?? undefined}>${t("wallboard.no_decision")}</p>`;
  const key = `wallboard.bound.${decision.bound_by}`;
  return html`<div class="wb-decision" data-bound-by=${decision.bound_by}>
    <p>
      <strong>${decision.planned > 0 ? t("wallboard.placed_calls", { n: decision.planned }) : t("wallboard.placed_none")}</strong>
      ${" "}${hasWord(key) ? t(key) : (note ?? decision.bound_by)}
    </p>
    <p class="wb-note figure">
      ${t("wallboard.wanted_allowed", { wanted: decision.wanted, allowed: decision.allowed })}
      ${" · "}<${Age} key=${decision.at} since=${decision.at} />
      ${
        decision.effective_mode !== campaign.dial_mode &&
        html` · <span class="wb-bad">${t("wallboard.dials_otherwise", { mode: hasWord(`wallboard.dial.${decision.effective_mode}`) ? t(`wallboard.dial.${decision.effective_mode}`) : decision.effective_mode })}</span>`
      }
    </p>
    ${decision.why.length > 0 && html`<ul class="wb-why" lang="en">${decision.why.map((why) => html`<li key=${why}>${withInstants(why)}</li>`)}</ul>`}
  </div>`;
}
