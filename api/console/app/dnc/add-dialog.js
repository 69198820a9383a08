import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { Select } from "../kit/components/select.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";

/** @param {import("../office/names.js").Campaign[]} campaigns */
export function scopeOptions(campaigns) {
  return [
    { value: "", label: t("dnc.all_campaigns") },
    ...campaigns.map(({ id, name }) => ({ value: id, label: name })),
  ];
}

/**
 * One number that is not to be called from now on.
 * @param {{campaigns: import("../office/names.js").Campaign[], onClose: () => void, onDone: () => void}} props
 */
export function AddDialog({ campaigns, onClose, onDone }) {
  const [phone, setPhone] = useState("");
  const [campaign, setCampaign] = useState("");
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const [until, setUntil] = useState("");
  const add = async () => {
    const answer = await api.post("/api/dnc", {
      phone,
      campaign_id: campaign || null,
      reason: reason.trim() || null,
      note: note.trim() || null,
      // The day that is named still counts, in the zone of whoever names it.
      expires_at: until ? new Date(`${until}T23:59:59`).toISOString() : null,
    });
    notify(t("dnc.added_one", { phone: answer.entry.phone }));
    onDone();
  };
  return html`<${FormDialog} title=${t("dnc.add")} action=${t("dnc.add_do")} onClose=${onClose} act=${add} isReady=${phone.trim() !== ""}>
    ${(/** @type {(field: string) => string | null} */ problemOf) => html`
      <p class="field-help">${t("dnc.add_help")}</p>
      <${Field} label=${t("dnc.phone")} type="tel" value=${phone} onInput=${setPhone} error=${problemOf("phone")} required autocomplete="off" placeholder="+14155552671" />
      <${Select} label=${t("dnc.scope")} value=${campaign} options=${scopeOptions(campaigns)} onChange=${setCampaign} />
      <${Field} label=${t("dnc.reason_optional")} value=${reason} onInput=${setReason} error=${problemOf("reason")} maxlength="200" />
      <${Field} label=${t("dnc.note_optional")} value=${note} onInput=${setNote} error=${problemOf("note")} rows=${2} />
      <${Field} label=${t("dnc.until_optional")} type="date" value=${until} onInput=${setUntil} error=${problemOf("expires_at")} help=${t("dnc.until_help")} />
    `}
  <//>`;
}
