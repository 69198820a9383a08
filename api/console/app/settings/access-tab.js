import { html } from "htm/preact";

import { api } from "../kit/api.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Loading } from "../kit/components/loading.js";
import { notify } from "../kit/components/notify.js";
import { Panel } from "../kit/components/panel.js";
import { Problem } from "../kit/components/problem.js";
import { useAction, useResource } from "../kit/resource.js";
import { href } from "../kit/router.js";
import { t } from "../kit/words.js";

/** How people get in. */
export function AccessTab() {
  const found = useResource((signal) => api.get("/api/settings/access", { signal }));
  const change = useAction(async (/** @type {boolean} */ isNeeded) => {
    const before = found.data;
    found.set({ ...before, admins_need_second_factor: isNeeded });
    try {
      found.set(await api.put("/api/settings/access", { admins_need_second_factor: isNeeded }));
      notify(t("office.saved"));
    } catch (error) {
      found.set(before);
      throw error;
    }
  });
  return html`<${Panel} title=${t("settings.tab.access")}>
    <${Problem} error=${found.error ?? change.error} onRetry=${found.error ? found.reload : undefined} />
    ${
      found.data
        ? html`<${Checkbox}
            isSwitch
            label=${t("settings.access.factor")}
            help=${t("settings.access.factor_help")}
            checked=${found.data.admins_need_second_factor}
            disabled=${change.isBusy}
            onChange=${(/** @type {boolean} */ isNeeded) => change.run(isNeeded)}
          />
          <p class="field-help">${t("settings.access.own")} <a href=${href("/profile")}>${t("settings.access.profile")}</a></p>`
        : !found.error && html`<${Loading} lines=${2} />`
    }
  <//>`;
}
