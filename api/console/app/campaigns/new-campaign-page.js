import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { notify } from "../kit/components/notify.js";
import { Page } from "../kit/components/page.js";
import { Problem } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { navigate } from "../kit/router.js";
import { viewerZone } from "../kit/time.js";
import { t } from "../kit/words.js";
import { CampaignForm } from "./campaign-form.js";

/** A new campaign: a name and a number are enough, everything else has a default. */
export function NewCampaignPage() {
  const [values, setValues] = useState(
    /** @type {Record<string, any>} */ ({ dial_mode: "progressive", timezone: viewerZone }),
  );
  const creation = useAction(async () => {
    const { campaign } = await api.post("/api/campaigns", values);
    notify(t("campaigns.created", { name: campaign.name }));
    navigate(`/campaigns/${campaign.id}`);
  });
  return html`<${Page} title=${t("campaigns.new")} lead=${t("campaigns.new_lead")}>
    <form
      class="campaign-form"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void creation.run();
      }}
    >
      <${CampaignForm} values=${values} onChange=${setValues} error=${creation.error} />
      <${Problem} error=${creation.error} title=${t("campaigns.not_saved")} />
      <div class="actions">
        <${Button} kind="main" type="submit" isBusy=${creation.isBusy}>${t("campaigns.create")}<//>
        <${Button} onClick=${() => navigate("/campaigns")}>${t("kit.cancel")}<//>
      </div>
    </form>
  <//>`;
}
