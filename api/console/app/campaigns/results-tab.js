import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { outcomeWord, ResultRow } from "./result-row.js";
import { MAX_RESULTS, numbered, rowsOf, toSend, withOneMore } from "./results.js";

/** @typedef {import("../kit/shapes.js").Schema<"CampaignDispositionsAnswer">} Answer */

/** What agents may conclude, in the campaign's own words. @param {{campaign: import("./status.js").Campaign}} props */
export function ResultsTab({ campaign }) {
  const found = useResource(
    (signal) => api.get(`/api/campaigns/${campaign.id}/dispositions`, { signal }),
    [campaign.id],
  );
  const [version, setVersion] = useState(0);
  if (found.data === null) {
    return html`<${Panel} title=${t("campaigns.tab.results")}>${found.error ? html`<${Problem} error=${found.error} onRetry=${found.reload} />` : html`<${Loading} lines=${8} />`}<//>`;
  }
  /** @param {Answer} answer */
  const replace = (answer) => {
    found.set(answer);
    setVersion(version + 1);
  };
  return html`<${Editor} key=${version} campaignId=${campaign.id} stored=${found.data} onSaved=${replace} />`;
}

/** @param {{campaignId: string, stored: Answer, onSaved: (answer: Answer) => void}} props */
function Editor({ campaignId, stored, onSaved }) {
  const [before] = useState(() => rowsOf(stored.dispositions, outcomeWord));
  const [rows, setRows] = useState(before);
  const path = `/api/campaigns/${campaignId}/dispositions`;
  const saving = useAction(async () => {
    const answer = await api.put(path, { dispositions: toSend(rows, outcomeWord) });
    notify(t("campaigns.results_saved"));
    onSaved(answer);
  });
  const resetting = useAction(async () => {
    const answer = await api.put(path, { dispositions: null });
    notify(t("campaigns.results_saved"));
    onSaved(answer);
  });
  const reset = async () => {
    const question = {
      title: t("campaigns.results_reset_title"),
      text: t("campaigns.results_reset_text"),
      action: t("campaigns.results_reset"),
    };
    if (await confirm(question)) void resetting.run();
  };
  const isChanged = JSON.stringify(rows) !== JSON.stringify(before);
  const undo = () => {
    setRows(before);
    saving.clear();
  };
  // The entries say it themselves; the server's names of the fields are of no use here.
  const isMarked = (saving.error?.fields.length ?? 0) > 0;
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    void saving.run();
  };
  return html`<${Panel} title=${t("campaigns.tab.results")}>
    <p class="section-help">${t("campaigns.results_help")}</p>
    <form class="campaign-form" onSubmit=${submit}>
      <fieldset disabled=${!can("admin")}>
        <ol class="results">
          ${rows.map((row, at) => html`<${ResultRow} key=${row.id} rows=${rows} at=${at} outcomes=${stored.outcomes} error=${saving.error} onChange=${setRows} />`)}
        </ol>
        <div class="actions">
          <${Button} icon="+" disabled=${rows.length >= MAX_RESULTS} onClick=${() => setRows(withOneMore(rows, stored.outcomes, outcomeWord))}>${t("campaigns.result_add")}<//>
          <${Button} onClick=${() => setRows(numbered(rows))}>${t("campaigns.results_number")}<//>
          ${!stored.is_default && html`<${Button} isBusy=${resetting.isBusy} onClick=${reset}>${t("campaigns.results_reset")}<//>`}
        </div>
      </fieldset>
      <p class="section-help" role="status">${stored.is_default && !isChanged ? t("campaigns.results_usual") : ""}</p>
      ${isMarked && html`<p class="problem tone-bad" role="alert">${t("campaigns.results_marked")}</p>`}
      <${Problem} error=${isMarked ? null : (saving.error ?? resetting.error)} title=${t("campaigns.not_saved")} />
      <div class="actions">
        <${Button} kind="main" type="submit" disabled=${!isChanged || !can("admin")} isBusy=${saving.isBusy}>${t("campaigns.save")}<//>
        ${isChanged && html`<${Button} onClick=${undo}>${t("campaigns.undo")}<//>`}
      </div>
    </form>
  <//>`;
}
