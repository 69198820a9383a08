import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { notify } from "../kit/components/notify.js";
import { t } from "../kit/words.js";
import { FormDialog } from "../office/form-dialog.js";
import { reasonOf } from "./words-of.js";

/**
 * Taking a number off the list, with what that means.
 * @param {{entry: import("./words-of.js").Entry, onClose: () => void, onDone: () => void}} props
 */
export function RemoveDialog({ entry, onClose, onDone }) {
  const [restores, setRestores] = useState(false);
  const remove = async () => {
    const answer = await api.delete(`/api/dnc/${entry.id}`, { query: { restore_leads: restores } });
    notify(
      restores
        ? t("dnc.removed_restored", { phone: entry.phone, n: answer.leads_restored })
        : t("dnc.removed", { phone: entry.phone }),
    );
    onDone();
  };
  return html`<${FormDialog} danger title=${t("dnc.remove_title", { phone: entry.phone })} action=${t("dnc.remove_do")} onClose=${onClose} act=${remove}>
    ${() => html`
      <p>${t("dnc.remove_text", { reason: reasonOf(entry) })}</p>
      <p>${t("dnc.remove_law")}</p>
      <${Checkbox} label=${t("dnc.restore")} help=${t("dnc.restore_help")} checked=${restores} onChange=${setRestores} />
    `}
  <//>`;
}
