import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { Field } from "../kit/components/field.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { Time } from "../kit/components/time.js";
import { useAction } from "../kit/resource.js";
import { t } from "../kit/words.js";
import { nameOf, useCampaigns } from "../office/names.js";
import { reasonOf, sourceOf } from "./words-of.js";

/** @typedef {import("../kit/shapes.js").Schema<"CheckSuppressionAnswer">} Check */

/** May this number be called, and if not, why. */
export function CheckPanel() {
  const [phone, setPhone] = useState("");
  const [check, setCheck] = useState(/** @type {Check | null} */ (null));
  const ask = useAction(async () => {
    setCheck(null);
    setCheck(await api.get("/api/dnc/check", { query: { phone } }));
  });
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (phone.trim()) void ask.run();
  };
  const wrong = ask.error?.of("phone") ?? null;
  return html`<${Panel} title=${t("dnc.check.title")} class="dnc-check">
    <form class="dnc-check-form" onSubmit=${submit} novalidate>
      <${Field}
        label=${t("dnc.phone")}
        type="tel"
        value=${phone}
        onInput=${setPhone}
        error=${wrong}
        placeholder="+14155552671"
        autocomplete="off"
        after=${html`<${Button} type="submit" kind="main" isBusy=${ask.isBusy}>${t("dnc.check.do")}<//>`}
      />
    </form>
    ${ask.error && !wrong && html`<${Problem} error=${ask.error} />`}
    <div role="status">${check && html`<${Verdict} check=${check} />`}</div>
  <//>`;
}

/** @param {{check: Check}} props */
function Verdict({ check }) {
  const campaigns = useCampaigns();
  const isHeld = check.suppressed || check.erased || check.registries.length > 0;
  const isPartly = !isHeld && check.entries.length > 0;
  return html`<div class="dnc-verdict">
    <p>
      <strong class="figure">${check.phone}</strong>
      ${
        isHeld
          ? html`<${Badge} tone="bad" icon="⊘">${t("dnc.check.held")}<//>`
          : isPartly
            ? html`<${Badge} tone="warn" icon="!">${t("dnc.check.partly")}<//>`
            : html`<${Badge} tone="ok" icon="✓">${t("dnc.check.free")}<//>`
      }
    </p>
    ${!isHeld && !isPartly && html`<p class="field-help">${t("dnc.check.free_help")}</p>`}
    <ul>
      ${check.erased && html`<li>${t("dnc.check.erased")}</li>`}
      ${check.registries.map(
        (registry) => html`<li key=${registry.id}>
          ${t("dnc.check.registry", { name: registry.name, jurisdiction: registry.jurisdiction })} <${Time} at=${registry.published_on} kind="date" />
        </li>`,
      )}
      ${check.entries.map(
        (entry) => html`<li key=${entry.id}>
          ${entry.campaign_id ? t("dnc.check.campaign", { name: nameOf(campaigns, entry.campaign_id) ?? "?" }) : t("dnc.check.everybody")}:
          ${" "}${reasonOf(entry)} (${sourceOf(entry)}), <${Time} at=${entry.created_at} />
          ${entry.expires_at && html`, ${t("dnc.until")} <${Time} at=${entry.expires_at} />`}
        </li>`,
      )}
    </ul>
  </div>`;
}
