import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { Field } from "../kit/components/field.js";
import { Loading } from "../kit/components/loading.js";
import { Problem } from "../kit/components/problem.js";
import { Select } from "../kit/components/select.js";
import { useAction, useResource } from "../kit/resource.js";
import { formatNumber, t } from "../kit/words.js";
import { nameOf, PRIORITIES } from "./lead-status.js";

const DEEDS = ["priority", "list", "again", "done", "suppress", "delete"];

/**
 * What becomes of many leads: chosen, counted, and then done.
 * @param {{
 *   campaign: import("../kit/shapes.js").Schema<"CampaignOut">, filter: Record<string, unknown>, onClose: () => void,
 *   onBegun: (job: import("../kit/shapes.js").Schema<"BulkJobOut">) => void,
 * }} props
 */
export function BulkDialog({ campaign, filter, onClose, onBegun }) {
  const [deed, setDeed] = useState("priority");
  const [priority, setPriority] = useState("high");
  const [list, setList] = useState("");
  const [typed, setTyped] = useState("");
  const lists = useResource((signal) => api.get(`/api/campaigns/${campaign.id}/lists`, { signal }), [campaign.id]);
  const listId = list || lists.data?.lists[0]?.id;
  const trial = useResource(
    (signal) =>
      api.post(
        "/api/leads/bulk",
        { ...bodyOf(campaign.id, filter, deed, priority, listId), dry_run: true },
        { signal },
      ),
    [deed, priority, listId],
  );
  const doing = useAction(async () => {
    const answer = await api.post("/api/leads/bulk", bodyOf(campaign.id, filter, deed, priority, listId));
    onBegun(answer.job);
  });
  const isGrave = deed === "delete" || deed === "suppress";
  const word = t("leads.word_to_type");
  const actions = html`
    <${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button}
      kind=${isGrave ? "danger" : "main"}
      data-action="bulk-run"
      disabled=${!trial.data?.matched || (deed === "delete" && typed.trim().toLowerCase() !== word)}
      isBusy=${doing.isBusy}
      onClick=${() => doing.run()}
    >
      ${t(`leads.deed.${deed}`)}
    <//>
  `;
  return html`<${Dialog} title=${t("leads.change_many")} onClose=${onClose} actions=${actions}>
    <${Select} label=${t("leads.what")} value=${deed} options=${DEEDS.map((each) => ({ value: each, label: t(`leads.deed.${each}`) }))} onChange=${setDeed} help=${t(`leads.deed_help.${deed}`)} />
    ${deed === "priority" && html`<${Select} label=${t("leads.column.priority")} value=${priority} options=${PRIORITIES.map((each) => ({ value: each, label: t(`leads.priority.${each}`) }))} onChange=${setPriority} />`}
    ${deed === "list" && html`<${Select} label=${t("leads.filter.list")} value=${listId ?? ""} options=${(lists.data?.lists ?? []).map((/** @type {any} */ each) => ({ value: each.id, label: each.name }))} onChange=${setList} />`}
    ${
      trial.data && !trial.isLoading
        ? html`<p><strong class="figure">${formatNumber(trial.data.matched)}</strong> ${t("leads.would_match", { n: trial.data.matched })}</p>
          <ul>${(trial.data.examples ?? []).map((/** @type {any} */ lead) => html`<li key=${lead.id}>${nameOf({ ...lead, phone: lead.phone_normalized })} <span class="figure">${lead.phone_normalized}</span></li>`)}</ul>`
        : !trial.error && html`<${Loading} lines=${3} />`
    }
    ${deed === "delete" && html`<${Field} label=${t("kit.type_to_confirm", { word })} value=${typed} onInput=${setTyped} autocomplete="off" />`}
    <${Problem} error=${trial.error ?? doing.error} />
  <//>`;
}

/**
 * @param {string} campaignId
 * @param {Record<string, unknown>} filter
 * @param {string} deed
 * @param {string} priority
 * @param {string | undefined} listId
 */
function bodyOf(campaignId, filter, deed, priority, listId) {
  const body = { campaign_id: campaignId, filter };
  if (deed === "priority") return { ...body, action: "update", changes: { priority } };
  if (deed === "list") return { ...body, action: "update", changes: { list_id: listId } };
  if (deed === "done") return { ...body, action: "update", changes: { status: "completed" } };
  return { ...body, action: { again: "reset", suppress: "do_not_call" }[deed] ?? deed };
}
