import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Progress } from "../kit/components/progress.js";
import { formatNumber, t } from "../kit/words.js";
import { FilePicker } from "../office/file-picker.js";
import { FormDialog } from "../office/form-dialog.js";

/**
 * The next version of a national list.
 * @param {{onClose: () => void, onDone: () => void}} props
 */
export function RegistryDialog({ onClose, onDone }) {
  const [file, setFile] = useState(/** @type {File | null} */ (null));
  const [name, setName] = useState("");
  const [jurisdiction, setJurisdiction] = useState("");
  const [published, setPublished] = useState("");
  const [sent, setSent] = useState(/** @type {number | null} */ (null));
  const upload = async () => {
    const form = new FormData();
    if (file) form.append("file", file);
    form.append("name", name.trim());
    form.append("jurisdiction", jurisdiction.trim().toUpperCase());
    form.append("published_on", published);
    setSent(0);
    try {
      const { registry } = await api.upload("/api/dnc/registries", form, { onProgress: setSent });
      notify(
        t(registry.status === "loading" ? "dnc.registry.queued" : "dnc.registry.done", {
          name: registry.name,
          total: formatNumber(registry.total),
        }),
      );
    } finally {
      setSent(null);
    }
    onDone();
  };
  const isReady = file !== null && name.trim() !== "" && jurisdiction.trim() !== "" && published !== "";
  return html`<${FormDialog} title=${t("dnc.registry.upload")} action=${t("dnc.upload_do")} onClose=${onClose} act=${upload} isReady=${isReady}>
    ${(/** @type {(field: string) => string | null} */ problemOf) => html`
      <p class="field-help">${t("dnc.registry.upload_help")}</p>
      <${Field} label=${t("dnc.registry.name")} value=${name} onInput=${setName} error=${problemOf("name")} help=${t("dnc.registry.name_help")} required />
      <div class="form-grid">
        <${Field} label=${t("dnc.registry.jurisdiction")} value=${jurisdiction} onInput=${setJurisdiction} error=${problemOf("jurisdiction")} help=${t("dnc.registry.jurisdiction_help")} maxlength="6" required />
        <${Field} label=${t("dnc.registry.published")} type="date" value=${published} onInput=${setPublished} error=${problemOf("published_on")} help=${t("dnc.registry.published_help")} required />
      </div>
      <${FilePicker} label=${t("office.choose_file")} accept=".csv,.txt,.xlsx" file=${file} onPick=${setFile} error=${problemOf("file")} />
      ${sent !== null && html`<${Progress} label=${t("office.uploading")} value=${sent} />`}
    `}
  <//>`;
}
