import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Field } from "../kit/components/field.js";
import { notify } from "../kit/components/notify.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";

/** @typedef {import("../kit/shapes.js").Schema<"NumberOut">} CallerNumber */

/**
 * A name for a number, or a number that the carrier does not name.
 * @param {{number: CallerNumber | null, onClose: () => void, onDone: () => void}} props
 */
export function NumberDialog({ number, onClose, onDone }) {
  const [phone, setPhone] = useState("");
  const [label, setLabel] = useState(number?.own_label ?? "");
  const save = async () => {
    const sent = { label: label.trim() || null };
    const answer = await (number
      ? api.put(`/api/numbers/${number.id}`, sent)
      : api.post("/api/numbers", { ...sent, phone: phone.trim() }));
    notify(t("numbers.saved", { phone: answer.number.e164 }));
    onDone();
  };
  const title = number ? t("numbers.name_one", { phone: number.e164 }) : t("numbers.add");
  return html`<${FormDialog} title=${title} action=${t("office.save")} onClose=${onClose} act=${save} isReady=${number !== null || phone.trim() !== ""}>
    ${(/** @type {import("../office/form-dialog.js").ProblemOf} */ problemOf) => html`
      ${
        number === null &&
        html`<p class="field-help">${t("numbers.add_help")}</p>
        <${Field} label=${t("numbers.number")} type="tel" value=${phone} onInput=${setPhone} error=${problemOf("phone")} required autocomplete="off" placeholder="+14155551234" />`
      }
      <${Field} label=${t("numbers.label")} value=${label} onInput=${setLabel} error=${problemOf("label")} help=${t("numbers.label_help")} maxlength="100" />
    `}
  <//>`;
}
