import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { notify } from "../kit/components/notify.js";
import { wordsOf } from "../kit/components/problem.js";
import { useAction } from "../kit/resource.js";
import { can } from "../kit/session.js";
import { t } from "../kit/words.js";
import { nameOf } from "./lead-status.js";

/** What may be done with somebody. @param {{lead: import("./lead-status.js").Lead, onChange: () => void}} props */
export function LeadActions({ lead, onChange }) {
  const doing = useAction(async (/** @type {() => Promise<any>} */ act, /** @type {string} */ said) => {
    try {
      await act();
      notify(said);
      onChange();
    } catch (error) {
      notify(wordsOf(/** @type {any} */ (error)), "bad");
    }
  });
  if (lead.phone === "") return null;
  const name = nameOf(lead);
  const suppress = async () => {
    if (
      await confirm({
        title: t("leads.suppress_title", { name }),
        text: t("leads.suppress_text", { phone: lead.phone_normalized }),
        action: t("leads.suppress"),
        danger: true,
      })
    ) {
      await doing.run(() => api.post("/api/dnc", { phone: lead.phone_normalized }), t("leads.suppressed"));
    }
  };
  const again = () =>
    doing.run(() => api.put(`/api/leads/${lead.id}`, { status: "pending" }), t("leads.will_be_called"));
  const erase = async () => {
    const question = {
      title: t("leads.erase_title", { name }),
      text: t("leads.erase_text"),
      action: t("leads.erase"),
      danger: true,
      typed: t("leads.word_to_type"),
    };
    if (await confirm(question))
      await doing.run(() => api.post("/api/people/erase", { lead_id: lead.id }), t("leads.erased_done"));
  };
  const isOver = lead.status === "completed" || lead.status === "failed";
  return html`
    ${can("admin") && isOver && html`<${Button} icon="↻" isBusy=${doing.isBusy} onClick=${again}>${t("leads.call_again")}<//>`}
    ${can("supervisor") && lead.status !== "dnc" && html`<${Button} icon="⊘" isBusy=${doing.isBusy} onClick=${suppress}>${t("leads.suppress")}<//>`}
    ${can("admin") && html`<${Button} kind="danger" isBusy=${doing.isBusy} onClick=${erase}>${t("leads.erase")}<//>`}
  `;
}
