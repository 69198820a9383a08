import { html } from "htm/preact";

import { Button } from "../kit/components/button.js";
import { Checkbox } from "../kit/components/checkbox.js";
import { Panel } from "../kit/components/panel.js";
import { allowSingleKeys, singleKeys } from "../kit/shortcuts.js";
import { t } from "../kit/words.js";
import { showShortcuts } from "../shell/shortcut-list.js";

/** The way to the list of shortcuts, where each can be given other keys. */
export function KeysPanel() {
  return html`<${Panel} title=${t("profile.keys")}>
    <p class="field-help">${t("profile.keys.hint")}</p>
    <${Checkbox}
      isSwitch
      label=${t("profile.keys.single")}
      help=${t("profile.keys.singleHint")}
      checked=${singleKeys.value}
      onChange=${allowSingleKeys}
    />
    <div class="actions"><${Button} onClick=${showShortcuts}>${t("profile.keys.show")}<//></div>
  <//>`;
}
