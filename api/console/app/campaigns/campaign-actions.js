import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { confirm } from "../kit/components/confirm.js";
import { Dialog } from "../kit/components/dialog.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Problem, wordsOf } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { navigate } from "../kit/router.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { StartDialog } from "./start-dialog.js";
import { actionsFor, mayDelete } from "./status.js";

/** @typedef {{campaign: import("./status.js").Campaign, onChange: (campaign: import("./status.js").Campaign) => void, onReload: () => void}} Shown */

/** What is done with every lead takes its time where there are many. */
const ALL_LEADS_MS = 180_000;

const STARTING = ["start", "resume", "restart"];
const ICONS = { start: "▶", resume: "▶", restart: "↻", pause: "❚❚", complete: "✓", cancel: "✕" };

/** What may be done with the whole campaign. @param {Shown} props */
export function CampaignActions({ campaign, onChange }) {
  const [isStarting, setStarting] = useState(false);
  const [isCloning, setCloning] = useState(false);
  const change = useAction(async (/** @type {string} */ action) => {
    try {
      const answer = await api.post(`/api/campaigns/${campaign.id}/${action}`);
      onChange(answer.campaign);
      notify(answer.message);
    } catch (error) {
      notify(wordsOf(/** @type {any} */ (error)), "bad");
      throw error;
    }
  });
  const removal = useAction(async () => {
    try {
      await api.delete(`/api/campaigns/${campaign.id}`, { withinMs: ALL_LEADS_MS });
      notify(t("campaigns.deleted", { name: campaign.name }));
      navigate("/campaigns", { replace: true });
    } catch (error) {
      notify(wordsOf(/** @type {any} */ (error)), "bad");
    }
  });
  /** @param {string} action */
  const act = async (action) => {
    if (STARTING.includes(action)) return setStarting(true);
    const isFinal = action === "cancel";
    if (action !== "pause") {
      const isSure = await confirm({
        title: t(`campaigns.confirm.${action}`, { name: campaign.name }),
        text: t(`campaigns.confirm_text.${action}`),
        action: t(`campaigns.action.${action}`),
        danger: isFinal,
      });
      if (!isSure) return undefined;
    }
    return change.run(action);
  };
  const remove = async () => {
    const question = {
      title: t("campaigns.confirm.delete", { name: campaign.name }),
      text: t("campaigns.confirm_text.delete"),
      action: t("campaigns.action.delete"),
      danger: true,
      typed: campaign.name,
    };
    if (await confirm(question)) void removal.run();
  };
  const allowed = actionsFor(campaign.status).filter((action) => action !== "cancel" || can("admin"));
  return html`
    ${allowed.map(
      (action, i) => html`<${Button}
        key=${action}
        kind=${i === 0 ? "main" : "plain"}
        icon=${ICONS[/** @type {keyof typeof ICONS} */ (action)]}
        isBusy=${change.isBusy}
        data-action=${action}
        onClick=${() => act(action)}
      >
        ${t(`campaigns.action.${action}`)}
      <//>`,
    )}
    ${can("admin") && html`<${Button} onClick=${() => setCloning(true)}>${t("campaigns.action.clone")}<//>`}
    ${can("admin") && mayDelete(campaign.status) && html`<${Button} kind="danger" isBusy=${removal.isBusy} onClick=${remove}>${t("campaigns.action.delete")}<//>`}
    ${isStarting && html`<${StartDialog} campaign=${campaign} onChange=${onChange} onClose=${() => setStarting(false)} />`}
    ${isCloning && html`<${CloneDialog} campaign=${campaign} onClose=${() => setCloning(false)} />`}
  `;
}

/** @param {{campaign: import("./status.js").Campaign, onClose: () => void}} props */
function CloneDialog({ campaign, onClose }) {
  const [name, setName] = useState(t("campaigns.copy_of", { name: campaign.name }));
  const [withLeads, setWithLeads] = useState(false);
  const cloning = useAction(async () => {
    const answer = await api.post(
      `/api/campaigns/${campaign.id}/clone`,
      { name, with_leads: withLeads },
      { withinMs: ALL_LEADS_MS },
    );
    onClose();
    notify(t("campaigns.created", { name: answer.campaign.name }));
    navigate(`/campaigns/${answer.campaign.id}`);
  });
  const actions = html`
    <${Button} onClick=${onClose}>${t("kit.cancel")}<//>
    <${Button} kind="main" isBusy=${cloning.isBusy} onClick=${() => cloning.run()}>${t("campaigns.action.clone")}<//>
  `;
  return html`<${Dialog} title=${t("campaigns.clone_title")} onClose=${onClose} actions=${actions}>
    <p>${t("campaigns.clone_text")}</p>
    <${Field} label=${t("campaigns.field.name")} value=${name} onInput=${setName} error=${cloning.error?.of("name")} />
    <${Checkbox} label=${t("campaigns.with_leads")} checked=${withLeads} onChange=${setWithLeads} help=${t("campaigns.with_leads_help")} />
    <${Problem} error=${cloning.error} />
  <//>`;
}
