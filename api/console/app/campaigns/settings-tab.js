import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { CampaignForm } from "./campaign-form.js";

/** The settings of a campaign; only what was changed is sent. @param {import("./campaign-actions.js").Shown} props */
export function SettingsTab({ campaign, onChange }) {
  const [changes, setChanges] = useState(/** @type {Record<string, any>} */ ({}));
  const values = { ...campaign, ...changes };
  const saving = useAction(async () => {
    const answer = await api.put(`/api/campaigns/${campaign.id}`, changes);
    onChange(answer.campaign);
    setChanges({});
    notify(t("campaigns.saved"));
  });
  /** @param {Record<string, any>} wanted */
  const change = (wanted) =>
    setChanges(
      Object.fromEntries(
        Object.entries(wanted).filter(([name, value]) => value !== /** @type {any} */ (campaign)[name]),
      ),
    );
  const isChanged = Object.keys(changes).length > 0;
  return html`<${Panel} title=${t("campaigns.tab.settings")}>
    ${campaign.status === "active" && html`<p class="section-help">${t("campaigns.settings_live")}</p>`}
    <form
      class="campaign-form"
      onSubmit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        void saving.run();
      }}
    >
      <fieldset disabled=${!can("admin")}><${CampaignForm} values=${values} onChange=${change} error=${saving.error} /></fieldset>
      <${Problem} error=${saving.error} title=${t("campaigns.not_saved")} />
      <div class="actions">
        <${Button} kind="main" type="submit" disabled=${!isChanged || !can("admin")} isBusy=${saving.isBusy}>${t("campaigns.save")}<//>
        ${isChanged && html`<${Button} onClick=${() => setChanges({})}>${t("campaigns.undo")}<//>`}
      </div>
    </form>
  <//>`;
}
