import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Empty } from "../kit/components/empty.js";
import { Field } from "../kit/components/field.js";
import { Select } from "../kit/components/select.js";
import { useResource } from "../kit/resource.js";
import { useShortcut } from "../kit/shortcuts.js";
import { formatInstant } from "../kit/time.js";
import { t } from "../kit/words.js";
import { askForLead, dialPreview, skipPreview } from "./deeds.js";
import { desk, details } from "./live-desk.js";
import { LeadCard } from "./lead-card.js";
import { press, underWay } from "./press.js";
import { Refusal } from "./refusal.js";

const REASONS = ["later", "unsuitable", "known", "data"];

/** Where one asks for the next lead of a preview campaign; nothing where there is none. */
export function NextLead() {
  const { data } = useResource(loadCampaigns, [desk.value.agent?.state], { everySeconds: 15 });
  const [campaign, setCampaign] = useState("");
  const [reason, setReason] = useState(/** @type {string | null} */ (null));
  const campaigns = data ?? [];
  const ask = () => press("next", "preview", async () => setReason(await askForLead(campaign || null)));
  const isReady = desk.value.agent?.state === "available" && campaigns.length > 0;
  useShortcut("softphone.next", {
    keys: "Ctrl+Shift+D",
    label: t("softphone.preview.next"),
    enabled: isReady,
    run: () => void ask(),
  });
  if (campaigns.length === 0) {
    return html`<${Empty} icon="☎" title=${t("softphone.call.none")}>${t("softphone.call.noneHint")}<//>`;
  }
  return html`<section class="next-lead panel" aria-label=${t("softphone.preview.title")}>
    <h2>${t("softphone.preview.title")}</h2>
    <${Select} label=${t("softphone.preview.campaign")} value=${campaign} onChange=${setCampaign}
      options=${[{ value: "", label: t("softphone.preview.anyCampaign") }, ...campaigns.map(({ id, name }) => ({ value: id, label: name }))]} />
    <${Button} kind="main" icon="◉" disabled=${!isReady} isBusy=${underWay.value.has("next")} onClick=${() => void ask()}>${t("softphone.preview.next")}<//>
    <p role="status" class="hint">${reason !== null && `${t("softphone.preview.none")}: ${reason}`}</p>
    <${Refusal} place="preview" />
  </section>`;
}

/** A lead to look at before it is dialled. @param {{preview: import("./desk-shapes.js").DeskPreview}} props */
export function PreviewPanel({ preview }) {
  const [isSkipping, setSkipping] = useState(false);
  const busy = underWay.value;
  const dial = () => void dialPreview(preview.id);
  useShortcut("softphone.dial", { keys: "Ctrl+Shift+D", label: t("softphone.keys.dial"), run: dial });
  return html`<div class="preview">
    <div class="preview-actions">
      <${Button} kind="main" icon="☎" isBusy=${busy.has("dial")} onClick=${dial}>${t("softphone.preview.dial")}<//>
      <${Button} aria-expanded=${String(isSkipping)} isBusy=${busy.has("skip")} onClick=${() => setSkipping(!isSkipping)}>${t("softphone.preview.skip")}<//>
    </div>
    ${isSkipping && html`<${SkipReasons} onSkip=${(/** @type {string} */ reason) => void skipPreview(preview.id, reason)} />`}
    <${Refusal} place="preview" />
    ${
      preview.callbackAt !== null &&
      html`<p class="preview-promise tone-info"><span aria-hidden="true">↩</span>
      ${t("softphone.preview.promised", { time: formatInstant(preview.callbackAt) })} ${preview.callbackNote ?? ""}</p>`
    }
    <${LeadCard} lead=${preview} details=${details.value} attempts=${preview.attempts} />
  </div>`;
}

/** @param {{onSkip: (reason: string) => void}} props */
function SkipReasons({ onSkip }) {
  const [own, setOwn] = useState("");
  return html`<form class="skip-reasons" aria-label=${t("softphone.preview.skipReason")} onSubmit=${(
    /** @type {Event} */ event,
  ) => {
    event.preventDefault();
    onSkip(own.trim() || t("softphone.preview.skipDefault"));
  }}>
    ${REASONS.map(
      (reason) => html`<${Button} key=${reason} class="small"
      onClick=${() => onSkip(t(`softphone.preview.reason.${reason}`))}>${t(`softphone.preview.reason.${reason}`)}<//>`,
    )}
    <${Field} label=${t("softphone.preview.skipReason")} value=${own} onInput=${setOwn} maxlength=${200} />
    <${Button} type="submit" class="small">${t("softphone.preview.giveBack")}<//>
  </form>`;
}

/** The preview campaigns that run. @param {AbortSignal} signal @returns {Promise<{id: string, name: string}[]>} */
async function loadCampaigns(signal) {
  const { campaigns } = await api.get("/api/campaigns", { query: { status: "active", limit: 100 }, signal });
  return campaigns.filter((/** @type {any} */ one) => one.dial_mode === "preview" && servesGroup(one));
}

/** @param {{agent_group_id: string | null}} campaign */
function servesGroup({ agent_group_id: group }) {
  const own = desk.value.agent?.groupId ?? null;
  return group === null || own === null || group === own;
}
