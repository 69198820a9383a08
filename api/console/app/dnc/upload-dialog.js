import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { Dialog } from "../kit/components/dialog.js";
import { Field } from "../kit/components/field.js";
import { Progress } from "../kit/components/progress.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";
import { FilePicker } from "../office/file-picker.js";
import { FormDialog } from "../office/form-dialog.js";
import { scopeOptions } from "./add-dialog.js";
import { ImportProgress } from "./import-progress.js";

/** @typedef {import("../kit/shapes.js").Schema<"SuppressionUploadAnswer">} Uploaded */

/**
 * Many numbers from a file: sent, then told what became of them.
 * @param {{campaigns: import("../office/names.js").Campaign[], onClose: () => void, onDone: () => void}} props
 */
export function UploadDialog({ campaigns, onClose, onDone }) {
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const [campaign, setCampaign] = useState("");
  const [reason, setReason] = useState("");
  const [region, setRegion] = useState("");
  const [sent, setSent] = useState(/** @type {number | null} */ (null));
  const [uploaded, setUploaded] = useState(/** @type {Uploaded | null} */ (null));
  const upload = async () => {
    const form = new FormData();
    if (file) form.append("file", file);
    if (campaign) form.append("campaign_id", campaign);
    if (reason.trim()) form.append("reason", reason.trim());
    if (region.trim()) form.append("default_region", region.trim().toUpperCase());
    setSent(0);
    try {
      setUploaded(await api.upload("/api/dnc/upload", form, { onProgress: setSent }));
      onDone();
    } finally {
      setSent(null);
    }
  };
  if (uploaded) return html`<${Result} uploaded=${uploaded} onClose=${onClose} onDone=${onDone} />`;
  // The window stays open for the result: only the cross and Cancel close it.
  const closeIfEmpty = () => setUploaded((known) => (known === null && sent === null && onClose(), known));
  return html`<${FormDialog} title=${t("dnc.upload")} action=${t("dnc.upload_do")} onClose=${closeIfEmpty} act=${upload} isReady=${file !== null}>
    ${(/** @type {(field: string) => string | null} */ problemOf) => html`
      <p class="field-help">${t("dnc.upload_help")}</p>
      <${FilePicker} label=${t("office.choose_file")} accept=".csv,.txt,.xlsx" file=${file} onPick=${setFile} error=${problemOf("file")} />
      <${Select} label=${t("dnc.scope")} value=${campaign} options=${scopeOptions(campaigns)} onChange=${setCampaign} />
      <${Field} label=${t("dnc.reason_optional")} value=${reason} onInput=${setReason} error=${problemOf("reason")} />
      <${Field} label=${t("dnc.region")} value=${region} onInput=${setRegion} error=${problemOf("default_region")} help=${t("dnc.region_help")} maxlength="2" />
      ${sent !== null && html`<${Progress} label=${t("office.uploading")} value=${sent} />`}
    `}
  <//>`;
}

/** @param {{uploaded: Uploaded, onClose: () => void, onDone: () => void}} props */
function Result({ uploaded, onClose, onDone }) {
  const close = html`<${Button} kind="main" onClick=${onClose}>${t("kit.close")}<//>`;
  const { results } = uploaded;
  return html`<${Dialog} title=${t("dnc.upload_result")} onClose=${onClose} actions=${close}>
    ${uploaded.import_id && html`<p>${t("dnc.upload_queued")}</p><${ImportProgress} importId=${uploaded.import_id} onEnd=${onDone} />`}
    ${
      results &&
      html`<dl class="office-facts">
      ${Object.entries(results).map(([name, value]) => html`<div key=${name}><dt>${t(`dnc.count.${name}`)}</dt><dd class="figure">${value}</dd></div>`)}
    </dl>`
    }
    ${
      uploaded.errors.length > 0 &&
      html`<div class="table-box" role="region" tabindex="0" aria-label=${t("dnc.upload_errors")}>
      <table>
        <thead><tr><th scope="col" class="number">${t("dnc.row")}</th><th scope="col">${t("dnc.value")}</th><th scope="col">${t("dnc.what_is_wrong")}</th></tr></thead>
        <tbody>
          ${uploaded.errors.slice(0, 100).map((error) => html`<tr key=${error.row}><td class="number">${error.row}</td><td>${error.value}</td><td class="wide">${error.error}</td></tr>`)}
        </tbody>
      </table>
    </div>`
    }
    ${(uploaded.errors_truncated || uploaded.errors.length > 100) && html`<p class="field-help">${t("dnc.more_errors")}</p>`}
  <//>`;
}
