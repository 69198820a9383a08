import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { notify } from "../kit/components/notify.js";
import { Problem } from "../kit/components/problem.js";
import { Progress } from "../kit/components/progress.js";
import { useAction } from "../kit/resource.js";
import { formatNumber, t } from "../kit/words.js";
import { BulkDialog } from "./bulk-dialog.js";
import { bulkFilterOf } from "./lead-wish.js";

/** @typedef {import("../kit/shapes.js").Schema<"BulkJobOut">} BulkJob */
/** @typedef {import("./lead-wish.js").LeadWish} LeadWish */

const ASK_EVERY_MS = 1_500;
const OVER = ["done", "failed", "cancelled"];

/**
 * What can be done with the leads that are chosen, or with all that fit.
 * @param {{
 *   campaign: import("../kit/shapes.js").Schema<"CampaignOut">, wish: LeadWish, chosen: string[],
 *   total: import("./use-leads.js").Found | null, onDone: () => void,
 * }} props
 */
export function BulkBar({ campaign, wish, chosen, total, onDone }) {
  const [isOpen, setOpen] = useState(false);
  const [job, setJob] = useState(/** @type {BulkJob | null} */ (null));
  const isRunning = job !== null && !OVER.includes(job.status);
  useEffect(() => {
    if (!isRunning || !job) return undefined;
    const timer = setTimeout(async () => {
      const answer = await api.get(`/api/leads/bulk/${job.id}`).catch(() => null);
      if (answer === null) return setJob({ ...job });
      setJob(answer.job);
      if (OVER.includes(answer.job.status)) finished(answer.job, onDone);
      return undefined;
    }, ASK_EVERY_MS);
    return () => clearTimeout(timer);
  }, [job]);
  const exporting = useAction(() => {
    const filter = chosen.length > 0 ? { ids: chosen } : bulkFilterOf(wish);
    const query = {
      format: "csv",
      with: "outcomes",
      filter: filter === null || "all" in filter ? "" : JSON.stringify(filter),
    };
    return api.download(`/api/campaigns/${campaign.id}/leads/export`, `${campaign.name}.csv`, query);
  });
  const filter = chosen.length > 0 ? { ids: chosen } : bulkFilterOf(wish);
  const scope =
    chosen.length > 0
      ? t("leads.chosen", { n: chosen.length })
      : filter === null
        ? t("leads.choose_some")
        : scopeOf(total);
  return html`<div class="bulk-bar">
    <span role="status">${scope}</span>
    <${Button} disabled=${filter === null || isRunning} onClick=${() => setOpen(true)} data-action="bulk">${t("leads.change_many")}<//>
    <${Button} icon="⇩" disabled=${filter === null} isBusy=${exporting.isBusy} onClick=${() => exporting.run()}>${t("leads.export")}<//>
    <${Problem} error=${exporting.error} />
    ${isRunning && job && html`<${Running} job=${job} />`}
    ${
      isOpen &&
      filter &&
      html`<${BulkDialog}
      campaign=${campaign}
      filter=${filter}
      onClose=${() => setOpen(false)}
      onBegun=${(/** @type {BulkJob} */ begun) => {
        setOpen(false);
        setJob(begun);
        if (OVER.includes(begun.status)) finished(begun, onDone);
      }}
    />`
    }
  </div>`;
}

/** @param {import("./use-leads.js").Found | null} found */
function scopeOf(found) {
  if (found === null || found.total === null) return t("leads.all_that_fit");
  return t(found.isExact ? "leads.all_of" : "leads.all_of_more", { n: found.total });
}

/** @param {BulkJob} job @param {() => void} onDone */
function finished(job, onDone) {
  const skipped = Object.values(job.skipped).reduce((sum, n) => sum + n, 0);
  if (job.status === "done") notify(t("leads.bulk_done", { n: job.done, skipped }));
  else notify(job.failure ?? t("leads.bulk_ended"), "bad");
  onDone();
}

/** @param {{job: BulkJob}} props */
function Running({ job }) {
  const stopping = useAction(() => api.post(`/api/leads/bulk/${job.id}/cancel`));
  return html`<div class="bulk-progress">
    <${Progress} label=${t("leads.bulk_running")} value=${job.matched === null ? null : job.done} max=${job.matched ?? 1} text=${formatNumber(job.done)} />
    <${Button} isBusy=${stopping.isBusy} onClick=${() => stopping.run()}>${t("kit.cancel")}<//>
  </div>`;
}
