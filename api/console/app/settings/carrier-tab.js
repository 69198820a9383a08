import { html } from "htm/preact";
import { useState } from "preact/hooks";

import { api } from "../kit/api.js";
import { Badge } from "../kit/components/badge.js";
import { Button } from "../kit/components/button.js";
import { confirm } from "../kit/components/confirm.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { formatNumber, t } from "../kit/words.js";
import { AccountDialog } from "./account-dialog.js";
import { ConnectionTest } from "./connection-test.js";

/** @typedef {import("../kit/shapes.js").Schema<"CarrierAccountOut">} Account */

/** Which account calls are placed with, and whether all that it takes is there. */
export function CarrierTab() {
  const [isOpen, setOpen] = useState(false);
  const [version, setVersion] = useState(0);
  const found = useResource(
    async (signal) => /** @type {Account} */ ((await api.get("/api/carrier-account", { signal })).carrier_account),
  );
  const changed = () => {
    found.reload();
    setVersion(version + 1);
  };
  const remove = useAction(async () => {
    const question = {
      title: t("settings.carrier.remove_title"),
      text: t("settings.carrier.remove_text"),
      action: t("settings.carrier.remove_do"),
      danger: true,
    };
    if (!(await confirm(question))) return;
    await api.delete("/api/carrier-account");
    notify(t("settings.carrier.removed"));
    changed();
  });
  const account = found.data;
  const actions =
    account &&
    html`${account.is_own && html`<${Button} isBusy=${remove.isBusy} onClick=${() => remove.run()}>${t("settings.carrier.remove")}<//>`}
      <${Button} kind="main" onClick=${() => setOpen(true)}>${t(account.is_own ? "settings.carrier.replace" : "settings.carrier.own")}<//>`;
  return html`
    <${Panel} title=${t("settings.carrier.account")} actions=${actions}>
      <${Problem} error=${found.error ?? remove.error} onRetry=${found.error ? found.reload : undefined} />
      ${account ? html`<${Facts} account=${account} />` : !found.error && html`<${Loading} lines=${4} />`}
    <//>
    <${ConnectionTest} key=${version} />
    ${isOpen && html`<${AccountDialog} account=${account} onClose=${() => setOpen(false)} onDone=${changed} />`}
  `;
}

/** @param {{account: Account}} props */
function Facts({ account }) {
  const mark = (/** @type {boolean} */ isThere) =>
    isThere
      ? html`<${Badge} tone="ok" icon="✓">${t("settings.carrier.set")}<//>`
      : html`<${Badge} icon="○">${t("settings.carrier.not_set")}<//>`;
  return html`
    <p class="field-help">${t(account.is_own ? "settings.carrier.is_own" : "settings.carrier.is_shared")}</p>
    <dl class="office-facts settings-facts">
      <div><dt>${t("settings.carrier.sid")}</dt><dd class="figure settings-id">${account.account_sid}</dd></div>
      <div><dt>${t("settings.carrier.key")}</dt><dd>${mark(account.has_api_key)}</dd></div>
      <div><dt>${t("settings.carrier.app")}</dt><dd class="figure settings-id">${account.twiml_app_sid ?? mark(false)}</dd></div>
      <div><dt>${t("settings.carrier.second_token")}</dt><dd>${mark(account.has_secondary_auth_token)}</dd></div>
      <div><dt>${t("settings.carrier.rate")}</dt><dd class="figure">${formatNumber(account.calls_per_second)}</dd></div>
      <div><dt>${t("settings.carrier.lines")}</dt><dd class="figure">${formatNumber(account.max_lines)}</dd></div>
    </dl>
  `;
}
